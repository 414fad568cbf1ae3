import Glibc

/// A TCP connection on which a test sends exactly the bytes it means, well-formed or not.
public final class RawConnection: Sendable {
    public struct Fault: Error, CustomStringConvertible {
        public let description: String
    }

    private let descriptor: Int32

    /// Connects to a port of 127.0.0.1.
    public init(port: Int) async throws {
        descriptor = try await onOwnThread { try Self.connected(to: port) }
    }

    deinit { Glibc.close(descriptor) }

    public func send(_ bytes: [UInt8]) async throws {
        let descriptor = descriptor
        try await onOwnThread {
            var done = 0
            while done < bytes.count {
                let sent = bytes[done...].withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if sent < 0 && errno == EINTR { continue }
                guard sent > 0 else { throw Self.fault("send") }
                done += sent
            }
        }
    }

    public func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    /// What comes next: at least one byte; none if the other side has closed.
    public func receive(atMost limit: Int = 64 * 1024, within time: Duration = .seconds(30)) async throws -> [UInt8] {
        let (descriptor, deadline) = (descriptor, ContinuousClock.now + time)
        return try await onOwnThread { try Self.receive(descriptor, atMost: limit, until: deadline, in: time) }
    }

    /// All that comes until the other side closes.
    public func receiveToEnd(within time: Duration = .seconds(30)) async throws -> [UInt8] {
        let (descriptor, deadline) = (descriptor, ContinuousClock.now + time)
        return try await onOwnThread {
            var all: [UInt8] = []
            while true {
                let some = try Self.receive(descriptor, atMost: 256 * 1024, until: deadline, in: time)
                if some.isEmpty { return all }
                all += some
            }
        }
    }

    /// Says that nothing more will be sent; receiving goes on.
    public func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Breaks the connection now with a reset, as a crashed client's machine would. Nothing may be asked of it afterwards.
    public func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        // Connecting to "nobody" drops the connection without giving the number free, which deinit does.
        var nobody = sockaddr(sa_family: sa_family_t(AF_UNSPEC), sa_data: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        connect(descriptor, &nobody, socklen_t(MemoryLayout<sockaddr>.size))
    }

    private static func connected(to port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw fault("socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            let fault = fault("connect to port \(port)")
            Glibc.close(descriptor)
            throw fault
        }
        var noDelay: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    private static func receive(
        _ descriptor: Int32, atMost limit: Int, until deadline: ContinuousClock.Instant, in time: Duration
    ) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        while true {
            let left = ContinuousClock.now.duration(to: deadline).components
            let milliseconds = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { throw TooLate(what: "bytes on a connection", limit: time) }
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, Int32(min(milliseconds, 60_000)))
            if ready < 0 && errno != EINTR { throw fault("poll") }
            if ready <= 0 { continue }
            let count = recv(descriptor, &buffer, limit, 0)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw fault("receive") }
            return Array(buffer[..<count])
        }
    }

    private static func fault(_ what: String) -> Fault {
        Fault(description: "\(what): \(String(cString: strerror(errno)))")
    }
}
