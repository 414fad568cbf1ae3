import Glibc

/// A client's address as the kernel gave it; text is made only where it is asked for.
enum PeerAddress: Sendable {
    case v4(UInt32)
    case v6(UInt64, UInt64)
    case unknown

    /// - Parameter raw: must hold as many bytes as its family says.
    init(_ raw: UnsafePointer<sockaddr>?) {
        guard let raw = UnsafeRawPointer(raw) else {
            self = .unknown
            return
        }
        switch Int32(raw.load(as: sockaddr.self).sa_family) {
        case AF_INET:
            self = .v4(raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr)
        case AF_INET6:
            let address = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            self = withUnsafeBytes(of: address) { bytes in
                .v6(bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
        default:
            self = .unknown
        }
    }

    /// In figures; an IPv4 address that came through an IPv6 socket as IPv4.
    var text: String? {
        switch self {
        case .v4(let address):
            return withUnsafeBytes(of: address) { Self.text(AF_INET, $0) }
        case .v6(let high, let low):
            return withUnsafeBytes(of: (high, low)) { bytes in
                let mapped = high == 0 && bytes[8] == 0 && bytes[9] == 0 && bytes[10] == 0xff && bytes[11] == 0xff
                return mapped
                    ? Self.text(AF_INET, UnsafeRawBufferPointer(rebasing: bytes[12...])) : Self.text(AF_INET6, bytes)
            }
        case .unknown:
            return nil
        }
    }

    private static func text(_ family: Int32, _ address: UnsafeRawBufferPointer) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard inet_ntop(family, address.baseAddress, text.baseAddress, socklen_t(text.count)) != nil else {
                return nil
            }
            return text.baseAddress.map { String(cString: $0) }
        }
    }
}
