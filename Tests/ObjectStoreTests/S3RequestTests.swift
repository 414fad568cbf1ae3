import Fakes
import HTTPClient
import Hashing
import Synchronization
import TestStack
import Testing

@testable import ObjectStore

/// What an S3 store sends, seen by a server of the tests' own.
@Suite struct S3RequestTests {
    let http = HTTPClient()

    private func store(_ server: WireServer) throws -> S3Store {
        S3Store(
            try S3Location(bucket: "clips", region: "us-east-1", endpoint: server.url),
            credentials: StaticCredentials(Credentials(accessKey: "a", secretKey: "s")), http: http)
    }

    @Test("a PUT carries its length, its checksum and its attributes, and signs what must be signed")
    func put() async throws {
        let server = try WireServer.start { _, connection in
            connection.answer("200 OK", headers: ["ETag: \"e\"", "Date: Fri, 24 May 2013 00:00:00 GMT"], "")
        }
        let attributes = ObjectAttributes(
            contentType: "audio/mpeg", cacheControl: "no-store", metadata: ["cut": "1"])
        let outcome = try await store(server).put(
            "a b/ü.mp3", Array("abc".utf8), attributes: attributes, condition: .ifAbsent)
        #expect(outcome == .stored(etag: ETag("\"e\""), atUnixSeconds: 1_369_353_600))
        let sent = try #require(server.requests.first)
        #expect(sent.method == "PUT")
        #expect(sent.target.hasPrefix("/clips/a%20b/%C3%BC.mp3?X-Amz-Algorithm=AWS4-HMAC-SHA256&"))
        #expect(sent.body == Array("abc".utf8))
        #expect(sent.headers["content-length"] == "3")
        #expect(sent.headers["content-type"] == "audio/mpeg")
        #expect(sent.headers["cache-control"] == "no-store")
        #expect(sent.headers["x-amz-meta-cut"] == "1")
        #expect(sent.headers["if-none-match"] == "*")
        // printf abc | openssl dgst -sha256 -binary | base64
        #expect(sent.headers["x-amz-checksum-sha256"] == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
        for name in sent.headers.keys where name.hasPrefix("x-amz-") || name == "host" || name == "content-type" {
            let list = try #require(sent.target.split(separator: "X-Amz-SignedHeaders=").last?.prefix { $0 != "&" })
            #expect(list.split(separator: "%3B").contains(Substring(name)))
        }
    }

    @Test("a store that knows no conditions is asked once with, then without, and from then on without")
    func noConditions() async throws {
        for refusal in ["501 Not Implemented|", "400 Bad Request|<Error><Code>NotImplemented</Code></Error>"] {
            let parts = refusal.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            let server = try WireServer.start { request, connection in
                if request.headers["if-none-match"] != nil {
                    connection.answer(parts[0], parts[1])
                } else {
                    connection.answer("200 OK", "")
                }
            }
            let store = try store(server)
            for _ in 0..<2 {
                guard
                    case .stored = try await store.put(
                        "k", [1], attributes: ObjectAttributes(contentType: "a"), condition: .ifAbsent)
                else {
                    Issue.record("not stored")
                    return
                }
            }
            #expect(server.requests.map { $0.headers["if-none-match"] } == ["*", nil, nil])
        }
    }

    @Test("a store that refuses a PUT in every form is asked with condition and checksum again")
    func otherRefusals() async throws {
        let server = try WireServer.start { _, connection in connection.answer("501 Not Implemented", "") }
        let store = try store(server)
        for _ in 0..<2 {
            let found = await fault { () async throws(ObjectStoreFault) in
                try await store.put("k", [1], attributes: ObjectAttributes(contentType: "a"), condition: .ifAbsent)
            }
            #expect(found == .refused(status: 501, code: ""))
        }
        let forms = server.requests.map {
            [$0.headers["if-none-match"], $0.headers["x-amz-checksum-sha256"]].map { $0 != nil }
        }
        let each = [[true, true], [false, true], [true, false], [false, false]]
        #expect(forms == each + each)
    }

    @Test("a GET sends its range and its version")
    func get() async throws {
        let server = try WireServer.start { _, connection in
            connection.answer(
                "206 Partial Content",
                headers: [
                    "Content-Range: bytes 5-7/8", "ETag: \"e\"", "Last-Modified: Fri, 24 May 2013 00:00:00 GMT",
                    "X-Amz-Meta-Cut: 1", "Content-Type: audio/mpeg",
                ], "fgh")
        }
        let etag = try #require(ETag("\"e\""))
        let got = try await store(server).get("k", range: 5..<100, ifMatch: etag, limitBytes: 3)
        #expect(got.bytes == Array("fgh".utf8) && got.range == 5..<8)
        #expect(
            got.info
                == ObjectInfo(
                    key: "k", sizeBytes: 8, etag: etag, lastModifiedUnixSeconds: 1_369_353_600, metadata: ["cut": "1"],
                    contentType: "audio/mpeg"))
        let sent = try #require(server.requests.first)
        #expect(sent.headers["range"] == "bytes=5-99")
        #expect(sent.headers["if-match"] == "\"e\"")
    }

    @Test("a listing follows its pages to the limit, and a store that never ends is stopped")
    func pages() async throws {
        let count = Mutex(0)
        let server = try WireServer.start { request, connection in
            let number = count.withLock { count in
                count += 1
                return count
            }
            let isOdd = request.target.contains("prefix=loop")
            let contents = """
                <Contents><Key>\(isOdd ? "loop" : "k")\(number)</Key><Size>1</Size><ETag>"e"</ETag>\
                <LastModified>2009-10-12T17:50:30Z</LastModified></Contents>
                """
            connection.answer(
                "200 OK",
                """
                <ListBucketResult><IsTruncated>true</IsTruncated>\
                <NextContinuationToken>\(isOdd ? "same" : "t/\(number)")</NextContinuationToken>\(contents)</ListBucketResult>
                """)
        }
        let store = try store(server)
        #expect(try await store.list(prefix: "k", limit: 3).map(\.key) == ["k1", "k2", "k3"])
        #expect(server.requests.map { $0.target.contains("max-keys=3") } == [true, false, false])
        #expect(server.requests[2].target.contains("continuation-token=t%2F2&"))
        let found = await fault { () async throws(ObjectStoreFault) in try await store.list(prefix: "loop", limit: 50) }
        #expect(found == .malformedAnswer(what: "listing without end"))
    }

    @Test("without credentials nothing is sent")
    func noCredentials() async throws {
        let server = try WireServer.start { _, connection in connection.answer("200 OK", "") }
        let store = S3Store(
            try S3Location(bucket: "clips", region: "us-east-1", endpoint: server.url), credentials: Changing(nil),
            http: http)
        let found = await fault { () async throws(ObjectStoreFault) in try await store.head("k") }
        #expect(found == .noCredentials(reason: "taken away"))
        #expect(server.connections == 0)
    }
}
