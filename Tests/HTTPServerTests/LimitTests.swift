import TestStack
import Testing

@testable import HTTPServer

/// Small bounds, and refusals that a test can recognise as ours.
private let strict = ServerSettings(
    maxHeaderBytes: 1024, maxBodyBytes: 100,
    refusal: { status, detail, _ in HTTPResponse(status: status, headers: [("X-Refused", "us")], text: detail) })

@Suite("What is refused", .timeLimit(.minutes(1)))
struct LimitTests {
    @Test("a body over the limit gets our 413, however it is sent, and one at the limit does not")
    func bodyLimit() async throws {
        try await withServer(strict, handler: echo) { server in
            let port = server.port
            try await blocking {
                let body = String(repeating: "b", count: 100)
                for (announced, expected) in [
                    (body, 200), (body + "b", 413), (String(repeating: "b", count: 200_000), 413),
                ] {
                    let client = try RawClient(port)
                    try client.send(
                        "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: \(announced.utf8.count)\r\n\r\n\(announced)")
                    let answer = try client.answer()
                    #expect(answer.status == expected)
                    #expect(answer.header("X-Refused") == (expected == 413 ? "us" : nil))
                }
                for size in [100, 101, 100_000] {
                    let client = try RawClient(port)
                    try client.send(
                        "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n\(String(size, radix: 16))\r\n"
                            + String(repeating: "b", count: size) + "\r\n0\r\n\r\n")
                    #expect(try client.answer().status == (size > 100 ? 413 : 200))
                }
            }
        }
    }

    @Test("a client that asks before it sends too much is told at once")
    func expectContinue() async throws {
        try await withServer(strict, handler: echo) { server in
            let port = server.port
            try await blocking {
                let client = try RawClient(port)
                try client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n")
                #expect(try client.answer().status == 413)
                #expect(client.isClosed())
                let polite = try RawClient(port)
                try polite.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
                #expect(try polite.answer().status == 100)
                try polite.send("hello")
                #expect(try polite.answer().text == "POST|/|-|hello")
            }
        }
    }

    @Test("a body announced beyond all measure is refused unread")
    func hugeBody() async throws {
        try await withServer(strict, handler: echo) { server in
            let port = server.port
            try await blocking {
                let client = try RawClient(port)
                try client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000000000\r\n\r\n")
                #expect(try client.answer().status == 413)
                #expect(client.isClosed())
            }
        }
    }

    @Test("headers over the limit get our 431; far over, the library's or a closed connection")
    func headerLimit() async throws {
        try await withServer(strict, handler: echo) { server in
            let port = server.port
            try await blocking {
                let fine = try RawClient(port).get("/", headers: "X: \(String(repeating: "h", count: 900))\r\n")
                #expect(fine.status == 200)
                let refused = try RawClient(port).get("/", headers: "X: \(String(repeating: "h", count: 1100))\r\n")
                #expect(refused.status == 431)
                #expect(refused.header("X-Refused") == "us")
                let long = try RawClient(port).get("/" + String(repeating: "p", count: 1100))
                #expect(long.status == 431)
                let far = try RawClient(port)
                // The server may close while this is still being sent.
                try? far.send("GET / HTTP/1.1\r\nHost: t\r\nX: \(String(repeating: "h", count: 1_000_000))\r\n\r\n")
                let answer = String(decoding: far.rest(), as: UTF8.self)
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"))
            }
        }
    }

