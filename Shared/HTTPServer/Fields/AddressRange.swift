/// Addresses with the same first bits: `10.0.0.0/8`, `2001:db8::/32`, or one address (CIDR, RFC 4632 and RFC 4291).
public struct AddressRange: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64
    private let highMask: UInt64
    private let lowMask: UInt64

    /// - Returns: nil unless it is an address, or one with a number of bits that it has. Bits behind those are ignored.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        // Those of IPv4 are the last 32 of the mapped form; one that is written in that form counts all 128.
        let isDotted = address.isV4 && !parts[0].contains(":")
        let most = isDotted ? 32 : 128
        var bits = most
        if parts.count > 1 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ $0 &- 0x30 < 10 }),
                let number = Int(parts[1]), number <= most
            else { return nil }
            bits = number
        }
        if isDotted { bits += 96 }
        highMask = Self.mask(min(bits, 64))
        lowMask = Self.mask(max(0, bits - 64))
        high = address.high & highMask
        low = address.low & lowMask
    }

    public func contains(_ address: IPAddress) -> Bool {
        address.high & highMask == high && address.low & lowMask == low
    }

    private static func mask(_ bits: Int) -> UInt64 { bits == 0 ? 0 : UInt64.max << UInt64(64 - bits) }
}
