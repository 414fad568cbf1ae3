import Fakes
import HTTPClient
import Synchronization
import TestStack
import Testing

@testable import ObjectStore

/// Against a server of the tests' own: answers that a well-behaved store gives seldom or never.
@Suite struct S3FaultTests {
    let http = HTTPClient(HTTPClientSettings(timeouts: HTTPTimeouts(stall: .seconds(20))))

    private func store(_ server: WireServer) throws -> S3Store {
        S3Store(
            try S3Location(bucket: "clips", region: "us-east-1", endpoint: server.url),
            credentials: StaticCredentials(Credentials(accessKey: "a", secretKey: "hush", sessionToken: "quiet")),
            http: http)
    }

    private func answering(
        _ status: String, _ code: String, headers: [String] = []
    ) throws -> WireServer {
        let body = code.isEmpty ? "" : "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>m</Message></Error>"
        return try WireServer.start { request, connection in
            if request.method == "HEAD" {
                connection.send(
                    "HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\(headers.map { $0 + "\r\n" }.joined())\r\n")
            } else {
                connection.answer(status, headers: headers, body)
            }
        }
    }

    private func get(_ server: WireServer, range: Range<UInt64>? = nil, limit: Int = 100) async throws
        -> ObjectStoreFault?
    {
        let store = try store(server)
        return await fault { () async throws(ObjectStoreFault) in
            try await store.get("k", range: range, ifMatch: nil, limitBytes: limit)
        }
    }

    @Test(
        "a store that repeats the signed request is told of without its words",
        arguments: ["", "X-Amz-Signature=", "x-amz-security-token=", "X-Amz-Signature%3D"])
    func repeated(said: String) async throws {
        let words = "Nobody may GET /clips/k?\(said)zq"
        let server = try WireServer.start { _, connection in
            connection.answer("403 Forbidden", "<Error><Code>AccessDenied</Code><Message>\(words)</Message></Error>")
        }
        defer { server.stop() }
        let told = Mutex<[S3Notice]>([])
        let store = S3Store(
            try S3Location(bucket: "clips", region: "us-east-1", endpoint: server.url),
            credentials: StaticCredentials(Credentials(accessKey: "a", secretKey: "hush")), http: http
        ) { notice in told.withLock { $0.append(notice) } }
        _ = await fault { () async throws(ObjectStoreFault) in
            try await store.get("k", range: nil, ifMatch: nil, limitBytes: 100)
        }
        let message = said.isEmpty ? words : ""
        let refusal = S3Refusal(
            action: "s3:GetObject", status: 403, code: "AccessDenied", message: message, key: "k")
        #expect(told.withLock { $0 } == [.refused(refusal)])
    }

    /// Codes and their statuses: Amazon S3 API Reference, "Error responses".
    static let refusals: [(status: String, code: String, headers: [String], fault: ObjectStoreFault)] = [
        ("404 Not Found", "NoSuchKey", [], .missingObject),
        ("404 Not Found", "NoSuchBucket", [], .missingBucket),
        ("403 Forbidden", "AccessDenied", [], .denied(code: "AccessDenied")),
        ("403 Forbidden", "SignatureDoesNotMatch", [], .denied(code: "SignatureDoesNotMatch")),
        ("400 Bad Request", "ExpiredToken", [], .denied(code: "ExpiredToken")),
        ("412 Precondition Failed", "PreconditionFailed", [], .sourceChanged),
        (
            "416 Range Not Satisfiable", "InvalidRange", ["Content-Range: bytes */77"],
            .rangeNotSatisfiable(sizeBytes: 77)
        ),
        ("416 Range Not Satisfiable", "InvalidRange", [], .rangeNotSatisfiable(sizeBytes: nil)),
        ("503 Slow Down", "SlowDown", ["Retry-After: 7"], .slowDown(retryAfter: .seconds(7))),
        ("503 Slow Down", "SlowDown", ["Retry-After: soon"], .slowDown(retryAfter: nil)),
        ("429 Too Many Requests", "", [], .slowDown(retryAfter: nil)),
        ("503 Service Unavailable", "ServiceUnavailable", [], .unavailable(status: 503)),
        ("500 Internal Server Error", "InternalError", [], .unavailable(status: 500)),
        ("502 Bad Gateway", "", [], .unavailable(status: 502)),
        ("400 Bad Request", "RequestTimeout", [], .unavailable(status: 400)),
        ("409 Conflict", "OperationAborted", [], .unavailable(status: 409)),
        (
            "400 Bad Request", "AuthorizationHeaderMalformed", [],
            .refused(status: 400, code: "AuthorizationHeaderMalformed")
        ),
        (
            "301 Moved Permanently", "PermanentRedirect", ["Location: /x"],
            .refused(status: 301, code: "PermanentRedirect")
        ),
        ("403 Forbidden", "<b/>&lt;script&gt;", [], .denied(code: "")),
        ("204 No Content", "", [], .malformedAnswer(what: "status 204")),
    ]

    @Test("each refusal is told apart, for whole objects and for streams", arguments: refusals)
    func refusals(
        status: String, code: String, headers: [String], expected: ObjectStoreFault
    ) async throws {
        let server = try answering(status, code, headers: headers)
        #expect(try await get(server) == expected)
        let store = try store(server)
        let streamed = await fault { () async throws(ObjectStoreFault) in
            try await store.read("k", range: nil, ifMatch: nil, bufferBytes: 100).info
        }
        #expect(streamed == expected)
    }