    /// libmicrohttpd has the answer's head in the memory of the request's: where that is nearly full it closed the connection.
    @Test("however large a head is, and however many fields, cookies or parameters it has, it is answered")
    func everySize() async throws {
        /// Fills up with pieces of a size, the last of which is cut to fit.
        @Sendable func head(_ size: Int, of piece: (Int) -> String, target: Bool = false) -> String {
            var filling = ""
            var number = 0
            while filling.utf8.count < size {
                filling += piece(number)
                number += 1
            }
            filling = String(filling.prefix(size))
            if target { return "GET /?\(filling) HTTP/1.1\r\nHost: t\r\n\r\n" }
            // A name cut in two is a name, and one without its colon is not sent.
            let fields = filling.split(separator: "\n", omittingEmptySubsequences: true)
                .filter { $0.contains(": ") }.map { "\($0)\r\n" }.joined()
            return "GET / HTTP/1.1\r\nHost: t\r\n\(fields)\r\n"
        }
        let value = String(repeating: "v", count: 100)
        let shapes: [(name: String, head: @Sendable (Int) -> String)] = [
            ("one field", { head($0) { $0 == 0 ? "X: " : value } }),
            ("fields of 8 bytes", { head($0) { "X\($0 % 10): vv\n" } }),
            ("fields of 38 bytes", { head($0) { "X\($0 % 10): \(value.prefix(32))\n" } }),
            ("cookies", { head($0) { $0 == 0 ? "Cookie: " : "c\($0 % 10)=v; " } }),
            ("parameters", { head($0, of: { "p\($0 % 10)=v&" }, target: true) }),
            ("one parameter", { head($0, of: { _ in value }, target: true) }),
        ]
        try await withServer(strict, handler: echo) { server in
            let port = server.port
            try await blocking {
                for (name, head) in shapes {
                    var seen: Set<Int> = []
                    for size in stride(from: 100, to: 6_500, by: 13) {
                        let client = try RawClient(port)
                        try client.send(head(size))
                        let answer = String(decoding: client.firstLine(), as: UTF8.self)
                        let status = answer.split(separator: " ").dropFirst().first.flatMap { Int($0) }
                        #expect(
                            status.map { [200, 414, 431].contains($0) } == true, "\(size) bytes of \(name): \(answer)")
                        if let status { seen.insert(status) }
                    }
                    #expect(seen.contains(200) && seen.contains(431) || seen.contains(414), "\(name): \(seen)")
                }
            }
        }
    }

    @Test("a head that leaves no room is refused as any other: by our own document, and then the connection ends")
    func noRoom() async throws {
        try await withServer(strict, handler: echo) { server in
            let port = server.port
            try await blocking {
                // 5,120 bytes are there for the request's head and the answer's.
                for method in ["GET", "HEAD"] {
                    let client = try RawClient(port)
                    let headers = "X-Request-Id: abc\r\nX: \(String(repeating: "h", count: 4_700))\r\n"
                    let answer = try client.get("/", headers: headers, method: method)
                    #expect(answer.status == 431)
                    #expect(answer.header("X-Refused") == "us")
                    #expect(answer.header("X-Request-Id") == "abc")
                    #expect(answer.header("Date") != nil)
                    let detail = "Request line and header fields are larger than 1024 bytes."
                    #expect(answer.header("Content-Length") == "\(detail.utf8.count)")
                    #expect(answer.text == (method == "HEAD" ? "" : detail))
                    #expect(client.isClosed())
                }
                // Few bytes in many fields: the index of them is what takes the room.
                let client = try RawClient(port)
                let answer = try client.get("/", headers: String(repeating: "X: y\r\n", count: 55))
                #expect(answer.status == 431)
                #expect(answer.text.contains("fields, cookies and parameters"))
                #expect(try RawClient(port).get("/", headers: String(repeating: "X: y\r\n", count: 20)).status == 200)
            }
        }
    }

    @Test(
        "a request whose end two fields tell differently is refused and its connection closed",
        arguments: [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 5\r\nContent-Length: 6\r\n",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n", "Content-Length: -1\r\n", "Content-Length: 5x\r\n",
            "Content-Length: 99999999999999999999999\r\n", "Host: other\r\n", "Content-Length : 5\r\n",
        ])
    func smuggling(headers: String) async throws {
        let handled = Counter()
        try await withServer { _, _ in
            handled.add()
            return .now(HTTPResponse(status: 200))
        } _: { server in
            let port = server.port
            try await blocking {
                let client = try RawClient(port)
                try client.send(
                    "POST / HTTP/1.1\r\nHost: t\r\n\(headers)\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n")
                let got = String(decoding: client.rest(), as: UTF8.self)
                #expect(got.hasPrefix("HTTP/1.1 4") || got.isEmpty)
                #expect(got.components(of: "HTTP/1.1 ") <= 1)
            }
            #expect(handled.count == 0)
        }
    }

    @Test(
        "what is no HTTP is answered with a 4xx, a 505 or a closed connection, and harms nobody",
        arguments: [
            "\r\n\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/9.9\r\nHost: t\r\n\r\n",
            "GET / FTP/1.1\r\nHost: t\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "GET / HTTP/1.1\nHost: t\n\n",
            "GET / HTTP/1.1\r\nHost: t\r\n: empty\r\n\r\n", "GET / HTTP/1.1\r\nHost: t\r\n folded\r\n\r\n",
            "G\u{0}T / HTTP/1.1\r\nHost: t\r\n\r\n", "GET /\u{0} HTTP/1.1\r\nHost: t\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: t\r\nX: a\u{0}b\r\n\r\n", "GET  /  HTTP/1.1\r\nHost: t\r\n\r\n",
            "GET / b HTTP/1.1\r\nHost: t\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}",
        ])
    func notHTTP(bytes: String) async throws {
        try await withServer(handler: echo) { server in
            let port = server.port
            try await blocking {
                let client = try RawClient(port)
                try client.send(bytes)
                client.endSending()
                let got = String(decoding: client.rest(), as: UTF8.self)
                let isRefused = got.isEmpty || got.hasPrefix("HTTP/1.1 4") || got.hasPrefix("HTTP/1.1 505")
                #expect(isRefused || bytes.contains("GET / HTTP/1.1"), "got \(got)")
                #expect(try RawClient(port).get("/").status == 200)
            }
        }
    }

    @Test("a target that is not UTF-8 gets our 400; such a header value is repaired")
    func notUTF8() async throws {
        try await withServer(strict) { request, _ in
            .now(HTTPResponse(status: 200, text: request.header("X") ?? "nil"))
        } _: { server in
            let port = server.port
            try await blocking {
                for target in ["/%41\u{0}", "/?a=\u{0}"] {
                    let client = try RawClient(port)
                    let bytes = Array("GET \(target) HTTP/1.1\r\nHost: t\r\n\r\n".utf8).map { $0 == 0 ? 0xff : $0 }
                    try client.send(bytes)
                    let answer = try client.answer()
                    #expect(answer.status == 400)
                    #expect(answer.header("X-Refused") == "us")
                }
                let client = try RawClient(port)
                try client.send(
                    Array("GET / HTTP/1.1\r\nHost: t\r\nX: a\u{0}b\r\n\r\n".utf8).map { $0 == 0 ? 0xff : $0 })
                #expect(try client.answer().text == "a\u{fffd}b")
            }
        }
    }

    @Test("connections beyond the limit wait for a place, and get one")
    func connectionLimit() async throws {
        try await withServer(ServerSettings(maxConnections: 3), handler: echo) { server in
            let port = server.port
            try await blocking {
                var clients = try (0..<3).map { _ in try RawClient(port) }
                for client in clients { #expect(try client.get("/").status == 200) }
                let fourth = try RawClient(port)
                try fourth.send("GET /4 HTTP/1.1\r\nHost: t\r\n\r\n")
                #expect(server.openConnections == 3)
                clients.removeFirst()
                #expect(try fourth.answer().text == "GET|/4|-|")
            }
        }
    }

    @Test("half requests that take all places make room for those who wait, long before their own time is up")
    func halfRequests() async throws {
        try await withServer(ServerSettings(maxConnections: 3, requestTimeout: .seconds(3600)), handler: echo) {
            server in
            let port = server.port
            try await blocking {
                let half = try (0..<3).map { _ in
                    let client = try RawClient(port)
                    try client.send("GET / HTTP/1.1\r\nHos")
                    return client
                }
                // Refused by nobody: it waits in the kernel's queue, and the client's own limit is ten seconds.
                let whole = try RawClient(port)
                #expect(try whole.get("/whole").text == "GET|/whole|-|")
                #expect(half.filter { $0.isClosed(withinMs: 0) }.count == 1)
            }
        }
    }

    @Test("connections leave descriptors to the rest of the process, however few there are")
    func descriptors() {
        let settings = ServerSettings(maxConnections: 10_000, spareDescriptors: 256)
        for (limit, all, connections) in [
            (UInt64.max, Int.max - 256, 10_000), (65_536, 65_280, 10_000), (1_024, 768, 768), (256, 128, 128),
            (6, 4, 4),
        ] {
            let budget = DescriptorBudget(settings, limit: limit)
            #expect(budget.all == all)
            #expect(budget.connections == connections)
        }
    }

    @Test("a client that stands still, and one that drips, are both closed; one that waits for its answer is not")
    func slowLoris() async throws {
        let settings = ServerSettings(idleTimeout: .seconds(1), requestTimeout: .seconds(2))
        let waiting = Waiting()
        try await withServer(settings) { request, exchange in
            waiting.add(exchange)
            return .later
        } _: { server in
            let port = server.port
            try await blocking {
                let waiter = try RawClient(port)
                try waiter.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
                let still = try RawClient(port)
                try still.send("GET / HTTP/1.1\r\nHos")
                let dripping = try RawClient(port)
                try dripping.send("GET / HTTP/1.1\r\nHost: t\r\n")
                // Sends half a field until the server has had enough: ends by an error, not by this count.
                for drop in 0..<1_000 {
                    guard (try? dripping.send("X-\(drop): 1\r\n")) != nil else { break }
                    if dripping.isClosed(withinMs: 100) { break }
                }
                #expect(dripping.isClosed())
                #expect(still.isClosed())
                waiting.completeAll(HTTPResponse(status: 200, text: "patience"))
                #expect(try waiter.answer().text == "patience")
            }
        }
    }

    @Test("a client that closes its side in the middle of a request, or after it, does not keep the connection")
    func halfClosed() async throws {
        try await withServer(handler: echo) { server in
            let port = server.port
            try await blocking {
                let clients = try ["GET / HTTP/1.1\r\nHos", "GET / HTTP/1.1\r\nHost: t\r\n\r\n"].map { text in
                    let client = try RawClient(port)
                    // In one packet with the end, so that the server sees both at once.
                    client.hold()
                    try client.send(text)
                    client.endSending()
                    return client
                }
                #expect(clients[0].rest().isEmpty)
                #expect(String(decoding: clients[1].rest(), as: UTF8.self).hasSuffix("GET|/|-|"))
            }
            try await eventually("every connection to be closed") { server.openConnections == 0 }
        }
    }

    @Test(
        "an answer that would break HTTP is replaced by a 500",
        arguments: [
            HTTPResponse(status: 200, headers: [("X", "a\r\nSet-Cookie: b")]),
            HTTPResponse(status: 200, headers: [("X: a\r\nY", "b")]), HTTPResponse(status: 200, headers: [("", "b")]),
            HTTPResponse(status: 200, headers: [("X", "a\u{0}b")]), HTTPResponse(status: 100), HTTPResponse(status: 0),
            HTTPResponse(status: 1200),
        ])
    func brokenAnswer(response: HTTPResponse) async throws {
        try await withServer(strict) { _, _ in
            .now(response)
        } _: { server in
            let port = server.port
            let answer = try await blocking { try RawClient(port).get("/") }
            #expect(answer.status == 500)
            #expect(answer.header("X-Refused") == "us")
        }
    }

    @Test("fields that are the server's own are not doubled")
    func ownFields() async throws {
        try await withServer { _, _ in
            .now(
                HTTPResponse(
                    status: 200,
                    headers: [("Content-Length", "999"), ("transfer-encoding", "chunked"), ("Date", "never")],
                    text: "four"))
        } _: { server in
            let port = server.port
            let answer = try await blocking { try RawClient(port).get("/") }
            #expect(answer.headers.filter { $0.name.lowercased() == "content-length" }.map(\.value) == ["4"])
            #expect(answer.header("Transfer-Encoding") == nil)
            #expect(answer.header("Date") != "never")
            #expect(answer.text == "four")
        }
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        indices.filter { self[$0...].hasPrefix(part) }.count
    }
}
