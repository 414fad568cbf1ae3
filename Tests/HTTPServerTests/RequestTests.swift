import HTTPServer
import Testing

@Suite("Requests as they arrive", .timeLimit(.minutes(1)))
struct RequestTests {
    @Test(
        "the path and the query arrive undecoded",
        arguments: [
            ("/a%2Fb%00c", "GET|/a%2Fb%00c|-|"), ("/a?b=%26+%3D&c", "GET|/a|b=%26+%3D&c|"), ("/a?", "GET|/a||"),
            ("/a?b?c", "GET|/a|b?c|"), ("http://elsewhere/a?b", "GET|/a|b|"), ("/a+b", "GET|/a+b|-|"),
            ("/../a/./b", "GET|/../a/./b|-|"), ("/%zz%", "GET|/%zz%|-|"), ("/gr\u{fc}n", "GET|/gr\u{fc}n|-|"),
        ])
    func rawTarget(target: String, expected: String) async throws {
        try await withServer(handler: echo) { server in
            let port = server.port
            let answer = try await blocking { try RawClient(port).get(target) }
            #expect(answer.status == 200)
            #expect(answer.text == expected)
        }
    }

    @Test("a body arrives whole, with a length and in chunks")
    func bodies() async throws {
        try await withServer(handler: echo) { server in
            let port = server.port
            try await blocking {
                let client = try RawClient(port)
                try client.send("POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello")
                #expect(try client.answer().text == "POST|/a|-|hello")
                try client.send(
                    "POST /b HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n")
                #expect(try client.answer().text == "POST|/b|-|hello")
            }
        }
    }

    @Test("a client of HTTP/1.0 is answered and the connection closed, or kept if it asks")
    func oldClient() async throws {
        try await withServer(handler: echo) { server in
            let port = server.port
            try await blocking {
                let client = try RawClient(port)
                try client.send("GET /a HTTP/1.0\r\n\r\n")
                #expect(try client.answer().text == "GET|/a|-|")
                #expect(client.isClosed())
                let kept = try RawClient(port)
                for path in ["/b", "/c"] {
                    try kept.send("GET \(path) HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                    #expect(try kept.answer().text == "GET|\(path)|-|")
                }
            }
        }
    }

    @Test("HEAD gets GET's headers and no body")
    func head() async throws {
        try await withServer(handler: echo) { server in
            let port = server.port
            try await blocking {
                let client = try RawClient(port)
                let answer = try client.get("/a", method: "HEAD")
                #expect(answer.status == 200)
                #expect(answer.header("Content-Length") == "10")
                #expect(answer.header("Content-Type") == "text/plain")
                #expect(try client.get("/b").text == "GET|/b|-|", "nothing of a body came between")
            }
        }
    }

    @Test("requests sent all at once are answered in order on one connection")
    func pipelining() async throws {
        try await withServer(handler: echo) { server in
            let port = server.port
            try await blocking {
                let client = try RawClient(port)
                try client.send((1...50).map { "GET /\($0) HTTP/1.1\r\nHost: t\r\n\r\n" }.joined())
                for number in 1...50 { #expect(try client.answer().text == "GET|/\(number)|-|") }
            }
            #expect(server.requestsBegun == 50)
        }
    }

    @Test("header fields are found whatever the case of their name, and repeats are seen")
    func headers() async throws {
        let seen = Signal<[String]>()
        try await withServer { request, _ in
            seen.send(
                [
                    request.header("X-API-Key"), request.header("x-twice"), request.header("none"),
                    request.header("Bytes"),
                ]
                .map { $0 ?? "nil" } + request.headerValues("X-TWICE") + [request.peerAddress ?? "nil"])
            return .now(HTTPResponse(status: 204))
        } _: { server in
            let port = server.port
            let answer = try await blocking {
                try RawClient(port).get(
                    "/", headers: "x-aPi-kEy: secret\r\nX-Twice: a\r\nx-twice:  b \r\nBytes: \u{e9}\r\n")
            }
            #expect(answer.status == 204)
            #expect(await seen.next() == ["secret", "a, b", "nil", "\u{e9}", "a", "b", "127.0.0.1"])
        }
    }
}
