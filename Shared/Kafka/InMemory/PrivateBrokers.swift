import CRdkafka
import Glibc

/// The way to a mock cluster that only this process can reach: in place of each broker's TCP port, a nameless Unix socket.
///
/// librdkafka's mock listens on TCP ports of 127.0.0.1, takes connections from anybody on the machine, and ends the
/// process over a malformed request. It lets its clients make and connect their sockets themselves (`socket_cb`,
/// `connect_cb`), but not its listeners: so those are exchanged while their broker is down, when nobody can be connected
/// or connect.
public final class PrivateBrokers: Sendable {
    private let socketByPort: [UInt16: PrivateSocket]

    /// - Parameter bootstrapServers: `host:port` of each broker.
    init(standingFor bootstrapServers: String, folders: [String]) throws(PrivateSocket.Fault) {
        var sockets: [UInt16: PrivateSocket] = [:]
        for server in bootstrapServers.split(separator: ",") {
            guard let colon = server.lastIndex(of: ":"), let port = UInt16(server[server.index(after: colon)...]) else {
                throw .init(step: "the brokers' ports", reason: "'\(server)' names none")
            }
            sockets[port] = try PrivateSocket(in: folders)
        }
        socketByPort = sockets
    }

    /// Exchanges the listeners. All brokers must be down: then each has a bound TCP socket that does not listen.
    func replaceListeners() throws(PrivateSocket.Fault) {
        let descriptors = Self.boundSockets()
        for (port, socket) in socketByPort {
            guard let found = descriptors[port], found.count == 1 else {
                throw .init(
                    step: "finding the broker's socket",
                    reason: "\(descriptors[port]?.count ?? 0) are bound to its port")
            }
            try socket.replace(found[0])
        }
    }

    /// Once the brokers are up. librdkafka lets five wait, and a Unix socket refuses those beyond instead of waiting.
    func raiseBacklogs() throws(PrivateSocket.Fault) {
        for socket in socketByPort.values { try socket.setBacklog(128) }
    }

    /// - Returns: 0, or the `errno`.
    func connect(_ socket: Int32, to address: UnsafePointer<sockaddr>?) -> Int32 {
        guard let address, let port = Self.port(of: address), let known = socketByPort[port] else {
            return ECONNREFUSED
        }
        return known.connect(socket)
    }

    /// This process's TCP sockets that are bound to 127.0.0.1 and not connected, by their port.
    private static func boundSockets() -> [UInt16: [Int32]] {
        guard let folder = opendir("/proc/self/fd") else { return [:] }
        defer { closedir(folder) }
        var found: [UInt16: [Int32]] = [:]
        while let entry = readdir(folder) {
            let name = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
            guard let descriptor = Int32(String(cString: name.assumingMemoryBound(to: CChar.self))) else { continue }
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let port = withUnsafeMutablePointer(to: &address) { storage in
                storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> UInt16? in
                    guard getsockname(descriptor, address, &length) == 0, !isConnected(descriptor) else { return nil }
                    return Self.port(of: address)
                }
            }
            if let port { found[port, default: []].append(descriptor) }
        }
        return found
    }

    private static func isConnected(_ descriptor: Int32) -> Bool {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) == 0 }
        }
    }

    private static func port(of address: UnsafePointer<sockaddr>) -> UInt16? {
        guard address.pointee.sa_family == sa_family_t(AF_INET) else { return nil }
        return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
    }
}

extension ClientContext {
    /// Has the client make all its connections by `brokers`, and no others.
    func connect(by brokers: PrivateBrokers, in conf: OpaquePointer) {
        self.brokers.withLock { $0 = brokers }
        rd_kafka_conf_set_socket_cb(conf) { _, _, _, _ in PrivateSocket.open() }
        rd_kafka_conf_set_connect_cb(conf) { socket, address, _, _, opaque in
            guard let opaque else { return ECONNREFUSED }
            let context = Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
            return context.brokers.withLock { $0 }?.connect(socket, to: address) ?? ECONNREFUSED
        }
    }
}
