import Glibc

extension TestStack {
    /// A TCP port of 127.0.0.1 on which nobody listens now, below those that the kernel gives to outgoing connections.
    public static func freePort() -> Int {
        while true {
            let port = UInt16.random(in: 20_000..<32_000)
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(listener) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if bound == 0 { return Int(port) }
        }
    }
}
