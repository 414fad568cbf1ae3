import TestStack
import Testing

@testable import HTTPServer

/// What the usual way sends is what the fast path is held to.
@Suite("the fast path", .timeLimit(.minutes(1)))
struct FastPathTests {
    private static let body = Array(#"{"a":"é"}"#.utf8)
    private static let fields = [("Content-Type", "application/json"), ("Vary", "Origin")]

    /// Answers `/fast` by a stored answer, and passes everything else on.
    private static func settings(
        _ asked: Counter = Counter(), writing: @escaping @Sendable (inout AnswerFields) -> Void = { _ in }
    ) throws -> ServerSettings {
        let answer = StoredAnswer(body, try #require(StoredFields(fields)))
        var settings = ServerSettings()
        settings.fastPath = { request, fields in
            asked.add()
            guard request.withTarget({ $0.starts(with: "/fast".utf8) }) else { return .pass }
            writing(&fields)
            return .stored(answer)
        }
        return settings
    }

    @Sendable private static func usual(_ request: HTTPRequest, _ exchange: Exchange) -> Reply {
        guard request.rawPath.hasPrefix("/fast") else { return echo(request, exchange) }
        return .now(
            HTTPResponse(status: 200, headers: fields + [("Cache-Control", "max-age=7")], body: .bytes(body)))
    }

    private static func comparable(_ answer: RawClient.Answer) -> [String] {
        answer.headers.filter { $0.name != "Date" }.map { "\($0.name): \($0.value)" }.sorted()
    }

    @Test(
        "a stored answer is sent as the same one from a handler would be",
        arguments: ["X-Request-Id: abc-1\r\n", "x-request-id: abc-1\r\nAccept: */*\r\nCookie: a=b; c=d\r\n"])
    func same(headers: String) async throws {
        let asked = Counter()
        let settings = try Self.settings(asked) { fields in
            fields.add("Cache-Control") {
                $0.put("max-age=")
                $0.put(7)
            }
        }
        let (fast, plain) = try await withServer(settings, handler: Self.usual) { fast in
            try await withServer(handler: Self.usual) { plain in
                try await blocking {
                    (
                        try RawClient(fast.port).get("/fast?a=b", headers: headers),
                        try RawClient(plain.port).get("/fast?a=b", headers: headers)
                    )
                }
            }
        }
        #expect(asked.count == 1)
        #expect(fast.status == 200 && fast.body == Self.body && plain.body == Self.body)
        #expect(fast.header("X-Request-Id") == "abc-1" && fast.header("Date") != nil)
        #expect(Self.comparable(fast) == Self.comparable(plain))
    }

    @Test("requests without a fit id of their own get different ones, as text and in answers alike")
    func ids() async throws {
        let ids = try await withServer(try Self.settings(), handler: Self.usual) { server in
            try await blocking {
                let client = try RawClient(server.port)
                return try [
                    client.get("/fast"), client.get("/fast", headers: "X-Request-Id: b ad\r\n"), client.get("/other"),
                ].map { $0.header("X-Request-Id") ?? "" }
            }
        }
        #expect(Set(ids).count == 3)
        #expect(ids.allSatisfy { RequestIDs.fit($0) != nil && $0.contains("-") })
        #expect(Set(ids.map { $0.prefix { $0 != "-" } }).count == 1)
    }

    /// Requests, and how often the fast path is asked about each.
    private static let requests: [(String, Int)] = {
        let (long, field) = (String(repeating: "x", count: 600), String(repeating: "y", count: 17_000))
        return [
            ("GET /other?x=%2F HTTP/1.1\r\nHost: a\r\n\r\n", 1), ("GET /other HTTP/1.0\r\n\r\n", 1),
            ("GET /fast HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxy", 0),
            ("GET /fast HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 0),
            ("GET /fast HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 0),
            ("POST /fast HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", 0),
            ("GET /fast HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 0), ("GET /fast HTTP/1.1\r\n\r\n", 0),
            ("GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n", 0),
            ("GET /fast\(long) HTTP/1.1\r\nHost: a\r\n\r\n", 0),
            ("GET http://a/other?b HTTP/1.1\r\nHost: a\r\n\r\n", 1), ("GET /\u{ff} HTTP/1.1\r\nHost: a\r\n\r\n", 1),
            ("GET /other HTTP/1.1\r\nHost: a\r\nY: \(field)\r\n\r\n", 0),
        ]
    }()

    @Test("whatever is no plain GET goes the usual way, and so does what is passed on", arguments: requests)
    func passing(request: String, asked: Int) async throws {
        let count = Counter()
        let handler: HTTPServer.Handler = { request, exchange in echo(request, exchange) }
        let (fast, plain) = try await withServer(try Self.settings(count), handler: handler) { fast in
            try await withServer(handler: handler) { plain in
                try await blocking {
                    try [fast.port, plain.port].map { port in
                        let client = try RawClient(port)
                        try client.send(request)
                        return try client.answer()
                    }
                }
            }
        }.pair
        #expect(count.count == asked)
        #expect(fast.status == plain.status)
        #expect(fast.header("Connection") == plain.header("Connection"))
        if plain.status == 200 { #expect(fast.text == plain.text) }
    }

    @Test("requests of one connection go either way, one after the other, also when they come at once")
    func mixed() async throws {
        let texts = try await withServer(try Self.settings(), handler: Self.usual) { server in
            let texts = try await blocking {
                let client = try RawClient(server.port)
                let targets = ["/fast", "/a", "/fast?b", "/fast?c", "/d?e"]
                try client.send(targets.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
                return try targets.map { _ in try client.answer().text }
            }
            try await eventually("no request to be under way") { server.requestsUnderWay == 0 }
            #expect(server.requestsBegun == 5)
            return texts
        }
        let body = String(decoding: Self.body, as: UTF8.self)
        #expect(texts == [body, "GET|/a|-|", body, body, "GET|/d|e|"])
    }

    @Test("an answer with a field that may not be sent, or with too many, is a 500 and never reaches the client")
    func unfit() async throws {
        for text in ["a\r\nSet-Cookie: b", String(repeating: "x", count: AnswerFields.mostBytes)] {
            let answer = try await withServer(
                try Self.settings { fields in fields.add("X-A") { $0.put(text) } }, handler: Self.usual
            ) { server in try await blocking { try RawClient(server.port).get("/fast") } }
            #expect(answer.status == 500)
            #expect(answer.header("Set-Cookie") == nil && answer.header("X-A") == nil)
        }
        #expect(StoredFields([("Date", "now")]) == nil)
        #expect(StoredFields([("X-A", "a\nb")]) == nil)
        #expect(StoredFields([("X A", "b")]) == nil)
    }

    @Test("another answer than a stored one is finished like any other")
    func other() async throws {
        var settings = ServerSettings(finish: { response, _ in response.headers.append(("X-Finished", "yes")) })
        settings.fastPath = { request, _ in .response(HTTPResponse(status: 429, text: request.header("a") ?? "none")) }
        let answer = try await withServer(settings, handler: Self.usual) { server in
            try await blocking { try RawClient(server.port).get("/", headers: "A: b\r\nA: c\r\n") }
        }
        #expect(answer.status == 429 && answer.text == "b, c")
        #expect(answer.header("X-Finished") == "yes" && answer.header("X-Content-Type-Options") == "nosniff")
    }

    @Test("a server that stops says so in stored answers too")
    func stopping() async throws {
        let answers = try await withServer(try Self.settings(), handler: Self.usual) { server in
            try await blocking {
                let client = try RawClient(server.port)
                let first = try client.get("/fast")
                server.announceStop()
                return [first, try client.get("/fast")]
            }
        }
        #expect(answers.map { $0.header("Connection") } == [nil, "close"])
    }

    @Test("numbers are written as the standard library writes them", arguments: [10, 36, 2])
    func numbers(radix: Int) {
        for number in [0, 1, 9, 10, 35, 36, 1_000_000, UInt64.max] {
            let text = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { room -> String? in
                var fields = AnswerFields(room)
                fields.add("A") { $0.put(number, radix: UInt64(radix)) }
                return fields.withFields { bytes, _ in
                    String(decoding: bytes.dropFirst(2).dropLast(), as: UTF8.self)
                }
            }
            #expect(text == String(number, radix: radix))
        }
    }
}

extension [RawClient.Answer] {
    fileprivate var pair: (RawClient.Answer, RawClient.Answer) { (self[0], self[1]) }
}
