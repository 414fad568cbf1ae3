import Fakes
import HTTPClient
import TestStack
import Testing
import Text

@testable import ObjectStore

/// Against a real S3 server that checks signatures; its address comes from the environment (see `TestStack`).
@Suite struct RealStoreTests {
    let http = HTTPClient()

    private func location(bucket: String) throws -> S3Location {
        let server = try TestStack.s3
        return try S3Location(bucket: bucket, region: server.region, endpoint: server.endpoint)
    }

    private func credentials() throws -> StaticCredentials {
        let server = try TestStack.s3
        return StaticCredentials(Credentials(accessKey: server.accessKey, secretKey: server.secretKey))
    }

    private func store(bucket: String) throws -> S3Store {
        S3Store(try location(bucket: bucket), credentials: try credentials(), http: http)
    }

    @Test("keeps every promise of the port", arguments: ObjectStorePromise.allCases)
    func promises(promise: ObjectStorePromise) async throws {
        try await promise.check(on: try store(bucket: try await TestStack.s3.makeBucket("promises")))
    }

    @Test("what another client stored is read as it was stored, and the other way round")
    func otherClient() async throws {
        let server = try TestStack.s3
        let bucket = try await server.makeBucket("other")
        try await server.put(
            Array("theirs".utf8), bucket: bucket, key: "a/theirs.txt", headers: ["x-amz-meta-By: curl"])
        let store = try store(bucket: bucket)
        let got = try await store.get("a/theirs.txt", range: nil, ifMatch: nil, limitBytes: 100)
        #expect(got.bytes == Array("theirs".utf8))
        #expect(got.info.metadata == ["by": "curl"])
        _ = try await store.put(
            "a/ours.txt", Array("ours".utf8), attributes: ObjectAttributes(contentType: "text/plain"), condition: .none)
        #expect(try await server.get(bucket: bucket, key: "a/ours.txt") == Array("ours".utf8))
        #expect(try await server.keys(bucket: bucket) == ["a/ours.txt", "a/theirs.txt"])
    }

    @Test("a signed URL is fetched by a client without credentials, in ranges too; a changed one is refused")
    func signedURLs() async throws {
        let bucket = try await TestStack.s3.makeBucket("signed")
        let key = "audio_clips/e p+1/0-30000_v1-abc.mp3"
        let disposition = ObjectAttributes.contentDisposition(fileName: "Ünï clip.mp3")
        _ = try await store(bucket: bucket).put(
            key, Array("0123456789".utf8),
            attributes: ObjectAttributes(
                contentType: "audio/mpeg", cacheControl: "public, max-age=31536000, immutable",
                contentDisposition: disposition), condition: .none)
        let signer = S3URLSigner(try location(bucket: bucket), credentials: try credentials())
        let signed = try signer.signedURL(key: key, atUnixSeconds: WallTime.now().seconds)
        #expect(signed.expiresAtUnixSeconds >= WallTime.now().seconds + 86_400)

        let whole = try await http.send(HTTPClientRequest(.get, signed.url), bodyLimitBytes: 100)
        #expect(whole.status == 200)
        #expect(whole.body == Array("0123456789".utf8))
        #expect(whole.headers["content-type"] == "audio/mpeg")
        #expect(whole.headers["cache-control"] == "public, max-age=31536000, immutable")
        #expect(whole.headers["content-disposition"] == disposition)
        let part = try await http.send(
            HTTPClientRequest(.get, signed.url, headers: [("Range", "bytes=2-4")]), bodyLimitBytes: 100)
        #expect(part.status == 206)
        #expect(part.body == Array("234".utf8))

        // Each is signed for one method, and for what the answer is to say.
        let head = try signer.signedURL(
            key: key, for: SignedURLUse(method: .head), atUnixSeconds: WallTime.now().seconds)
        let size = try await http.send(HTTPClientRequest(.head, head.url), bodyLimitBytes: 100)
        #expect(size.status == 200)
        #expect(size.headers["content-length"] == "10")
        #expect(try await http.send(HTTPClientRequest(.get, head.url), bodyLimitBytes: 10_000).status == 403)
        let saved = try signer.signedURL(
            key: key, for: SignedURLUse(savedAs: "a clip 0h00m30s.mp3"), atUnixSeconds: WallTime.now().seconds)
        let attachment = try await http.send(HTTPClientRequest(.get, saved.url), bodyLimitBytes: 100)
        #expect(attachment.status == 200)
        #expect(attachment.headers["content-disposition"] == #"attachment; filename="a clip 0h00m30s.mp3""#)
        let forged = saved.url.replacing("attachment", with: "inline")
        #expect(try await http.send(HTTPClientRequest(.get, forged), bodyLimitBytes: 10_000).status == 403)

        let other = signed.url.replacing("0-30000", with: "0-30001")
        #expect(try await http.send(HTTPClientRequest(.get, other), bodyLimitBytes: 10_000).status == 403)
        let longer = signed.url.replacing("X-Amz-Expires=90000", with: "X-Amz-Expires=90001")
        #expect(try await http.send(HTTPClientRequest(.get, longer), bodyLimitBytes: 10_000).status == 403)
        let old = try signer.signedURL(key: key, atUnixSeconds: WallTime.now().seconds - 3 * 86_400)
        #expect(try await http.send(HTTPClientRequest(.get, old.url), bodyLimitBytes: 10_000).status >= 400)
    }