    @Test("a bucket that is missing is found out by whoever lists, stores or deletes")
    func missingBucket() async throws {
        let server = try answering("404 Not Found", "NoSuchBucket")
        let store = try store(server)
        let listed = await fault { () async throws(ObjectStoreFault) in try await store.list(prefix: "", limit: 1) }
        let put = await fault { () async throws(ObjectStoreFault) in
            try await store.put("k", [], attributes: ObjectAttributes(contentType: "a"), condition: .none)
        }
        let deleted = await fault { () async throws(ObjectStoreFault) in try await store.delete("k") }
        #expect([listed, put, deleted] == [.missingBucket, .missingBucket, .missingBucket])
    }

    @Test("HEAD knows refusals by their status alone")
    func head() async throws {
        for (status, expected) in [
            ("403 Forbidden", ObjectStoreFault.denied(code: "")), ("503 Slow Down", .slowDown(retryAfter: nil)),
            ("500 Internal Server Error", .unavailable(status: 500)),
            ("400 Bad Request", .refused(status: 400, code: "")),
        ] {
            let server = try answering(status, "")
            let store = try store(server)
            let found = await fault { () async throws(ObjectStoreFault) in try await store.head("k") }
            #expect(found == expected)
        }
        let server = try answering("404 Not Found", "")
        let store = try store(server)
        #expect(try await store.head("k") == nil)
    }

    @Test("a page of regret of any length is known by its status")
    func longError() async throws {
        let server = try WireServer.start { _, connection in
            connection.answer("502 Bad Gateway", String(repeating: "sorry ", count: 50_000))
        }
        #expect(try await get(server) == .unavailable(status: 502))
    }

    @Test("a body that breaks off is truncated, by how much is known")
    func truncated() async throws {
        let server = try WireServer.start { _, connection in
            connection.send(
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: \"e\"\r\nLast-Modified: Fri, 24 May 2013 00:00:00 GMT\r\n\r\nabcd"
            )
            connection.close()
        }
        #expect(try await get(server) == .truncated(gotBytes: 4, expectedBytes: 10))
        let stream = try await store(server).read("k", range: nil, ifMatch: nil, bufferBytes: 100)
        #expect(stream.info.lastModifiedUnixSeconds == 1_369_353_600)
        var pieces = stream.body.makeAsyncIterator()
        #expect(try await pieces.next() == Array("abcd".utf8))
        await #expect(throws: ObjectStoreFault.truncated(gotBytes: 4, expectedBytes: 10)) { try await pieces.next() }
    }

    @Test("a connection that is refused, or ends before the answer, is unreachable")
    func unreachable() async throws {
        let server = try WireServer.start { _, connection in connection.reset() }
        #expect(try await get(server) == .unreachable(reason: "the connection ended before the answer"))
        server.stop()
        guard case .unreachable = try await get(server) else {
            Issue.record("not unreachable")
            return
        }
    }

    /// Each answer is complete and well-formed HTTP, and not what was asked for.
    static let wrongAnswers = [
        "206 Partial Content|Content-Range: bytes 0-4/100",
        "206 Partial Content|Content-Range: bytes 10-13/100",
        "206 Partial Content|Content-Range: bytes 10-15/100",
        "206 Partial Content|Content-Range: bytes 10-14/*",
        "206 Partial Content|Content-Range: bytes 0-18446744073709551614/18446744073709551615",
        "206 Partial Content|Content-Range: bytes 0-18446744073709551615/5",
        "206 Partial Content|Content-Range: bytes 14-10/100",
        "206 Partial Content|Content-Range: words 10-14/100",
        "206 Partial Content|X: y",
        "200 OK|X: y",
    ]

    @Test("bytes 10 to 15 are asked for, and what else comes is not taken for them", arguments: wrongAnswers)
    func wrongRange(answer: String) async throws {
        let parts = answer.split(separator: "|").map(String.init)
        let server = try WireServer.start { _, connection in
            let headers = [parts[1], "ETag: \"e\"", "Last-Modified: Fri, 24 May 2013 00:00:00 GMT"]
            connection.answer(parts[0], headers: headers, "abcde")
        }
        guard case .malformedAnswer = try await get(server, range: 10..<15) else {
            Issue.record("taken")
            return
        }
    }

    @Test(
        "an answer without a version, a time or a length is malformed",
        arguments: [
            ["ETag: \"e\"", "Content-Length: 1"],
            ["Last-Modified: Fri, 24 May 2013 00:00:00 GMT", "Content-Length: 1"],
            ["ETag: \"e\"", "Last-Modified: Fri, 24 May 2013 00:00:00 GMT", "Transfer-Encoding: chunked"],
            ["ETag: \"e\"", "Last-Modified: 2013-05-24", "Content-Length: 1"],
        ])
    func incomplete(headers: [String]) async throws {
        let server = try WireServer.start { request, connection in
            connection.send("HTTP/1.1 200 OK\r\n" + headers.joined(separator: "\r\n") + "\r\n\r\n")
            if request.method == "HEAD" { return }
            connection.send(headers.last == "Transfer-Encoding: chunked" ? "1\r\na\r\n0\r\n\r\n" : "a")
        }
        guard case .malformedAnswer = try await get(server) else {
            Issue.record("GET took it")
            return
        }
        let store = try store(server)
        let found = await fault { () async throws(ObjectStoreFault) in try await store.head("k") }
        guard case .malformedAnswer = found else {
            Issue.record("HEAD took it")
            return
        }
    }

    @Test("nothing that a fault says shows a secret, a token or a signature")
    func quietFaults() async throws {
        for server in [try answering("403 Forbidden", "SignatureDoesNotMatch"), try answering("500 Oops", "")] {
            let text = String(reflecting: try await get(server))
            for secret in ["hush", "quiet", "X-Amz", "127.0.0.1"] { #expect(!text.contains(secret)) }
        }
    }
}
