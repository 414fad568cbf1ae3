import Glibc
import Text

/// An IP address of either version. One of IPv4 in the form of IPv6 (`::ffff:192.0.2.1`) equals the same one in its own.
public struct IPAddress: Hashable, Sendable {
    /// The first 64 of 128 bits. An address of IPv4 is kept in its mapped form (RFC 4291, 2.5.5.2).
    public let high: UInt64
    /// The last 64 bits.
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An address in figures, without a port, brackets or a zone; nil for any other text.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 45, text.utf8.allSatisfy({ $0 == 0x2E || $0 == 0x3A || Hex.value(of: $0) != nil })
        else {
            return nil
        }
        let text = String(text)
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(v4: UInt32(bigEndian: v4.s_addr))
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        self.init(v6)
    }

    /// - Parameter raw: must hold as many bytes as its family says.
    init?(_ raw: UnsafePointer<sockaddr>?) {
        guard let raw = UnsafeRawPointer(raw) else { return nil }
        switch Int32(raw.load(as: sockaddr.self).sa_family) {
        case AF_INET: self.init(v4: UInt32(bigEndian: raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6: self.init(raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr)
        default: return nil
        }
    }

    private init(v4: UInt32) { self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(v4)) }

    private init(_ v6: in6_addr) {
        let (high, low) = withUnsafeBytes(of: v6) { bytes in
            (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }

    public var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// `127.0.0.0/8` and `::1`.
    public var isLoopback: Bool { isV4 ? low >> 24 & 0xFF == 127 : high == 0 && low == 1 }
}

extension IPAddress: CustomStringConvertible {
    /// In figures, of IPv4 in dotted form.
    public var description: String {
        if isV4 { return withUnsafeBytes(of: UInt32(truncatingIfNeeded: low).bigEndian) { Self.text(AF_INET, $0) } }
        return withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Self.text(AF_INET6, $0) }
    }

    private static func text(_ family: Int32, _ address: UnsafeRawBufferPointer) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard inet_ntop(family, address.baseAddress, text.baseAddress, socklen_t(text.count)) != nil,
                let start = text.baseAddress
            else { return "" }
            return String(cString: start)
        }
    }
}
