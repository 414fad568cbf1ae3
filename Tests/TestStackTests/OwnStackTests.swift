import Glibc
import Testing

@testable import TestStack

@Suite struct OwnStackTests {
    @Test("a test's own server can hang, go away, come back with its data, and is gone at the end")
    func life() async throws {
        let stack = try await OwnStack([.s3])
        let s3 = stack.s3
        #expect(stack.environment["AWS_ENDPOINT_URL_S3"] == s3.endpoint)
        let bucket = try await s3.makeBucket("own")
        try await s3.put([1, 2, 3], bucket: bucket, key: "k")

        try await stack.pause(.s3)
        await #expect(throws: TooLate.self) {
            try await HTTPFetch.get("\(s3.endpoint)/\(bucket)/k", within: .milliseconds(200))
        }
        try stack.resume(.s3)
        #expect(try await s3.get(bucket: bucket, key: "k") == [1, 2, 3])

        try await stack.stop(.s3)
        await #expect(throws: RawConnection.Fault.self) { try await HTTPFetch.get(s3.endpoint) }
        try await stack.start(.s3)
        #expect(try await s3.get(bucket: bucket, key: "k") == [1, 2, 3])

        try await stack.end()
        await #expect(throws: RawConnection.Fault.self) { try await HTTPFetch.get(s3.endpoint) }
    }
}