    @Test("a wrong secret is denied, and a bucket that isn't there is missing")
    func refused() async throws {
        let server = try TestStack.s3
        let bucket = try await server.makeBucket("refused")
        let wrong = S3Store(
            try location(bucket: bucket),
            credentials: StaticCredentials(Credentials(accessKey: server.accessKey, secretKey: "wrong")), http: http)
        let denied = await fault { () async throws(ObjectStoreFault) in try await wrong.list(prefix: "", limit: 1) }
        #expect(denied == .denied(code: "SignatureDoesNotMatch"))
        let nowhere = try store(bucket: TestStack.uniqueName("nowhere"))
        let missing = await fault { () async throws(ObjectStoreFault) in try await nowhere.list(prefix: "", limit: 1) }
        #expect(missing == .missingBucket)
        let got = await fault { () async throws(ObjectStoreFault) in
            try await nowhere.get("k", range: nil, ifMatch: nil, limitBytes: 1)
        }
        #expect(got == .missingBucket)
    }

    @Test("a body that is not what its checksum says is refused by the server")
    func checksum() async throws {
        let bucket = try await TestStack.s3.makeBucket("checksum")
        let signer = QuerySigner(try location(bucket: bucket), credentials: try credentials())
        let headers = [(name: "x-amz-checksum-sha256", value: "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")]
        let url = signer.url(
            "PUT", key: "k", headers: headers,
            at: try signer.moment(unixSeconds: WallTime.now().seconds, expirySeconds: 60))
        for (body, isGood) in [("abd", false), ("abc", true)] {
            let request = HTTPClientRequest(.put, url, headers: headers, body: Array(body.utf8))
            let status = try await http.send(request, bodyLimitBytes: 10_000).status
            #expect(isGood ? status == 200 : status == 400)
        }
    }

    @Test("a listing of more than a page is complete and in order")
    func manyKeys() async throws {
        let bucket = try await TestStack.s3.makeBucket("many")
        let store = try store(bucket: bucket)
        let keys = (0..<1_005).map { "many/\(String(1_000_000 + $0, radix: 36)) ü.mp3" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for key in keys.shuffled() {
                group.addTask {
                    _ = try await store.put(
                        key, [1], attributes: ObjectAttributes(contentType: "audio/mpeg"), condition: .none)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.list(prefix: "many/", limit: 5_000).map(\.key) == keys)
        #expect(try await store.list(prefix: "many/", limit: 1_001).map(\.key) == Array(keys.prefix(1_001)))
    }
}
