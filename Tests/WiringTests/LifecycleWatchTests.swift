import Fakes
import HTTPClient
import Logging
import ObjectStore
import Synchronization
import Telemetry
import TestStack
import Testing

@testable import Wiring

@Suite("the watch over the clips bucket's lifecycle", .timeLimit(.minutes(1)))
struct LifecycleWatchTests {
    private typealias Found = Result<BucketLifecycle, ObjectStoreFault>

    private let lines = LineSink()
    private let metrics = Metrics()

    /// What `cutroom_clips_bucket_expiry_seconds` is; nil where it is not told.
    private var told: String? {
        let text = String(decoding: MetricsText.prometheus.write(metrics), as: UTF8.self)
        let name = "cutroom_clips_bucket_expiry_seconds "
        return text.split(separator: "\n").first { $0.hasPrefix(name) }.map { String($0.dropFirst(name.count)) }
    }

    private static func lifecycle(days: Int) async throws -> BucketLifecycle {
        let server = try WireServer.start { _, connection in
            connection.answer(
                "200 OK",
                "<LifecycleConfiguration><Rule><Filter><Prefix>audio_clips/</Prefix></Filter><Status>Enabled</Status>"
                    + "<Expiration><Days>\(days)</Days></Expiration></Rule></LifecycleConfiguration>")
        }
        defer { server.stop() }
        return try await S3Store(
            S3Location(bucket: "clips", region: "us-east-1", endpoint: server.url),
            credentials: StaticCredentials(Credentials(accessKey: "a", secretKey: "s")),
            http: HTTPClient(HTTPClientSettings())
        ).lifecycle()
    }

    @Test("tells after what time clips go, warns once if that is too early, and says once that it may not look")
    func watch() async throws {
        let week = try await Self.lifecycle(days: 7)
        let month = try await Self.lifecycle(days: 30)
        let found = Mutex<Found>(.failure(.noCredentials(reason: "none yet")))
        let watch = LifecycleWatch(
            lifetime: .seconds(30 * 86_400), log: Log(service: "cutter", version: "1", sink: lines)
        ) { () async throws(ObjectStoreFault) in try found.withLock { $0 }.get() }
        watch.tell(metrics)
        func look(_ next: Found) async -> Bool {
            found.withLock { $0 = next }
            return await watch.look()
        }
        #expect(await !look(.failure(.noCredentials(reason: "none yet"))) && told == nil)
        #expect(await look(.success(.none)) && told == "+Inf")
        #expect(await look(.success(month)) && told == "2592000.0")
        #expect(lines.all.isEmpty)
        for _ in 0..<3 { #expect(await look(.success(week)) && told == "604800.0") }
        #expect(lines.all.count == 1 && lines.holds("take clips away before CLIP_LIFETIME is over"))
        // What may pass changes nothing.
        #expect(await !look(.failure(.unavailable(status: 503))) && told == "604800.0")
        for _ in 0..<3 { #expect(await look(.failure(.denied(code: "AccessDenied"))) && told == nil) }
        #expect(lines.all.count == 2 && lines.holds("can't be read", "s3:GetLifecycleConfiguration"))
        #expect(await look(.success(month)) && told == "2592000.0")
        #expect(lines.all.count == 2)
    }
}
