import TestStack
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(1))) struct FaultTests {
    let client = HTTPClient(
        HTTPClientSettings(
            maxHeaderBytes: 10_000,
            timeouts: HTTPTimeouts(connect: .seconds(3), stall: .seconds(20), whole: .seconds(60))))

    private func fault(of url: String, limit: Int = 1_000, timeouts: HTTPTimeouts? = nil) async -> HTTPClientFault? {
        do throws(HTTPClientFault) {
            _ = try await client.send(HTTPClientRequest(.get, url, timeouts: timeouts), bodyLimitBytes: limit)
            return nil
        } catch {
            return error
        }
    }

    /// What a server that sends `bytes` and then does `ending` makes of a GET.
    private func fault(
        after bytes: String, timeouts: HTTPTimeouts? = nil, _ ending: @escaping @Sendable (WireConnection) -> Void
    ) async throws -> HTTPClientFault? {
        let server = try WireServer.start { _, connection in
            connection.send(bytes)
            ending(connection)
        }
        return await fault(of: server.url, timeouts: timeouts)
    }

    @Test(
        "what is no HTTP URL is not sent",
        arguments: [
            "", "http://", "ftp://127.0.0.1/", "file:///etc/passwd", "http://127.0.0.1:99999/", "http://a b/",
            "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/ä", "http://user:pass@127.0.0.1/", "127.0.0.1/",
        ])
    func urls(url: String) async { #expect(await fault(of: url) == .malformedURL) }

    @Test(
        "a header that would end early or start another is not sent",
        arguments: [("X", "a\r\nY: b"), ("", "a"), ("X:", "a"), ("X", "\0")])
    func headers(name: String, value: String) async throws {
        let request = HTTPClientRequest(.get, "http://127.0.0.1:1/", headers: [(name, value)])
        await #expect(throws: HTTPClientFault.malformedHeader) {
            try await client.send(request, bodyLimitBytes: 1)
        }
    }

    @Test("a name without an address is told from a port where nobody listens")
    func nobodyThere() async throws {
        #expect(await fault(of: "http://no-such-host.invalid/") == .unresolved)
        let server = try WireServer.start { _, _ in }
        server.stop()
        guard case .unreachable(let reason) = await fault(of: server.url) else {
            Issue.record("not unreachable")
            return
        }
        #expect(!reason.contains("127.0.0.1"))
    }

    @Test("a server that hangs up instead of answering is a reset, in order or not")
    func noAnswer() async throws {
        #expect(try await fault(after: "") { $0.close() } == .reset)
        #expect(try await fault(after: "") { $0.reset() } == .reset)
        #expect(try await fault(after: "HTTP/1.1 200 OK\r\nContent-Le") { $0.reset() } == .reset)
    }

    @Test("a body that ends early says how much came of how much")
    func truncated() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
        #expect(try await fault(after: head + "abcd") { $0.close() } == .truncated(gotBytes: 4, expectedBytes: 10))
        #expect(try await fault(after: head) { $0.close() } == .truncated(gotBytes: 0, expectedBytes: 10))
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"
        #expect(try await fault(after: chunked) { $0.close() } == .truncated(gotBytes: 5, expectedBytes: nil))
    }

    @Test(
        "what is not HTTP/1.1 is malformed",
        arguments: ["hello\r\n\r\n", "HTTP/1.1 abc\r\n\r\n"])
    func malformed(bytes: String) async throws {
        guard case .malformedAnswer = try await fault(after: bytes, { $0.close() }) else {
            Issue.record("not malformed")
            return
        }
    }

    @Test("a chunk whose length is no number breaks the body off there")
    func badChunk() async throws {
        let bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n"
        let found = try await fault(after: bytes) { $0.waitForHangUp() }
        #expect(found == .truncated(gotBytes: 3, expectedBytes: nil))
    }

    @Test("a header without end is cut off at its limit")
    func endlessHeader() async throws {
        let found = try await fault(after: "HTTP/1.1 200 OK\r\n") { connection in
            while connection.send("X-More: \(String(repeating: "x", count: 1_000))\r\n") {}
            connection.close()
        }
        #expect(found == .malformedAnswer(reason: "header too long"))
    }

    @Test("a body beyond the limit is refused, announced or not")
    func tooLarge() async throws {
        let announced = "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"
        #expect(try await fault(after: announced) { $0.waitForHangUp() } == .tooLarge(limitBytes: 1_000, status: 200))
        let endless = "HTTP/1.1 200 OK\r\n\r\n"
        let found = try await fault(after: endless) { connection in
            while connection.send("more ") {}
            connection.close()
        }
        #expect(found == .tooLarge(limitBytes: 1_000, status: 200))
    }

    @Test("a server that never answers times out by stall or by the whole time, and says it was waiting for the answer")
    func neverAnswers() async throws {
        let byStall = HTTPTimeouts(stall: .milliseconds(200), whole: nil)
        #expect(try await fault(after: "", timeouts: byStall) { $0.waitForHangUp() } == .timedOut(.answer))
        let byWhole = HTTPTimeouts(stall: .seconds(60), whole: .milliseconds(200))
        #expect(try await fault(after: "", timeouts: byWhole) { $0.waitForHangUp() } == .timedOut(.answer))
    }

    @Test("a server that stops in the middle of a body times out in the body")
    func stalls() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
        let timeouts = HTTPTimeouts(stall: .milliseconds(200))
        #expect(try await fault(after: head, timeouts: timeouts) { $0.waitForHangUp() } == .timedOut(.body))
    }

    @Test("plain HTTP where TLS should be is a fault of TLS")
    func noTLS() async throws {
        let server = try WireServer.start { _, connection in connection.answer("200 OK", "") }
        guard case .tls = await fault(of: "https://127.0.0.1:\(server.port)/") else {
            Issue.record("not TLS")
            return
        }
    }
}
