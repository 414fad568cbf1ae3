import HTTPServer
import TestStack
import Testing

@Suite("Streams", .timeLimit(.minutes(1)))
struct StreamTests {
    /// Serves one stream, which the test writes.
    private func serve(
        capacityBytes: Int = 1024, length: UInt64? = nil, _ body: (HTTPServer, ByteStream) async throws -> Void
    ) async throws {
        let stream = ByteStream(capacityBytes: capacityBytes)
        try await withServer { _, _ in
            .now(HTTPResponse(status: 200, body: .stream(stream, length: length)))
        } _: { server in
            try await body(server, stream)
        }
    }

    @Test("with a length it arrives whole, and the connection serves on")
    func known() async throws {
        let bytes = pattern(1_000_000)
        try await withServer { request, _ in
            if request.rawPath == "/next" { return .now(HTTPResponse(status: 204)) }
            let stream = ByteStream(capacityBytes: 10_000)
            Task {
                for start in stride(from: 0, to: bytes.count, by: 7_001) {
                    try await stream.write(Array(bytes[start..<min(start + 7_001, bytes.count)]))
                }
                stream.finish()
            }
            return .now(HTTPResponse(status: 200, body: .stream(stream, length: UInt64(bytes.count))))
        } _: { server in
            let port = server.port
            try await blocking {
                let client = try RawClient(port)
                let answer = try client.get("/")
                #expect(answer.header("Content-Length") == "1000000")
                let isSame = answer.body == bytes
                #expect(isSame)
                #expect(try client.get("/next").status == 204)
            }
        }
    }

    @Test("without a length each write is sent as it comes")
    func events() async throws {
        try await serve { server, stream in
            let port = server.port
            let client = try await blocking { () throws -> UncheckedClient in
                let client = try RawClient(port)
                try client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
                #expect(try client.head().contains("chunked"))
                return UncheckedClient(client)
            }
            for event in ["one", "two", "three"] {
                try await stream.write(Array(event.utf8))
                let chunk = try await blocking { try client.use { try $0.chunk() } }
                #expect(chunk == Array(event.utf8))
            }
            stream.finish()
            let end = try await blocking { try client.use { try $0.chunk() } }
            #expect(end == nil)
        }
    }

