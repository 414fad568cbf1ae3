import Dispatch
import Glibc
import Synchronization
import Testing

@testable import HTTPServer

@Suite("The table of open connections")
struct ClientTableTests {
    @Test("connections come and go while a sweep asks the kernel about thousands of others")
    func sweeping() async throws {
        let table = Mutex<ClientTable?>(nil)
        let went = Mutex<[Bool]>([])
        // Of each part of the table some; numbers that no socket has.
        let others = (1_000_000..<1_000_500).map { Int32($0) }
        let swept = ClientTable(requestTimeout: .seconds(60)) { sockets in
            guard !sockets.isEmpty else { return 0 }
            let done = DispatchSemaphore(value: 0)
            let swept = table.withLock { $0 }
            DispatchQueue(label: "acceptor").async {
                for socket in others { swept.map { $0.remove($0.add(socket: socket)) } }
                done.signal()
            }
            let isDone = done.wait(timeout: .now() + 10) == .success
            went.withLock { $0.append(isDone) }
            return 0
        }
        table.withLock { $0 = swept }
        defer { table.withLock { $0 = nil } }
        let clients = (900_000..<900_500).map { swept.add(socket: Int32($0)) }
        // A sweep looks at those who have waited for a second, and does so once a second.
        try await until {
            try await blocking { swept.sweep() }
            return went.withLock { !$0.isEmpty }
        }
        #expect(went.withLock { $0.allSatisfy { $0 } })
        for client in clients { swept.remove(client) }
    }
}
