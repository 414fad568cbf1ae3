import FoundationEssentials
import HTTPServer
import Testing

/// A problem as RFC 9457 writes it, read by another parser than the one that wrote it.
private struct Problem: Decodable {
    let status: Int
    let detail: String
    let instance: String
}

@Suite("What every answer carries, refusals of all kinds included", .timeLimit(.minutes(1)))
struct RefusalTests {
    /// Statuses: RFC 9112, 2.2 to 7.1, and RFC 9110, 15.5 and 15.6.
    @Test(
        "what is no HTTP is answered as a problem with a request id, never in HTML",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", 400, "Host"),
            ("GET / HTTP/1.1\r\nHost: t\r\nno colon\r\n\r\n", 400, "9112"),
            ("GET / HTTP/1.1\r\nHost: t\r\nName : space\r\n\r\n", 400, "9112"),
            ("GET / HTTP/1.1\r\nHost: t\r\n: empty\r\n\r\n", 400, "9112"),
            ("GET / HTTP/1.1\r\nHost: t\r\nX: a\u{0}b\r\n\r\n", 400, "9112"),
            ("GET /\r\n\r\n", 400, "9112"),
            ("GET / b HTTP/1.1\r\nHost: t\r\n\r\n", 400, ""),
            ("GET / FTP/1.1\r\nHost: t\r\n\r\n", 400, "9112"), ("GET / HTTP/9.9\r\nHost: t\r\n\r\n", 505, "1.1"),
            ("GET / HTTP/2.0\r\nHost: t\r\n\r\n", 505, "1.1"),
            ("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: x\r\n\r\n", 400, "Content-Length"),
            ("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n", 400, "Content-Length"),
            (
                "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400,
                "where the request ends"
            ),
            (
                "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
                "where the request ends"
            ),
            ("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip\r\n\r\n", 400, "Transfer-Encoding"),
            ("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, "chunk"),
            ("GET / HTTP/1.1\r\nHost: t\r\nHost: u\r\n\r\n", 400, "where the request ends"),
            ("GET /" + String(repeating: "p", count: 40_000) + " HTTP/1.1\r\nHost: t\r\n\r\n", 414, "target"),
            ("GET / HTTP/1.1\r\nHost: t\r\nX: " + String(repeating: "h", count: 40_000) + "\r\n\r\n", 431, "header"),
        ])
    func problems(bytes: String, status: Int, word: String) async throws {
        try await withServer(handler: echo) { server in
            let port = server.port
            let answer = try await blocking {
                let client = try RawClient(port)
                try? client.send(bytes)
                client.endSending()
                return try client.answer()
            }
            #expect(answer.status == status)
            #expect(answer.header("Content-Type") == "application/problem+json")
            #expect(answer.header("X-Content-Type-Options") == "nosniff")
            let problem = try JSONDecoder().decode(Problem.self, from: Data(answer.body))
            #expect(problem.status == status)
            #expect(problem.detail.contains(word))
            #expect(problem.instance == answer.header("X-Request-Id"))
            #expect(!problem.instance.isEmpty)
        }
    }

    @Test("a refusal names the client's own request id where the fields could be read")
    func ownID() async throws {
        try await withServer(ServerSettings(maxHeaderBytes: 1024, maxBodyBytes: 10), handler: echo) { server in
            let port = server.port
            try await blocking {
                for (head, status) in [
                    (
                        "POST / HTTP/1.1\r\nHost: t\r\nX-Request-Id: mine-1\r\nContent-Length: 11\r\n\r\n12345678901",
                        413
                    ),
                    ("POST / HTTP/1.1\r\nHost: t\r\nX-Request-Id: mine-1\r\nContent-Length: 99999999\r\n\r\n", 413),
                    ("GET / HTTP/1.1\r\nX-Request-Id: mine-1\r\n\r\n", 400),
                    ("POST / HTTP/1.1\r\nHost: t\r\nX-Request-Id: mine-1\r\nContent-Length: x\r\n\r\n", 400),
                    (
                        "GET / HTTP/1.1\r\nHost: t\r\nX-Request-Id: mine-1\r\nX: \(String(repeating: "h", count: 1100))\r\n\r\n",
                        431
                    ),
                ] {
                    let client = try RawClient(port)
                    try client.send(head)
                    let answer = try client.answer()
                    #expect(answer.status == status)
                    #expect(answer.header("X-Request-Id") == "mine-1")
                    #expect(answer.text.contains(#""instance":"mine-1""#))
                }
            }
        }
    }

    @Test(
        "a request id that is not fit to be echoed is replaced",
        arguments: ["", "a b", "a\u{b}b", "\"", "ü", String(repeating: "a", count: 129)])
    func unfitID(id: String) async throws {
        try await withServer { request, _ in
            .now(HTTPResponse(status: 200, text: request.head.id))
        } _: { server in
            let port = server.port
            let answer = try await blocking { try RawClient(port).get("/", headers: "X-Request-Id: \(id)\r\n") }
            #expect(answer.header("X-Request-Id") == answer.text)
            #expect(answer.text != id)
            #expect((1...128).contains(answer.text.utf8.count))
        }
    }

    @Test("the embedder's headers are on every answer: the handler's, a later one, the server's and libmicrohttpd's")
    func finished() async throws {
        let settings = ServerSettings(
            maxBodyBytes: 10,
            finish: { response, request in
                response.headers.append(("X-Origin", request.header("Origin") ?? "none"))
            })
        let waiting = Waiting()
        try await withServer(settings) { request, exchange in
            guard request.rawPath == "/later" else {
                return .now(HTTPResponse(status: 200, headers: [("X", request.rawPath == "/bad" ? "a\nb" : "c")]))
            }
            waiting.add(exchange)
            return .later
        } _: { server in
            let port = server.port
            try await blocking {
                let own = "Host: t\r\nOrigin: https://a.example\r\n"
                for (bytes, status) in [
                    ("GET / HTTP/1.1\r\n\(own)\r\n", 200), ("GET /bad HTTP/1.1\r\n\(own)\r\n", 500),
                    ("POST / HTTP/1.1\r\n\(own)Content-Length: 11\r\n\r\n12345678901", 413),
                    ("GET / HTTP/1.1\r\nOrigin: https://a.example\r\n\r\n", 400),
                    ("GET /later HTTP/1.1\r\n\(own)\r\n", 202),
                ] {
                    let client = try RawClient(port)
                    try client.send(bytes)
                    if status == 202 {
                        waiting.wait(for: 1)
                        waiting.completeAll(HTTPResponse(status: 202))
                    }
                    let answer = try client.answer()
                    #expect(answer.status == status)
                    #expect(answer.header("X-Origin") == "https://a.example")
                    #expect(answer.headers.filter { $0.name == "X-Request-Id" }.count == 1)
                    #expect(answer.headers.filter { $0.name == "X-Content-Type-Options" }.map(\.value) == ["nosniff"])
                }
            }
        }
    }
}
