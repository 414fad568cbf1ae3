import HTTPServer
import TestStack
import Testing

@Suite("Stopping", .timeLimit(.minutes(1)))
struct StopTests {
    @Test("requests under way are finished, and their connections closed")
    func finishes() async throws {
        let begun = Signal<Exchange>()
        let server = try HTTPServer(ServerSettings()) { _, exchange in
            begun.send(exchange)
            return .later
        }
        let port = server.port
        async let answer = blocking { () throws -> (RawClient.Answer, Bool) in
            let client = try RawClient(port)
            return (try client.get("/"), client.isClosed())
        }
        let exchange = try #require(await begun.next())
        async let stopped: Void = server.stop(within: .seconds(10))
        try await eventually("the port to take no connections") { try await !blocking { accepts(port) } }
        exchange.complete(HTTPResponse(status: 200, text: "in time"))
        await stopped
        let (got, closed) = try await answer
        #expect(got.text == "in time")
        #expect(got.header("Connection")?.lowercased() == "close")
        #expect(closed)
    }

    @Test("what still waits when the time is up gets a 503, and its owner is told")
    func givesUp() async throws {
        let begun = Signal<Bool>()
        let told = Signal<Bool>()
        let server = try HTTPServer(ServerSettings()) { _, exchange in
            exchange.onHangUp { told.send(true) }
            begun.send(true)
            return .later
        }
        let port = server.port
        async let answers = blocking { () throws -> [Int] in
            let clients = try (0..<50).map { _ in try RawClient(port) }
            for client in clients { try client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n") }
            return try clients.map { try $0.answer().status }
        }
        for _ in 0..<50 { _ = await begun.next() }
        await server.stop(within: .milliseconds(10))
        let statuses = try await answers
        #expect(statuses == Array(repeating: 503, count: 50))
        for _ in 0..<50 { #expect(await told.next() == true) }
        #expect(server.openConnections == 0)
        #expect(server.suspendedConnections == 0)
    }

    @Test("idle connections do not hold up a stop, and every caller returns")
    func idle() async throws {
        let server = try HTTPServer(ServerSettings(), handler: echo)
        let port = server.port
        let client = try await blocking { () throws -> UncheckedClient in
            let client = try RawClient(port)
            _ = try client.get("/")
            return UncheckedClient(client)
        }
        let begun = ContinuousClock.now
        async let first: Void = server.stop(within: .seconds(60))
        async let second: Void = server.stop(within: .seconds(60))
        _ = await (first, second)
        await server.stop(within: .seconds(60))
        #expect(ContinuousClock.now - begun < .seconds(10))
        let closed = try await blocking { try client.use { $0.isClosed() } }
        #expect(closed)
        #expect(server.openConnections == 0)
    }

    @Test("a stop under load loses no request that was begun")
    func underLoad() async throws {
        let server = try HTTPServer(ServerSettings(), handler: echo)
        let port = server.port
        let busy = Signal<Bool>()
        async let results = blocking { () throws -> Bool in
            let client = try RawClient(port)
            for number in 0..<1_000_000 {
                if number == 100 { busy.send(true) }
                let answer = try client.get("/\(number)")
                if answer.text != "GET|/\(number)|-|" { return false }
                if answer.header("Connection")?.lowercased() == "close" { return true }
            }
            return false
        }
        _ = await busy.next()
        await server.stop(within: .seconds(10))
        let complete = try await results
        #expect(complete, "the client was told to close, and not cut off")
    }

    @Test("the port is free again, and a server that is let go of stops by itself")
    func letGo() async throws {
        var server: HTTPServer? = try HTTPServer(ServerSettings(), handler: echo)
        let port = try #require(server?.port)
        let status1 = try await blocking { try RawClient(port).get("/").status }
        #expect(status1 == 200)
        #expect(throws: HTTPServerFault.portInUse(address: "127.0.0.1", port: port)) {
            try HTTPServer(ServerSettings(port: port), handler: echo)
        }
        server = nil
        try await eventually("the port to take no connections") { try await !blocking { accepts(port) } }
        let next = try HTTPServer(ServerSettings(port: port), handler: echo)
        let status2 = try await blocking { try RawClient(port).get("/").status }
        #expect(status2 == 200)
        await next.stop(within: .zero)
    }

    @Test("an address that is none is refused by name", arguments: ["localhost", "1.2.3", "", "127.0.0.1 "])
    func malformedAddress(address: String) {
        #expect(throws: HTTPServerFault.malformedAddress(address)) {
            try HTTPServer(ServerSettings(address: address), handler: echo)
        }
    }

    @Test("an address of another machine is refused as such")
    func addressNotHere() {
        #expect(throws: HTTPServerFault.addressNotHere("192.0.2.1")) {
            try HTTPServer(ServerSettings(address: "192.0.2.1"), handler: echo)
        }
    }

    @Test("'::' takes IPv4 and IPv6")
    func dualStack() async throws {
        try await withServer(ServerSettings(address: "::")) { request, _ in
            .now(HTTPResponse(status: 200, text: request.peerAddress ?? "nil"))
        } _: { server in
            let port = server.port
            let peer = try await blocking { try RawClient(port).get("/").text }
            #expect(peer == "127.0.0.1")
        }
    }
}
