import Bounded
import Fakes
import HTTPClient
import Logging
import ObjectStore
import Synchronization
import TestStack
import Testing

@testable import Wiring

/// A bucket that is tried for what a service needs of it, against a server that refuses as told.
@Suite("trying a bucket", .timeLimit(.minutes(1)))
struct BucketCheckTests {
    private let http = HTTPClient()

    /// What the server refuses, by method; a LIST is `LIST`.
    private final class Refusing: Sendable {
        private let answers = Mutex<[String: (status: String, code: String, message: String)]>([:])
        private let present = Atomic(false)

        func refuse(_ method: String, _ status: String, _ code: String, _ message: String) {
            answers.withLock { $0[method] = (status, code, message) }
        }
        func allow(_ method: String) { answers.withLock { $0[method] = nil } }

        func answer(_ request: WireRequest, _ connection: WireConnection) {
            let isListing = request.target.contains("list-type=2")
            if let refusal = answers.withLock({ $0[isListing ? "LIST" : request.method] }) {
                if request.method == "HEAD" {
                    connection.send("HTTP/1.1 \(refusal.status)\r\nContent-Length: 0\r\n\r\n")
                } else {
                    connection.answer(
                        refusal.status,
                        "<Error><Code>\(refusal.code)</Code><Message>\(refusal.message)</Message></Error>")
                }
            } else if isListing {
                connection.answer("200 OK", "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")
            } else if request.method == "HEAD" {
                connection.send(
                    present.load(ordering: .relaxed)
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: \"e\"\r\nLast-Modified: Fri, 24 May 2013 00:00:00 GMT\r\n\r\n"
                        : "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            } else if request.headers["if-none-match"] != nil, present.load(ordering: .relaxed) {
                connection.answer("412 Precondition Failed", "")
            } else {
                present.store(true, ordering: .relaxed)
                connection.answer("200 OK", "")
            }
        }
    }

    private func check(
        _ server: WireServer, writes: Bool = true, circuit: Circuit = Circuit()
    ) throws -> (check: BucketCheck, store: GuardedStore) {
        let notices = StoreNotices(bucket: "clips bucket", log: .silent)
        let raw = S3Store(
            try S3Location(bucket: "clips", region: "us-east-1", endpoint: server.url),
            credentials: StaticCredentials(Credentials(accessKey: "a", secretKey: "s")), http: http
        ) { notices.take($0) }
        let store = GuardedStore(raw, circuit: circuit)
        return (
            BucketCheck(store, raw: raw, notices: notices, prefix: "audio_clips/", writes: writes), store
        )
    }

    @Test(
        "the right that is missing is named in the store's words, and nothing is once it is given back",
        arguments: [
            ("LIST", "store-denied: s3:ListBucket: AccessDenied (403): No, not you."),
            ("HEAD", "store-denied: s3:GetObject: status 403"),
            ("PUT", "store-denied: s3:PutObject: AccessDenied (403): No, not you."),
        ])
    func rights(method: String, sentence: String) async throws {
        let refusing = Refusing()
        let server = try WireServer.start { refusing.answer($0, $1) }
        let check = try check(server).check
        #expect(await check.missing() == nil)
        refusing.refuse(method, "403 Forbidden", "AccessDenied", "No, not you.")
        #expect(await check.missing() == sentence)
        refusing.allow(method)
        #expect(await check.missing() == nil)
    }

    @Test("a DELETE that is refused, which nothing tries beforehand, is logged with its action and the store's words")
    func deniedDelete() async throws {
        let refusing = Refusing()
        refusing.refuse("DELETE", "403 Forbidden", "AccessDenied", "No, not you.")
        let server = try WireServer.start { refusing.answer($0, $1) }
        let lines = LineSink()
        let notices = StoreNotices(
            bucket: "clips bucket", log: Log(service: "cutter", version: "1", sink: lines))
        let store = S3Store(
            try S3Location(bucket: "clips", region: "us-east-1", endpoint: server.url),
            credentials: StaticCredentials(Credentials(accessKey: "a", secretKey: "s")), http: http
        ) { notices.take($0) }
        await #expect(throws: ObjectStoreFault.denied(code: "AccessDenied")) {
            try await store.delete("audio_clips/a.mp3")
        }
        let parts = ["\"level\":\"warning\"", "clips bucket", "s3:DeleteObject", "AccessDenied", "No, not you."]
        #expect(lines.all.contains { line in parts.allSatisfy { line.contains($0) } }, "\(lines.all)")
    }

    @Test("a bucket that is only read is not written to")
    func readOnly() async throws {
        let refusing = Refusing()
        let server = try WireServer.start { refusing.answer($0, $1) }
        #expect(await (try check(server, writes: false).check).missing() == nil)
        #expect(!server.requests.contains { $0.method == "PUT" })
    }

    @Test(
        "a bucket that is full is known by the last PUT, though a condition alone would not tell, until one is stored")
    func quota() async throws {
        let refusing = Refusing()
        let server = try WireServer.start { request, connection in
            // Full: only what stores nothing is still answered as if all were well.
            if request.method == "PUT", request.headers["if-none-match"] != nil {
                connection.answer("412 Precondition Failed", "")
            } else {
                refusing.answer(request, connection)
            }
        }
        let (check, store) = try check(server)
        _ = try await store.put("audio_clips/.probe", [1], attributes: .init(contentType: "a"), condition: .none)
        #expect(await check.missing() == nil)
        refusing.refuse("PUT", "403 Forbidden", "QuotaExceeded", "The quota is reached.")
        await #expect(throws: ObjectStoreFault.denied(code: "QuotaExceeded")) {
            try await store.put("k", [1], attributes: .init(contentType: "a"), condition: .none)
        }
        for _ in 0..<2 {
            #expect(
                await check.missing() == "store-denied: s3:PutObject: QuotaExceeded (403): The quota is reached.")
        }
        refusing.allow("PUT")
        #expect(await check.missing() == nil)
        #expect(store.lastPutFault == nil)
    }

    @Test("a store that is back is said to be, though its circuit still rests")
    func restingCircuit() async throws {
        let refusing = Refusing()
        let server = try WireServer.start { refusing.answer($0, $1) }
        let (check, store) = try check(
            server,
            circuit: Circuit(.init(failuresInARow: 1, pause: Backoff(base: .seconds(3600), cap: .seconds(3600)))))
        refusing.refuse("LIST", "500 Internal Server Error", "InternalError", "Oh.")
        #expect(await check.missing() == "store-unavailable: s3:ListBucket: InternalError (500): Oh.")
        await #expect(throws: ObjectStoreFault.self) { _ = try await store.head("k") }
        refusing.allow("LIST")
        #expect(await check.missing() == nil)
    }
}
