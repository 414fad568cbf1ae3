import HTTPServer
import Hashing
import Settings

/// Whose use is counted.
enum Tenant: Hashable, Sendable {
    /// By the key's name: several keys of one name, as during a rotation, count as one.
    case key(String)
    /// By its ``AddressHash``.
    case address(UInt64)
}

/// What addresses are called in tables and in what gateways tell each other: 64 bits of an HMAC-SHA256, so that an address
/// itself is kept nowhere.
///
/// Without a secret the key is known to everybody: that hides an address from a glance, not from somebody who computes the
/// hashes of all four billion addresses of IPv4.
struct AddressHash: Sendable {
    private let code: HMACSHA256

    /// - Parameter secret: the same for all gateways that tell each other what was used.
    init(secret: Secret? = nil) {
        code = HMACSHA256(key: Array((secret?.reveal() ?? "cutroom-gateway-usage-1").utf8))
    }

    /// Of IPv6 the first half alone counts: who has one address there, has 2⁶⁴.
    func tenant(_ address: IPAddress) -> Tenant {
        let words = [address.high.bigEndian, address.isV4 ? address.low.bigEndian : 0]
        let digest = words.withUnsafeBytes { code.code(for: $0) }
        return .address(digest.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) })
    }
}
