import Glibc
import TestStack
import Testing

@Suite("a port for a server of a test", .timeLimit(.minutes(1)))
struct FreePortTests {
    /// - Returns: a socket that listens, or nil where the port is taken.
    private func listen(_ port: Int, reusing: Bool) -> Int32? {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var (yes, address) = (Int32(1), sockaddr_in())
        if reusing {
            setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        }
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        let listens = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 && Glibc.listen(listener, 1) == 0
            }
        }
        if !listens { close(listener) }
        return listens ? listener : nil
    }

    @Test("nobody else is given it, or takes it by chance, until its server listens, and once more after that")
    func kept() throws {
        let port = TestStack.freePort()
        // Whoever looks in this way, here or in another process, would have bound it so.
        #expect(listen(port, reusing: false) == nil)
        for _ in 0..<2 {
            let server = try #require(listen(port, reusing: true))
            #expect(listen(port, reusing: true) == nil)
            close(server)
        }
    }

    @Test("two are never the same")
    func distinct() {
        let ports = (0..<300).map { _ in TestStack.freePort() }
        #expect(Set(ports).count == ports.count)
    }
}
