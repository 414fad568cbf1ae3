import Synchronization
import TestStack
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(1))) struct StreamTests {
    let client = HTTPClient()
    let impatient = HTTPClient(
        HTTPClientSettings(timeouts: HTTPTimeouts(stall: .milliseconds(300), whole: .milliseconds(600))))

    @Test(
        "a body comes in pieces, whole and in order, however small the buffer", arguments: [1, 1_000, 65_536, 1 << 20])
    func pieces(bufferBytes: Int) async throws {
        let body = recognisableBytes
        let server = try WireServer.start { _, connection in connection.answer("200 OK", body) }
        let answer = try await client.stream(HTTPClientRequest(.get, server.url), bufferBytes: bufferBytes)
        #expect(answer.head.headers["content-length"] == String(recognisableBytes.count))
        var got: [UInt8] = []
        for try await piece in answer.body {
            #expect(!piece.isEmpty)
            #expect(piece.count <= max(bufferBytes, 65_536))
            got += piece
        }
        #expect(got == body)
        #expect(try await answer.body.next() == nil)
    }

    @Test("the head is there while the body is still to come")
    func headFirst() async throws {
        let (goOns, goOn) = AsyncStream.makeStream(of: Void.self)
        let server = try WireServer.start { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
            Task {
                for await _ in goOns { break }
                connection.send("def")
            }
        }
        let answer = try await client.stream(HTTPClientRequest(.get, server.url), bufferBytes: 100)
        #expect(answer.head.status == 200)
        #expect(try await answer.body.next() == Array("abc".utf8))
        goOn.yield()
        #expect(try await answer.body.next() == Array("def".utf8))
        #expect(try await answer.body.next() == nil)
    }

    @Test("while nobody reads, the sender is held back, for longer than a stall may last, and nothing is lost")
    func heldBack() async throws {
        let total = 64_000_000
        let sent = Counter()
        let server = try WireServer.start { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            let piece = [UInt8](repeating: 7, count: 64_000)
            for _ in 0..<(total / piece.count) where connection.send(piece) { sent.add(piece.count) }
        }
        let answer = try await impatient.stream(HTTPClientRequest(.get, server.url), bufferBytes: 100_000)
        // Held back: what was sent no longer grows while two stall times, and the whole time, pass. Only time can show that nothing happens.
        let before = try await sent.settled()
        try await Task.sleep(for: .milliseconds(700))
        #expect(sent.count == before)
        #expect(before < total / 2)
        var got = 0
        for try await piece in answer.body { got += piece.count }
        #expect(got == total)
    }

    @Test("a body that breaks off gives what came, and then says so")
    func breaksOff() async throws {
        let server = try WireServer.start { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcd")
            connection.close()
        }
        let answer = try await client.stream(HTTPClientRequest(.get, server.url), bufferBytes: 100)
        #expect(try await answer.body.next() == Array("abcd".utf8))
        await #expect(throws: HTTPClientFault.truncated(gotBytes: 4, expectedBytes: 10)) {
            try await answer.body.next()
        }
        await #expect(throws: HTTPClientFault.truncated(gotBytes: 4, expectedBytes: 10)) {
            try await answer.body.next()
        }
    }

    @Test("a body that stalls while it is read says so")
    func stalls() async throws {
        let server = try WireServer.start { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcd")
            connection.waitForHangUp()
        }
        let answer = try await impatient.stream(HTTPClientRequest(.get, server.url), bufferBytes: 100)
        #expect(try await answer.body.next() == Array("abcd".utf8))
        await #expect(throws: HTTPClientFault.timedOut(.body)) { try await answer.body.next() }
    }

    @Test("a body that is let go of hangs up and frees its connection")
    func letGo() async throws {
        let (hangUps, hungUp) = AsyncStream.makeStream(of: Void.self)
        let server = try WireServer.start { _, connection in
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send([UInt8](repeating: 1, count: 10_000)) {}
            connection.close()
            hungUp.yield()
        }
        let client = HTTPClient(HTTPClientSettings(maxConnections: 1))
        for _ in 0..<3 {
            let answer = try await client.stream(HTTPClientRequest(.get, server.url), bufferBytes: 1_000)
            _ = try await answer.body.next()
        }
        var count = 0
        for await _ in hangUps {
            count += 1
            if count == 3 { break }
        }
    }

    @Test("a reader that is cancelled hears so, and the transfer ends")
    func cancelledReader() async throws {
        let (hangUps, hungUp) = AsyncStream.makeStream(of: Void.self)
        let server = try WireServer.start { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcd")
            connection.waitForHangUp()
            hungUp.yield()
        }
        let client = HTTPClient()
        let answer = try await client.stream(HTTPClientRequest(.get, server.url), bufferBytes: 100)
        let (readings, reading) = AsyncStream.makeStream(of: Void.self)
        let task = Task { () async -> HTTPClientFault? in
            do throws(HTTPClientFault) {
                _ = try await answer.body.next()
                reading.yield()
                _ = try await answer.body.next()
                return nil
            } catch {
                return error
            }
        }
        for await _ in readings { break }
        task.cancel()
        #expect(await task.value == .cancelled)
        for await _ in hangUps { break }
    }
}

extension Counter {
    /// The count once it is above zero and has stood still for a tenth of a second.
    fileprivate func settled() async throws -> Int {
        try await eventually("the sender to stand still") {
            let first = count
            try await Task.sleep(for: .milliseconds(100))
            return first > 0 && first == count ? first : nil
        }
    }
}
