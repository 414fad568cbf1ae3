import Synchronization
import TestStack
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(1))) struct LimitTests {
    static let impatient = HTTPTimeouts(queue: .milliseconds(1))

    /// Answers nobody until it opens, then everybody; tells when somebody arrives.
    final class HeldConnections: Sendable {
        private let arrived = AsyncStream.makeStream(of: Void.self)
        /// nil once it is open.
        private let held = Mutex<[WireConnection]?>([])

        func hold(_ connection: WireConnection) {
            let isOpen = held.withLock { held in
                held?.append(connection)
                return held == nil
            }
            if isOpen { connection.answer("200 OK", "x") }
            arrived.continuation.yield()
        }

        func waitForOne() async { for await _ in arrived.stream { return } }

        func open() {
            let freed = held.withLock { held in
                defer { held = nil }
                return held ?? []
            }
            for connection in freed { connection.answer("200 OK", "x") }
        }
    }

    @Test("no more requests are under way than allowed; the rest wait their turn, and too many are refused")
    func bounded() async throws {
        let held = HeldConnections()
        let server = try WireServer.start { _, connection in held.hold(connection) }
        let client = HTTPClient(HTTPClientSettings(maxConnections: 2, maxWaiting: 3))
        let url = server.url
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<5 {
                group.addTask { try await client.send(HTTPClientRequest(.get, url), bodyLimitBytes: 1).status }
            }
            await held.waitForOne()
            await held.waitForOne()
            // Five are in when the sixth is refused; until then a sixth would have got in.
            _ = try await eventually("refusal") {
                await refusal(of: client, url, timeouts: Self.impatient) == .busy ? true : nil
            }
            #expect(server.connections == 2)
            held.open()
            for try await status in group { #expect(status == 200) }
        }
        #expect(server.connections == 2)
    }

    @Test("one host can't take the connections of another")
    func perHost() async throws {
        let held = HeldConnections()
        let slow = try WireServer.start { _, connection in held.hold(connection) }
        let quick = try WireServer.start { _, connection in connection.answer("200 OK", "q") }
        let client = HTTPClient(HTTPClientSettings(maxConnections: 3, maxConnectionsPerHost: 2))
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask { try await client.send(HTTPClientRequest(.get, slow.url), bodyLimitBytes: 1).status }
            }
            await held.waitForOne()
            await held.waitForOne()
            let answer = try await client.send(HTTPClientRequest(.get, quick.url), bodyLimitBytes: 1)
            #expect(answer.body == Array("q".utf8))
            #expect(slow.connections == 2)
            group.cancelAll()
        }
    }

    @Test("a request that finds no free connection in time says that it was waiting for one")
    func queueTime() async throws {
        let held = HeldConnections()
        let server = try WireServer.start { _, connection in held.hold(connection) }
        let client = HTTPClient(HTTPClientSettings(maxConnections: 1))
        async let first = client.send(HTTPClientRequest(.get, server.url), bodyLimitBytes: 1).status
        await held.waitForOne()
        #expect(await refusal(of: client, server.url, timeouts: Self.impatient) == .timedOut(.queue))
        held.open()
        #expect(try await first == 200)
    }

    @Test("cancelling a task ends its transfer, and its connection")
    func cancelled() async throws {
        let (hangUps, hungUp) = AsyncStream.makeStream(of: Void.self)
        let held = HeldConnections()
        let server = try WireServer.start { _, connection in
            held.hold(connection)
            connection.waitForHangUp()
            hungUp.yield()
        }
        let client = HTTPClient()
        let task = Task { () async -> HTTPClientFault? in
            do throws(HTTPClientFault) {
                _ = try await client.send(HTTPClientRequest(.get, server.url), bodyLimitBytes: 1)
                return nil
            } catch {
                return error
            }
        }
        await held.waitForOne()
        task.cancel()
        #expect(await task.value == .cancelled)
        for await _ in hangUps { break }
    }

    @Test("a client that closes ends what is under way, what waits, and refuses what comes after")
    func closes() async throws {
        let held = HeldConnections()
        let server = try WireServer.start { _, connection in held.hold(connection) }
        let client = HTTPClient(HTTPClientSettings(maxConnections: 1))
        let url = server.url
        await withTaskGroup(of: HTTPClientFault?.self) { group in
            for _ in 0..<3 { group.addTask { await refusal(of: client, url, timeouts: nil) } }
            await held.waitForOne()
            await client.close()
            for await fault in group { #expect(fault == .closed) }
        }
        #expect(await refusal(of: client, url, timeouts: nil) == .closed)
    }

    private func refusal(of client: HTTPClient, _ url: String, timeouts: HTTPTimeouts?) async -> HTTPClientFault? {
        do throws(HTTPClientFault) {
            _ = try await client.send(HTTPClientRequest(.get, url, timeouts: timeouts), bodyLimitBytes: 1)
            return nil
        } catch {
            return error
        }
    }

    @Test("a thousand requests at once over few connections all get their own answer")
    func many() async throws {
        let server = try WireServer.start { request, connection in connection.answer("200 OK", request.target) }
        let client = HTTPClient(HTTPClientSettings(maxConnections: 8))
        let url = server.url
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<1_000 {
                group.addTask {
                    let answer = try await client.send(
                        HTTPClientRequest(.get, "\(url)/\(number)"), bodyLimitBytes: 100)
                    return answer.body == Array("/\(number)".utf8)
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(server.connections <= 8)
    }
}
