import Glibc
import Synchronization

/// Sockets that keep ports for the servers of tests, until the process ends.
private let kept = Mutex<[Int32]>([])

extension TestStack {
    /// A TCP port of 127.0.0.1 that nobody has, and that nobody else is given until this process ends.
    ///
    /// A socket stays bound to it. A server binds the port all the same, since both say SO_REUSEADDR and only one of them
    /// listens (socket(7)); whoever looks for a free port in this way, in whatever process, gets another one. The ports lie below
    /// those that the kernel gives to outgoing connections, and above those of `scripts/stack`.
    public static func freePort() -> Int {
        while true {
            let port = UInt16.random(in: 26_000..<32_000)
            if let socket = keep(port) {
                kept.withLock { $0.append(socket) }
                return Int(port)
            }
        }
    }

    /// - Returns: nil if somebody has the port, or keeps it.
    private static func keep(_ port: UInt16) -> Int32? {
        // Not for children: theirs would keep the port for as long as they live.
        let keeper = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(keeper, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // Only once it is bound: before, another keeper would be let in too.
        var yes: Int32 = 1
        guard bound == 0,
            setsockopt(keeper, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size)) == 0
        else {
            close(keeper)
            return nil
        }
        return keeper
    }
}
