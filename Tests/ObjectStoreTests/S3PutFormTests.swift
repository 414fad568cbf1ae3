import Fakes
import HTTPClient
import Synchronization
import TestStack
import Testing

@testable import ObjectStore

/// Stores that don't know all that a PUT has.
@Suite("a PUT in the form that a store takes")
struct S3PutFormTests {
    private let http = HTTPClient()

    private final class Notices: Sendable {
        private let all = Mutex<[S3Notice]>([])
        var parts: [S3Notice.PutPart] {
            all.withLock { $0.compactMap { if case .goesWithout(let part) = $0 { part } else { nil } } }
        }
        var refusals: [S3Refusal] {
            all.withLock { $0.compactMap { if case .refused(let refusal) = $0 { refusal } else { nil } } }
        }
        func add(_ notice: S3Notice) { all.withLock { $0.append(notice) } }
    }

    private func store(_ server: WireServer, _ notices: Notices) throws -> S3Store {
        S3Store(
            try S3Location(bucket: "clips", region: "us-east-1", endpoint: server.url),
            credentials: StaticCredentials(Credentials(accessKey: "a", secretKey: "s")), http: http
        ) { notices.add($0) }
    }

    private func put(_ store: S3Store) async throws -> PutOutcome {
        try await store.put(
            "k", Array("abc".utf8), attributes: ObjectAttributes(contentType: "a"), condition: .ifAbsent)
    }

    /// A server that stores what has none of these headers, and refuses the rest; its objects are not there.
    private func server(refusing headers: [String], with status: String, _ code: String = "") throws -> WireServer {
        try WireServer.start { request, connection in
            if request.method == "HEAD" {
                connection.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            } else if headers.contains(where: { request.headers[$0] != nil }) {
                if status.hasPrefix("304") {
                    connection.send("HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\n\r\n")
                } else {
                    connection.answer(status, code.isEmpty ? "" : "<Error><Code>\(code)</Code></Error>")
                }
            } else {
                connection.answer("200 OK", "")
            }
        }
    }

    private static let condition = "if-none-match"
    private static let checksum = "x-amz-checksum-sha256"

    @Test(
        "whatever a store says to a condition that it doesn't know, the clip is stored, and the next one at once",
        arguments: [
            ("400 Bad Request", "InvalidArgument"), ("405 Method Not Allowed", ""), ("412 Precondition Failed", ""),
            ("501 Not Implemented", "NotImplemented"), ("304 Not Modified", ""),
        ])
    func conditions(status: String, code: String) async throws {
        let server = try server(refusing: [Self.condition], with: status, code)
        let notices = Notices()
        let store = try store(server, notices)
        for _ in 0..<3 {
            guard case .stored = try await put(store) else {
                Issue.record("not stored")
                return
            }
        }
        #expect(notices.parts == [.condition])
        let puts = server.requests.filter { $0.method == "PUT" }
        #expect(puts.suffix(3).allSatisfy { $0.headers[Self.condition] == nil && $0.headers[Self.checksum] != nil })
        #expect(puts.dropLast(3).allSatisfy { $0.headers[Self.condition] == "*" } && (4...5).contains(puts.count))
    }

    @Test(
        "a store that refuses the checksum's header gets Content-MD5, and keeps its condition", arguments: [400, 501])
    func checksumHeader(status: Int) async throws {
        let server = try server(refusing: [Self.checksum], with: "\(status) No", "InvalidRequest")
        let notices = Notices()
        let store = try store(server, notices)
        for _ in 0..<2 { _ = try await put(store) }
        #expect(notices.parts == [.checksumHeader])
        for last in server.requests.suffix(2) {
            #expect(last.headers[Self.condition] == "*")
            #expect(last.headers[Self.checksum] == nil)
            // printf abc | openssl dgst -md5 -binary | base64
            #expect(last.headers["content-md5"] == "kAFQmDzST7DWlj99KOF/cg==")
            #expect(last.target.contains("content-md5"))
        }
        #expect(server.requests.count == 4)
    }

    @Test("a store that refuses both goes without both")
    func both() async throws {
        let server = try server(refusing: [Self.condition, Self.checksum], with: "400 Bad Request", "InvalidArgument")
        let notices = Notices()
        let store = try store(server, notices)
        for _ in 0..<2 { _ = try await put(store) }
        #expect(notices.parts == [.condition, .checksumHeader])
        #expect(server.requests.count == 5)
    }

    @Test("412 where something lies means that it is there, and the store's conditions are believed on")
    func alreadyThere() async throws {
        let server = try WireServer.start { request, connection in
            if request.method == "HEAD" {
                connection.send(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: \"e\"\r\n"
                        + "Last-Modified: Fri, 24 May 2013 00:00:00 GMT\r\n\r\n")
            } else {
                connection.answer("412 Precondition Failed", "<Error><Code>PreconditionFailed</Code></Error>")
            }
        }
        let notices = Notices()
        let store = try store(server, notices)
        for _ in 0..<2 { #expect(try await put(store) == .alreadyThere) }
        #expect(notices.parts.isEmpty)
        #expect(server.requests.map(\.method) == ["PUT", "HEAD", "PUT", "HEAD"])
    }

    @Test("412 for an object that is deleted in that moment does not cost the store its conditions")
    func deletedMeanwhile() async throws {
        let asked = Mutex(0)
        let server = try WireServer.start { request, connection in
            guard request.method == "PUT" else {
                connection.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                return
            }
            let isFirst = asked.withLock { asked in
                asked += 1
                return asked == 1
            }
            connection.answer(isFirst ? "412 Precondition Failed" : "200 OK", "")
        }
        let notices = Notices()
        let store = try store(server, notices)
        for _ in 0..<2 { _ = try await put(store) }
        #expect(notices.parts.isEmpty)
        #expect(server.requests.filter { $0.method == "PUT" }.allSatisfy { $0.headers[Self.condition] == "*" })
    }

    @Test("what is wrong with the request itself is asked once, and told in the store's own words")
    func others() async throws {
        let said =
            "The authorization header is malformed;\u{202E}\n the region 'us-east-1' is wrong; " + "expecting 'eu'"
        let server = try WireServer.start { _, connection in
            connection.answer(
                "400 Bad Request",
                "<Error><Code>AuthorizationHeaderMalformed</Code><Message>\(said)\(String(repeating: "x", count: 300))"
                    + "</Message></Error>")
        }
        let notices = Notices()
        let store = try store(server, notices)
        let found = await fault { () async throws(ObjectStoreFault) in
            try await store.put("k", [1], attributes: ObjectAttributes(contentType: "a"), condition: .ifAbsent)
        }
        #expect(found == .refused(status: 400, code: "AuthorizationHeaderMalformed"))
        #expect(server.requests.count == 1)
        let refusal = try #require(notices.refusals.first)
        #expect(refusal.action == "s3:PutObject" && refusal.code == "AuthorizationHeaderMalformed")
        #expect(refusal.message.hasPrefix("The authorization header is malformed;   the region 'us-east-1' is wrong"))
        #expect(refusal.message.unicodeScalars.count == 201)
    }
}
