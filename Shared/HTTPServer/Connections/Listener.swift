import Glibc

/// A listening socket, closed with the last reference.
final class Listener: Sendable {
    let socket: Int32
    let port: UInt16

    /// Without SO_REUSEPORT: a second server on the same port is a mistake to be told of.
    ///
    /// - Parameter sendBufferBytes: of each connection, which takes it over from this socket; nil: as the kernel sees fit.
    init(address: String, port: UInt16, sendBufferBytes: Int? = nil) throws(HTTPServerFault) {
        guard let bound = Self.parse(address, port) else { throw .malformedAddress(address) }
        let descriptor = Glibc.socket(
            bound.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .refusedBySystem(step: "socket", code: errno) }
        do throws(HTTPServerFault) {
            try Self.set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
            if bound.family == AF_INET6 { try Self.set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
            if let sendBufferBytes {
                try Self.set(descriptor, SOL_SOCKET, SO_SNDBUF, Int32(clamping: sendBufferBytes))
            }
            try Self.bind(descriptor, bound, address, port)
            guard listen(descriptor, SOMAXCONN) == 0 else {
                throw errno == EADDRINUSE
                    ? .portInUse(address: address, port: port) : .refusedBySystem(step: "listen", code: errno)
            }
            self.port = try Self.port(of: descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        self.socket = descriptor
    }

    deinit { close(socket) }

    private struct Bound {
        var storage = sockaddr_storage()
        var length: socklen_t
        var family: Int32
    }

    private static func parse(_ address: String, _ port: UInt16) -> Bound? {
        var v4 = sockaddr_in()
        if inet_pton(AF_INET, address, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            var bound = Bound(length: socklen_t(MemoryLayout<sockaddr_in>.size), family: AF_INET)
            withUnsafeMutableBytes(of: &bound.storage) { $0.storeBytes(of: v4, as: sockaddr_in.self) }
            return bound
        }
        var v6 = sockaddr_in6()
        guard inet_pton(AF_INET6, address, &v6.sin6_addr) == 1 else { return nil }
        v6.sin6_family = sa_family_t(AF_INET6)
        v6.sin6_port = port.bigEndian
        var bound = Bound(length: socklen_t(MemoryLayout<sockaddr_in6>.size), family: AF_INET6)
        withUnsafeMutableBytes(of: &bound.storage) { $0.storeBytes(of: v6, as: sockaddr_in6.self) }
        return bound
    }

    private static func bind(
        _ descriptor: Int32, _ bound: Bound, _ address: String, _ port: UInt16
    ) throws(HTTPServerFault) {
        var storage = bound.storage
        let status = withUnsafePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, bound.length) }
        }
        guard status != 0 else { return }
        switch errno {
        case EADDRINUSE: throw .portInUse(address: address, port: port)
        case EADDRNOTAVAIL: throw .addressNotHere(address)
        case EACCES: throw .portNotAllowed(port)
        default: throw .refusedBySystem(step: "bind", code: errno)
        }
    }

    private static func set(
        _ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32
    ) throws(HTTPServerFault) {
        var value = value
        guard setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw .refusedBySystem(step: "setsockopt", code: errno)
        }
    }

    private static func port(of descriptor: Int32) throws(HTTPServerFault) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard status == 0 else { throw .refusedBySystem(step: "getsockname", code: errno) }
        // The port lies at the same place for both families.
        return withUnsafeBytes(of: storage) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
    }
}
