import Dispatch
import Glibc
import Synchronization
import TestStack
import Testing

@testable import HTTPServer

@Suite("The table of open connections", .timeLimit(.minutes(1)))
struct ClientTableTests {
    /// A sweep that asked under a lock would keep the acceptor from it for as long as the kernel takes. That the acceptor gets
    /// through is waited for in the middle of the call to the kernel; once it does not, nothing is waited for again.
    @Test("connections come and go while a sweep asks the kernel about thousands of others")
    func sweeping() async throws {
        let table = Mutex<ClientTable?>(nil)
        let went = Mutex<[Bool]>([])
        // Of each part of the table some; numbers that no socket has.
        let others = (1_000_000..<1_000_500).map { Int32($0) }
        let swept = ClientTable(requestTimeout: .seconds(60)) { sockets in
            guard !sockets.isEmpty, went.withLock({ !$0.contains(false) }) else { return 0 }
            let done = DispatchSemaphore(value: 0)
            let swept = table.withLock { $0 }
            DispatchQueue(label: "acceptor").async {
                for socket in others { swept.map { $0.remove($0.add(socket: socket)) } }
                done.signal()
            }
            let isDone = done.wait(timeout: .now() + 5) == .success
            went.withLock { $0.append(isDone) }
            return 0
        }
        table.withLock { $0 = swept }
        defer { table.withLock { $0 = nil } }
        let clients = (900_000..<900_500).map { swept.add(socket: Int32($0)) }
        // A sweep looks at those who have waited for a second, and does so once a second.
        try await eventually("a sweep that asks the kernel") {
            try await blocking { swept.sweep() }
            return went.withLock { !$0.isEmpty }
        }
        // One for each part of the table.
        #expect(went.withLock { $0 } == Array(repeating: true, count: 64), "the acceptor had to wait for the sweep")
        for client in clients { swept.remove(client) }
    }

    @Test("who has left is ended, and a number that is another client's by then is not")
    func left() async throws {
        // The peer has closed its side of the first connection, the second one is open.
        let pairs = try (0..<2).map { _ in try SocketPair() }
        let table = ClientTable(requestTimeout: .seconds(60))
        let clients = pairs.map { table.add(socket: $0.ours) }
        shutdown(pairs[0].theirs, Int32(SHUT_WR))
        try await eventually("the one that left to be ended") {
            try await blocking { table.sweep() }
            return pairs[0].isEnded
        }
        #expect(!pairs[1].isEnded)
        for client in clients { table.remove(client) }
    }
}

/// Two ends of one connection.
private final class SocketPair: Sendable {
    struct NoSocket: Error {}

    let ours: Int32
    let theirs: Int32

    init() throws {
        var both: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &both) == 0 else { throw NoSocket() }
        (ours, theirs) = (both[0], both[1])
    }

    deinit {
        close(ours)
        close(theirs)
    }

    /// Whether our side was shut down, as the other one sees it.
    var isEnded: Bool {
        var byte: UInt8 = 0
        return recv(theirs, &byte, 1, Int32(MSG_DONTWAIT | MSG_PEEK)) == 0
    }
}
