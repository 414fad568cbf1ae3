import Bounded
import Settings
import Synchronization

/// What each client has used of its limits lately, in two tables with a bound: one that many addresses fill can't drive out
/// a key.
///
/// A client that a full table has no place for any more begins anew. Those go that have asked least recently, and whose
/// quota is whole again before long in any case.
final class RateLimits: Sendable {
    /// When each of a client's quotas is whole again.
    struct Usage: Sendable {
        var requests: Int64 = 0
        var misses: Int64 = 0
    }

    let decisions = LimitDecisions()
    /// What other gateways have to be told; nil if there are none.
    let ledger: UsageLedger?
    private let addresses: Mutex<RecentlyUsed<UInt64, Usage>>
    private let keys: Mutex<RecentlyUsed<String, Usage>>
    private let start: ContinuousClock.Instant
    private let clock: @Sendable () -> ContinuousClock.Instant

    /// - Parameters:
    ///   - tableBytes: for the addresses, those in the ledger too.
    ///   - isShared: whether other gateways are told.
    init(
        tableBytes: Int, isShared: Bool = false, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.clock = clock
        start = clock()
        let ledgerBytes = isShared ? tableBytes / 8 : 0
        ledger = isShared ? UsageLedger(bytes: ledgerBytes) : nil
        addresses = Mutex(RecentlyUsed(limitBytes: tableBytes - ledgerBytes))
        keys = Mutex(RecentlyUsed(limitCount: 2 * KeyRing.mostKeys))
    }

    /// Bytes that the addresses take, and how many there are.
    var addressTable: (bytes: Int, count: Int) {
        let table = addresses.withLock { ($0.bytes, $0.count) }
        return (table.0 + (ledger?.addressBytes ?? 0), table.1)
    }

    /// Nanoseconds since the start.
    private var now: Int64 {
        let (seconds, attoseconds) = (clock() - start).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// - Returns: false if the client has none left.
    func takeRequest(_ client: LimitedClient) -> Bool {
        take(.init(requests: 1), .requests, by: client, of: client.limits.requests) { $0.take(&$1.requests, now: $2) }
    }

    /// - Returns: false if the client has none left.
    func takeMiss(_ client: LimitedClient) -> Bool {
        take(.init(misses: 1), .misses, by: client, of: client.limits.misses) { $0.take(&$1.misses, now: $2) }
    }

    private func take(
        _ used: Used, _ kind: LimitDecisions.Kind, by client: LimitedClient, of quota: Quota?,
        _ body: (Quota, inout Usage, _ now: Int64) -> Bool
    ) -> Bool {
        guard let quota else { return true }
        let now = now
        let isTaken = change(client.tenant) { body(quota, &$0, now) }
        decisions.note(client.label, kind, isAllowed: isTaken)
        if isTaken { ledger?.add(used, by: client.tenant, limits: client.limits) }
        return isTaken
    }

    /// Counts what another gateway has let a client use, be it more than there was left: that much is owed.
    func owe(_ used: Used, by tenant: Tenant, limits: ClientLimits) {
        let now = now
        _ = change(tenant) { usage in
            if used.requests > 0 { limits.requests?.owe(used.requests, &usage.requests, now: now) }
            if used.misses > 0 { limits.misses?.owe(used.misses, &usage.misses, now: now) }
            return true
        }
    }

    /// How a client stands, and the moment of which that is true.
    func usage(of tenant: Tenant) -> (usage: Usage, now: Int64) {
        let now = now
        let usage =
            switch tenant {
            case .address(let hash): addresses.withLock { $0.peek(hash) }
            case .key(let name): keys.withLock { $0.peek(name) }
            }
        return (usage ?? Usage(), now)
    }

    private func change(_ tenant: Tenant, _ body: (inout Usage) -> Bool) -> Bool {
        switch tenant {
        case .address(let hash): addresses.withLock { Self.change(hash, in: &$0, body) }
        case .key(let name): keys.withLock { Self.change(name, in: &$0, body) }
        }
    }

    private static func change<Key: Hashable>(
        _ key: Key, in table: inout RecentlyUsed<Key, Usage>, _ body: (inout Usage) -> Bool
    ) -> Bool {
        var usage = table.get(key) ?? Usage()
        let isTaken = body(&usage)
        if isTaken { table.insert(usage, for: key) }
        return isTaken
    }
}