    @Test("a client that does not read holds up the writer, and the memory is bounded")
    func backPressure() async throws {
        let block = [UInt8](repeating: 1, count: 64 * 1024)
        try await serve(capacityBytes: 256 * 1024) { server, stream in
            let port = server.port
            let client = try await blocking { () throws -> UncheckedClient in
                let client = try RawClient(port, receiveBuffer: 4096)
                try client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
                return UncheckedClient(client)
            }
            // The kernel's buffers take a few megabytes; a writer that is not held up goes on past any number.
            var accepted = 0
            var refusedInARow = 0
            while refusedInARow < 200, accepted < 64 * 1024 * 1024 {
                if try stream.offer(block) {
                    accepted += block.count
                    refusedInARow = 0
                } else {
                    refusedInARow += 1
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
            #expect(accepted < 64 * 1024 * 1024)
            #expect(stream.bufferedBytes <= 256 * 1024)
            let late = Task {
                try await stream.write(block)
                stream.finish()
            }
            let read = try await blocking { () throws -> Int in
                try client.use { client in
                    _ = try client.head()
                    var total = 0
                    while let chunk = try client.chunk() { total += chunk.count }
                    return total
                }
            }
            try await late.ended("the writer that was held up").get()
            #expect(read == accepted + block.count)
        }
    }

    @Test("fewer bytes than promised break the connection", arguments: [true, false])
    func short(fails: Bool) async throws {
        try await serve(length: 10) { server, stream in
            let port = server.port
            try await stream.write([1, 2, 3, 4, 5])
            fails ? stream.fail() : stream.finish()
            let got = try await blocking { () throws -> [UInt8] in
                let client = try RawClient(port)
                try client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
                _ = try client.head()
                return client.rest()
            }
            #expect(got.count < 10)
        }
    }

    @Test("a chunked body that fails has no last chunk")
    func failing() async throws {
        try await serve { server, stream in
            let port = server.port
            try await stream.write([1, 2, 3])
            let client = try await blocking { () throws -> UncheckedClient in
                let client = try RawClient(port)
                try client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
                _ = try client.head()
                #expect(try client.chunk() == [1, 2, 3])
                return UncheckedClient(client)
            }
            stream.fail()
            let rest = try await blocking { try client.use { $0.rest() } }
            #expect(rest.isEmpty)
            await #expect(throws: StreamClosed.byWriter) { try await stream.write([4]) }
        }
    }

    @Test("a client that leaves closes the stream for its writer, also while nothing is being sent")
    func leaving() async throws {
        let closed = Signal<Bool>()
        try await serve { server, stream in
            stream.onClosedByReader { closed.send(true) }
            let port = server.port
            let client = try await blocking { () throws -> UncheckedClient in
                let client = try RawClient(port)
                try client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
                _ = try client.head()
                return UncheckedClient(client)
            }
            try await eventually("the connection to be suspended") { server.suspendedConnections == 1 }
            client.close()
            #expect(await closed.next() == true)
            await #expect(throws: StreamClosed.byReader) { try await stream.write([1]) }
            let again = Signal<Bool>()
            stream.onClosedByReader { again.send(true) }
            #expect(await again.next() == true)
            try await eventually("every connection to be closed") { server.openConnections == 0 }
            #expect(server.suspendedConnections == 0)
        }
    }

    @Test("HEAD and an answer that came too late close the stream unread")
    func unread() async throws {
        try await serve(length: 1000) { server, stream in
            let port = server.port
            let closed = Signal<Bool>()
            stream.onClosedByReader { closed.send(true) }
            let answer = try await blocking { try RawClient(port).get("/", method: "HEAD") }
            #expect(answer.header("Content-Length") == "1000")
            #expect(await closed.next() == true)
        }
        let late = ByteStream(capacityBytes: 1)
        let closed = Signal<Bool>()
        late.onClosedByReader { closed.send(true) }
        try await withServer { _, exchange in
            exchange.complete(HTTPResponse(status: 200))
            exchange.complete(HTTPResponse(status: 200, body: .stream(late, length: nil)))
            return .later
        } _: { server in
            let port = server.port
            let status = try await blocking { try RawClient(port).get("/").status }
            #expect(status == 200)
            #expect(await closed.next() == true)
        }
    }

    @Test("a stop breaks streams that are open and tells their writers")
    func stop() async throws {
        let stream = ByteStream(capacityBytes: 10)
        let server = try HTTPServer(ServerSettings()) { _, _ in
            .now(HTTPResponse(status: 200, body: .stream(stream, length: nil)))
        }
        let port = server.port
        let client = try await blocking { () throws -> UncheckedClient in
            let client = try RawClient(port)
            try client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
            _ = try client.head()
            return UncheckedClient(client)
        }
        try await eventually("the connection to be suspended") { server.suspendedConnections == 1 }
        await server.stop(within: .milliseconds(10))
        await #expect(throws: StreamClosed.byReader) { try await stream.write([1]) }
        let rest = try await blocking { try client.use { $0.rest() } }
        #expect(rest.isEmpty, "no last chunk")
    }

    @Test("a writer that is cancelled while it waits for room returns")
    func cancelled() async throws {
        // Cancelled sooner and later, so that most of them wait by then.
        for turns in 0..<100 {
            let stream = ByteStream(capacityBytes: 1)
            try await stream.write([1])
            let writer = Task { try await stream.write([2]) }
            for _ in 0..<turns { await Task.yield() }
            writer.cancel()
            await #expect(throws: StreamClosed.cancelled) { try await writer.ended("the cancelled writer").get() }
            #expect(stream.bufferedBytes == 1)
        }
    }
}
