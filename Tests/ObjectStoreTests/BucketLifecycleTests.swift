import Fakes
import HTTPClient
import TestStack
import Testing
import Text

@testable import ObjectStore

@Suite("a bucket's lifecycle", .timeLimit(.minutes(1)))
struct BucketLifecycleTests {
    private static let space = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""

    private func life(_ rules: String, under prefix: String = "audio_clips/", now: Int64 = 0) throws -> Int64? {
        let xml = "<LifecycleConfiguration \(Self.space)>\(rules)</LifecycleConfiguration>"
        return try BucketLifecycle(xml: Array(xml.utf8)).shortestLife(under: prefix, atUnixSeconds: now)
    }

    /// Amazon S3 API Reference, GetBucketLifecycleConfiguration, "Sample Response", with a second rule.
    @Test("the earliest end of what is enabled and for these keys counts")
    func documented() throws {
        let rules = """
            <Rule><ID>Archive and then delete rule</ID><Filter><Prefix>projectdocs/</Prefix></Filter><Status>Enabled</Status>
            <Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>
            <Expiration><Days>3650</Days></Expiration></Rule>
            <Rule><ID>all</ID><Filter/><Status>Enabled</Status><Expiration><Days>4000</Days></Expiration></Rule>
            """
        #expect(try life(rules, under: "projectdocs/") == 3650 * 86_400)
        #expect(try life(rules, under: "projectdocs/2026/") == 3650 * 86_400)
        #expect(try life(rules, under: "proj") == 3650 * 86_400)
        #expect(try life(rules) == 4000 * 86_400)
    }

    /// Amazon S3 User Guide, "Lifecycle configuration elements" and "Examples of S3 Lifecycle configurations".
    @Test(
        "a rule counts if it takes clips away, however it is written",
        arguments: [
            ("<Filter><Prefix>audio_clips/</Prefix></Filter><Expiration><Days>7</Days></Expiration>", 7 * 86_400),
            ("<Prefix>audio_clips/</Prefix><Expiration><Days>7</Days></Expiration>", 7 * 86_400),
            (
                "<Filter><And><Prefix>audio</Prefix><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></And></Filter>"
                    + "<Expiration><Days>7</Days></Expiration>", 7 * 86_400
            ),
            ("<Filter/><Expiration><Date>1970-01-03T00:00:00.000Z</Date></Expiration>", 86_400),
            ("<Filter/><Expiration><Date>1970-01-01T00:00:00.000Z</Date></Expiration>", 0),
            ("<Filter><Prefix>layouts/</Prefix></Filter><Expiration><Days>7</Days></Expiration>", nil),
            (
                "<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter><Expiration><Days>7</Days></Expiration>", nil
            ),
            (
                "<Filter><And><Prefix/><Tag><Key>a</Key><Value>b</Value></Tag></And></Filter><Expiration><Days>7</Days></Expiration>",
                nil
            ),
            ("<Filter/><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>", nil),
            (
                "<Filter/><NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays></NoncurrentVersionExpiration>",
                nil
            ),
            (
                "<Filter/><AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>"
                    + "</AbortIncompleteMultipartUpload>", nil
            ),
        ] as [(String, Int64?)])
    func forms(rule: String, seconds: Int64?) throws {
        #expect(try life("<Rule>\(rule)<Status>Enabled</Status></Rule>", now: 86_400) == seconds)
        #expect(try life("<Rule>\(rule)<Status>Disabled</Status></Rule>", now: 86_400) == nil)
    }

    @Test(
        "what S3 would not say is refused",
        arguments: [
            "", "no XML", "<Error/>",
            "<LifecycleConfiguration><Rule><Status>Enabled</Status><Expiration><Days>soon</Days></Expiration></Rule></LifecycleConfiguration>",
            "<LifecycleConfiguration><Rule><Status>Enabled</Status><Expiration><Date>1</Date></Expiration></Rule></LifecycleConfiguration>",
        ])
    func malformed(xml: String) {
        #expect(throws: ObjectStoreFault.self) { try BucketLifecycle(xml: Array(xml.utf8)) }
    }

    private static let faults: [(status: String, code: String, fault: ObjectStoreFault?)] = [
        ("404 Not Found", "NoSuchLifecycleConfiguration", nil),
        ("403 Forbidden", "AccessDenied", .denied(code: "AccessDenied")),
        ("501 Not Implemented", "NotImplemented", .refused(status: 501, code: "NotImplemented")),
        ("404 Not Found", "NoSuchBucket", .missingBucket),
    ]

    @Test("a store is asked by a signed request, and what it refuses is no notice", arguments: faults)
    func asked(status: String, code: String, expected: ObjectStoreFault?) async throws {
        let server = try WireServer.start { request, connection in
            let isRight =
                request.target.hasPrefix("/clips?") && request.target.contains("lifecycle=")
                && request.target.contains("X-Amz-Signature=")
            connection.answer(
                isRight ? status : "400 Bad Request",
                "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>m</Message></Error>")
        }
        defer { server.stop() }
        let store = S3Store(
            try S3Location(bucket: "clips", region: "us-east-1", endpoint: server.url),
            credentials: StaticCredentials(Credentials(accessKey: "a", secretKey: "s")),
            http: HTTPClient(HTTPClientSettings())
        ) { Issue.record("\($0)") }
        do throws(ObjectStoreFault) {
            #expect(try await store.lifecycle() == .none && expected == nil)
        } catch { #expect(error == expected) }
    }

    /// versitygw says that it has no such call; what matters is that it takes the request for that and nothing else.
    @Test("a real store knows the request")
    func real() async throws {
        let server = try TestStack.s3
        let bucket = try await server.makeBucket("lifecycle")
        let store = S3Store(
            try S3Location(bucket: bucket, region: server.region, endpoint: server.endpoint),
            credentials: StaticCredentials(Credentials(accessKey: server.accessKey, secretKey: server.secretKey)),
            http: HTTPClient(HTTPClientSettings()))
        await #expect(throws: ObjectStoreFault.refused(status: 501, code: "NotImplemented")) {
            try await store.lifecycle()
        }
    }
}
