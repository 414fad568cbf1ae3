import Bounded
import Domain
import Synchronization

typealias Used = GatewayUsage.Used

/// What clients have used here and other gateways do not know yet.
///
/// It has a bound: where more addresses come than it has places, those that were seen least recently are told to nobody.
final class UsageLedger: Sendable {
    /// What one address has used.
    private struct Entry: Sendable {
        var used = Used()
        /// Whether it is enough to be worth telling.
        var isDue = false
    }

    private struct State {
        var keys: [String: Used] = [:]
        var addresses: RecentlyUsed<UInt64, Entry>
    }

    /// Of an address's requests, less than this part of its quota is not told: nearly all clients use no more.
    private static let untoldPart: Int64 = 100

    private let state: Mutex<State>

    /// - Parameter bytes: for the addresses.
    init(bytes: Int) { state = Mutex(State(addresses: RecentlyUsed(limitBytes: bytes))) }

    var addressBytes: Int { state.withLock { $0.addresses.bytes } }

    func add(_ used: Used, by tenant: Tenant, limits: ClientLimits) {
        state.withLock { state in
            switch tenant {
            case .key(let name):
                guard state.keys[name] != nil || state.keys.count < 2 * KeyRing.mostKeys else { return }
                state.keys[name, default: Used()].add(used)
            case .address(let hash):
                var entry = state.addresses.get(hash) ?? Entry()
                entry.used.add(used)
                let quota = limits.requests?.count ?? .max
                entry.isDue =
                    entry.used.misses > 0 || Int64(entry.used.requests) >= max(1, quota / Self.untoldPart)
                state.addresses.insert(entry, for: hash)
            }
        }
    }

    /// Takes out what is to be told now, in pieces that fit an event.
    ///
    /// - Parameters:
    ///   - mostAddresses: the rest stays for the next time.
    ///   - gateway: whose usage it is.
    func take(mostAddresses: Int, of gateway: String) -> [GatewayUsage] {
        var (keys, addresses): ([String: Used], [UInt64: Used]) = ([:], [:])
        state.withLock { state in
            swap(&keys, &state.keys)
            state.addresses.removeAll { hash, entry in
                guard entry.isDue, addresses.count < mostAddresses else { return false }
                addresses[hash] = entry.used
                return true
            }
        }
        return GatewayUsage.pieces(gateway: gateway, keys: keys, addresses: addresses)
    }

    /// Nobody is told any more what was used until now.
    func forget() {
        state.withLock { state in
            state.keys = [:]
            state.addresses.removeAll()
        }
    }
}
