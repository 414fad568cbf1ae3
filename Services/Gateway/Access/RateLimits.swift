import Bounded
import HTTPServer
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

    private let addresses: Mutex<RecentlyUsed<IPAddress, Usage>>
    /// By the key's name: several keys of one name, as during a rotation, share what they use.
    private let keys: Mutex<RecentlyUsed<String, Usage>>
    private let start: ContinuousClock.Instant
    private let clock: @Sendable () -> ContinuousClock.Instant

    /// - Parameter tableBytes: for the addresses.
    init(tableBytes: Int, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.clock = clock
        start = clock()
        addresses = Mutex(RecentlyUsed(limitBytes: tableBytes))
        keys = Mutex(RecentlyUsed(limitCount: 2 * KeyRing.mostKeys))
    }

    /// Bytes that the addresses take, and how many there are.
    var addressTable: (bytes: Int, count: Int) { addresses.withLock { ($0.bytes, $0.count) } }

    /// Nanoseconds since the start.
    private var now: Int64 {
        let (seconds, attoseconds) = (clock() - start).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// - Returns: false if the client has none left.
    func takeRequest(_ client: LimitedClient) -> Bool {
        guard let quota = client.limits.requests else { return true }
        let now = now
        return change(client.subject) { quota.take(&$0.requests, now: now) }
    }

    func takeMiss(_ client: LimitedClient) -> Bool {
        guard let quota = client.limits.misses else { return true }
        let now = now
        return change(client.subject) { quota.take(&$0.misses, now: now) }
    }

    /// How the client stands, and the moment of which that is true.
    func usage(of client: LimitedClient) -> (usage: Usage, now: Int64) {
        let now = now
        let usage =
            switch client.subject {
            case .address(let address): addresses.withLock { $0.peek(address) }
            case .key(let name): keys.withLock { $0.peek(name) }
            }
        return (usage ?? Usage(), now)
    }

    private func change(_ subject: LimitedClient.Subject, _ body: (inout Usage) -> Bool) -> Bool {
        switch subject {
        case .address(let address): addresses.withLock { Self.change(address, in: &$0, body) }
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

/// A client that has limits.
struct LimitedClient: Sendable {
    enum Subject: Sendable {
        /// Of IPv6 the first half: who has one address there, has 2⁶⁴.
        case address(IPAddress)
        case key(String)

        init(_ address: IPAddress) {
            self = .address(address.isV4 ? address : IPAddress(high: address.high, low: 0))
        }
    }

    let subject: Subject
    let limits: ClientLimits
    let rates: RateLimits

    func takeRequest() throws(Problem) {
        if !rates.takeRequest(self) { throw refusal(of: limits.requests, \.requests, "requests") }
    }

    func takeMiss() throws(Problem) {
        if !rates.takeMiss(self) { throw refusal(of: limits.misses, \.misses, "clips that have to be made") }
    }

    private func refusal(of quota: Quota?, _ part: KeyPath<RateLimits.Usage, Int64>, _ what: String) -> Problem {
        let (usage, now) = rates.usage(of: self)
        let (count, window) = (quota?.count ?? 0, quota?.windowSeconds ?? 0)
        let seconds = max(1, quota?.secondsUntilOne(usage[keyPath: part], now: now) ?? 1)
        return .edge(
            EdgeFault(
                .rateLimited,
                "more \(what) than the \(count) in \(window) s that this client may; ask again in \(seconds) s",
                retryAfterSeconds: Int(seconds)))
    }

    /// Adds `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers, 3 and 4).
    func stamp(_ response: HTTPResponse) -> HTTPResponse {
        let (usage, now) = rates.usage(of: self)
        var text = ""
        if let quota = limits.requests { Self.write("requests", quota, usage.requests, now, into: &text) }
        if let quota = limits.misses { Self.write("misses", quota, usage.misses, now, into: &text) }
        var response = response
        response.headers.append(("RateLimit-Policy", limits.policy))
        response.headers.append(("RateLimit", text))
        return response
    }

    /// `t` is the same moment as that of a `Retry-After` where nothing is left.
    private static func write(
        _ name: String, _ quota: Quota, _ wholeAt: Int64, _ now: Int64, into text: inout String
    ) {
        let left = quota.left(wholeAt, now: now)
        let seconds =
            left == 0 ? max(1, quota.secondsUntilOne(wholeAt, now: now)) : quota.secondsUntilWhole(wholeAt, now: now)
        if !text.isEmpty { text += ", " }
        text += #""\#(name)";r=\#(left);t=\#(seconds)"#
    }
}
