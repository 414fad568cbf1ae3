import Glibc
import HTTPServer
import Synchronization
import TestStack
import Testing

@Suite("Answers that come later", .timeLimit(.minutes(1)))
struct SuspensionTests {
    @Test("an answer from another thread reaches the client, and the connection serves on")
    func later() async throws {
        try await withServer { request, exchange in
            let path = request.rawPath
            Task { exchange.complete(HTTPResponse(status: 200, text: path)) }
            return .later
        } _: { server in
            let port = server.port
            try await blocking {
                let client = try RawClient(port)
                for number in 1...100 { #expect(try client.get("/\(number)").text == "/\(number)") }
            }
            #expect(server.suspendedConnections == 0)
        }
    }

    @Test("an answer given before the handler returns is sent, and only the first counts")
    func beforeReturn() async throws {
        try await withServer { request, exchange in
            exchange.complete(HTTPResponse(status: 201))
            exchange.complete(HTTPResponse(status: 202))
            return request.rawPath == "/now" ? .now(HTTPResponse(status: 203)) : .later
        } _: { server in
            let port = server.port
            try await blocking {
                let client = try RawClient(port)
                #expect(try client.get("/later").status == 201)
                #expect(try client.get("/now").status == 201)
            }
        }
    }

    @Test("2,000 requests wait at once, while others are served")
    func many() async throws {
        let waiting = Waiting()
        try await withServer(ServerSettings(maxConnections: 4_000)) { request, exchange in
            if request.rawPath == "/now" { return .now(HTTPResponse(status: 200)) }
            waiting.add(exchange)
            return .later
        } _: { server in
            let port = server.port
            try await blocking {
                let clients = try (0..<2_000).map { _ in try RawClient(port) }
                for client in clients { try client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n") }
                waiting.wait(for: 2_000)
                #expect(server.suspendedConnections == 2_000)
                #expect(try RawClient(port).get("/now").status == 200)
                waiting.completeAll(HTTPResponse(status: 200, text: "done"))
                for client in clients { #expect(try client.answer().text == "done") }
            }
            #expect(server.suspendedConnections == 0)
        }
    }

    @Test("a client that hangs up is noticed while it waits, and nothing of it stays")
    func hangUp() async throws {
        let gone = Signal<String>()
        let begun = Signal<WeakExchange>()
        try await withServer { request, exchange in
            let path = request.rawPath
            exchange.onHangUp { gone.send(path) }
            begun.send(WeakExchange(exchange))
            return .later
        } _: { server in
            let port = server.port
            let client = try await blocking { () throws -> UncheckedClient in
                let client = try RawClient(port)
                try client.send("GET /a HTTP/1.1\r\nHost: t\r\n\r\n")
                return UncheckedClient(client)
            }
            let exchange = try #require(await begun.next())
            try await eventually("the connection to be suspended") { server.suspendedConnections == 1 }
            client.close()
            #expect(await gone.next() == "/a")
            exchange.exchange?.complete(HTTPResponse(status: 200))
            let again = Signal<Bool>()
            exchange.exchange?.onHangUp { again.send(true) }
            if exchange.exchange != nil { #expect(await again.next() == true, "told at once when it has happened") }
            try await eventually("every connection and request to be over") {
                server.openConnections == 0 && server.requestsUnderWay == 0
            }
            #expect(server.suspendedConnections == 0)
            try await eventually("the exchange to be freed") { exchange.exchange == nil }
        }
    }

    @Test("a request sent behind one that waits is answered after it")
    func pipelinedBehind() async throws {
        let begun = Signal<Exchange>()
        try await withServer { request, exchange in
            if request.rawPath == "/now" { return .now(HTTPResponse(status: 200, text: "now")) }
            begun.send(exchange)
            return .later
        } _: { server in
            let port = server.port
            async let answers = blocking { () throws -> [String] in
                let client = try RawClient(port)
                try client.send("GET /later HTTP/1.1\r\nHost: t\r\n\r\nGET /now HTTP/1.1\r\nHost: t\r\n\r\n")
                return [try client.answer().text, try client.answer().text]
            }
            await begun.next()?.complete(HTTPResponse(status: 200, text: "later"))
            let got = try await answers
            #expect(got == ["later", "now"])
        }
    }

    @Test("an answered request is never told of a hang-up")
    func noHangUpAfterAnswer() async throws {
        let told = Counter()
        let seen = Signal<Exchange>()
        try await withServer { _, exchange in
            exchange.onHangUp { told.add() }
            seen.send(exchange)
            return .later
        } _: { server in
            let port = server.port
            async let status = blocking { try RawClient(port).get("/").status }
            await seen.next()?.complete(HTTPResponse(status: 200))
            let got = try await status
            #expect(got == 200)
            try await eventually("every connection to be closed") { server.openConnections == 0 }
            #expect(told.count == 0)
        }
    }
}

/// Exchanges that wait for the test.
final class Waiting: Sendable {
    private let exchanges = Mutex<[Exchange]>([])

    func add(_ exchange: Exchange) { exchanges.withLock { $0.append(exchange) } }

    /// On a thread that may block.
    func wait(for count: Int) { while exchanges.withLock({ $0.count }) < count { usleep(1_000) } }

    func completeAll(_ response: HTTPResponse) {
        for exchange in exchanges.withLock({ $0 }) { exchange.complete(response) }
    }
}

/// `@unchecked Sendable`: a weak reference to a class that is Sendable; Swift 6.0 loads it atomically.
final class WeakExchange: @unchecked Sendable {
    weak var exchange: Exchange?
    init(_ exchange: Exchange) { self.exchange = exchange }
}
