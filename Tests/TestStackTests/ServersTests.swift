import Glibc
import Testing

@testable import TestStack

@Suite struct ServersTests {
    @Test("an object comes back from S3 as it was stored, and the server tells who asked for what")
    func objects() async throws {
        let s3 = try TestStack.s3
        let bucket = try await s3.makeBucket("objects")
        let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await s3.put(bytes, bucket: bucket, key: "a/b.mp3", headers: ["Content-Type: audio/mpeg"])
        try await s3.put([], bucket: bucket, key: "other")
        #expect(try await s3.get(bucket: bucket, key: "a/b.mp3") == bytes)
        #expect(try await s3.keys(bucket: bucket) == ["a/b.mp3", "other"])
        #expect(try await s3.keys(bucket: bucket, prefix: "a/") == ["a/b.mp3"])
        try await s3.delete(bucket: bucket, key: "other")
        #expect(try await s3.keys(bucket: bucket) == ["a/b.mp3"])

        let requests = try await eventually("the deletion in the log") {
            let requests = try s3.requests(bucket: bucket)
            return requests.contains { $0.operation == "s3_DeleteObject" } ? requests : nil
        }
        #expect(requests.filter { $0.operation == "s3_PutObject" }.map(\.key) == ["a/b.mp3", "other"])
        #expect(requests.contains(S3Server.Request(operation: "s3_GetObject", key: "a/b.mp3", status: 200)))
    }

    @Test("what S3 refuses is a fault with the server's reason")
    func refused() async throws {
        let s3 = try TestStack.s3
        let stranger = s3.with(accessKey: s3.accessKey, secretKey: "wrong")
        do {
            _ = try await stranger.keys(bucket: "any")
            Issue.record("a wrong key was accepted")
        } catch let failed as Tool.Failed {
            #expect(String(decoding: failed.standardOutput, as: UTF8.self).contains("SignatureDoesNotMatch"))
        }
    }

    @Test("documents come back from MongoDB as they were stored")
    func documents() async throws {
        let mongoDB = try TestStack.mongoDB
        let database = TestStack.uniqueName("documents")
        let one = #"{"_id":{"$oid":"507f1f77bcf86cd799439011"},"start":{"$numberDouble":"1.5"}}"#
        let two = #"{"_id":{"$oid":"507f1f77bcf86cd799439012"},"start":{"$numberInt":"2"}}"#
        try await mongoDB.insert([two, one], database: database, collection: "things")
        #expect(try await mongoDB.find(database: database, collection: "things") == [one, two])
        #expect(try await mongoDB.find(#"{"start":2}"#, database: database, collection: "things") == [two])
        try await mongoDB.drop(database: database)
        #expect(try await mongoDB.find(database: database, collection: "things") == [])
    }

    @Test("Kafka listens where the environment says")
    func kafka() async throws {
        let port = try #require(Int(TestStack.kafka.drop { $0 != ":" }.dropFirst()))
        let connection = try await RawConnection(port: port)
        // ApiVersions (18), version 0, correlation 7, no client name: the answer repeats the 7 and has no error.
        try await connection.send([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xFF, 0xFF])
        let answer = try await connection.receive()
        #expect(answer.count > 10 && answer[4..<10] == [0, 0, 0, 7, 0, 0])
    }

    @Test("a part that is missing is named, with the way to start it")
    func missing() {
        let text = String(describing: TestStack.Missing(part: .kafka))
        #expect(text.contains("CUTROOM_TEST_KAFKA") && text.contains("scripts/stack up"))
    }

    @Test("unique names differ and fit a bucket")
    func names() {
        let names = (0..<100).map { _ in TestStack.uniqueName("clips") }
        #expect(Set(names).count == 100)
        #expect(names.allSatisfy { $0.utf8.count <= 63 && $0.hasPrefix("clips-") })
    }
}
