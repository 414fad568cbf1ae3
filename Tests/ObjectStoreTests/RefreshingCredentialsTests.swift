import Synchronization
import Telemetry
import Testing

@testable import ObjectStore

@Suite struct RefreshingCredentialsTests {
    /// A clock that a test sets, answers that it gives, and pauses that end when it says so.
    final class Stage: Sendable {
        private let time = Mutex<Int64>(1_000)
        private let answers: AsyncStream<Result<Credentials, ObjectStoreFault>>
        private let answer: AsyncStream<Result<Credentials, ObjectStoreFault>>.Continuation
        private let pauses = AsyncStream.makeStream(of: Duration.self)
        private let wakes = AsyncStream.makeStream(of: Void.self)

        init() { (answers, answer) = AsyncStream.makeStream() }

        var now: Int64 { time.withLock { $0 } }
        func set(_ seconds: Int64) { time.withLock { $0 = seconds } }
        func give(_ result: Result<Credentials, ObjectStoreFault>) { answer.yield(result) }
        func wake() { wakes.continuation.yield() }

        /// The length of the next pause, once it has begun.
        func nextPause() async -> Duration? {
            for await pause in pauses.stream { return pause }
            return nil
        }

        func credentials() -> RefreshingCredentials {
            RefreshingCredentials(
                fetch: { () async throws(ObjectStoreFault) in
                    for await result in self.answers { return try result.get() }
                    throw .cancelled
                },
                pause: { duration in
                    self.pauses.continuation.yield(duration)
                    for await _ in self.wakes.stream { return }
                },
                now: { self.now })
        }
    }

    private func key(_ source: RefreshingCredentials) -> String? { try? source.current().accessKey }

    @Test("they are renewed halfway to their end, again and again where there are no newer ones yet")
    func renewed() async {
        let stage = Stage()
        let source = stage.credentials()
        #expect(throws: ObjectStoreFault.noCredentials(reason: "not yet fetched")) { try source.current() }
        let first = Credentials(accessKey: "first", secretKey: "s", expiresAtUnixSeconds: 4_600)
        stage.give(.success(first))
        // The wall clock may jump, so no pause is longer than a minute.
        #expect(await stage.nextPause() == .seconds(60))
        await source.firstFetched()
        #expect(key(source) == "first")
        stage.set(2_790)
        stage.wake()
        #expect(await stage.nextPause() == .seconds(10))
        stage.set(2_800)
        stage.give(.success(first))
        stage.wake()
        #expect(await stage.nextPause() == .seconds(60))
        // Half of the 1,800 s that were left.
        stage.set(3_695)
        stage.wake()
        #expect(await stage.nextPause() == .seconds(5))
        stage.set(3_700)
        stage.give(.success(Credentials(accessKey: "second", secretKey: "s", expiresAtUnixSeconds: 8_200)))
        stage.wake()
        #expect(await stage.nextPause() == .seconds(60))
        #expect(key(source) == "second")
    }

    @Test("a failure leaves them in use until their end, and is tried again ever more seldom")
    func failing() async throws {
        let stage = Stage()
        let source = stage.credentials()
        stage.give(.success(Credentials(accessKey: "first", secretKey: "s", expiresAtUnixSeconds: 1_100)))
        #expect(await stage.nextPause() == .seconds(50))
        stage.set(1_050)
        for (least, most) in [(500, 1_000), (1_000, 2_000), (2_000, 4_000)] {
            stage.give(.failure(.noCredentials(reason: "status 500")))
            stage.wake()
            let pause = try #require(await stage.nextPause())
            #expect((.milliseconds(least) ... .milliseconds(most)).contains(pause))
            #expect(key(source) == "first")
        }
        stage.set(1_100)
        #expect(throws: ObjectStoreFault.noCredentials(reason: "status 500")) { try source.current() }
        stage.give(.success(Credentials(accessKey: "second", secretKey: "s")))
        stage.wake()
        #expect(await stage.nextPause() == .seconds(60))
        #expect(key(source) == "second")
    }

    @Test("those that have ended already are a failure, and so asked for ever more seldom")
    func stale() async throws {
        let stage = Stage()
        let source = stage.credentials()
        for (least, most) in [(500, 1_000), (1_000, 2_000)] {
            stage.give(.success(Credentials(accessKey: "old", secretKey: "s", expiresAtUnixSeconds: 1_000)))
            let pause = try #require(await stage.nextPause())
            #expect((.milliseconds(least) ... .milliseconds(most)).contains(pause))
            #expect(
                throws: ObjectStoreFault.noCredentials(reason: "those that were handed out have ended already")
            ) { try source.current() }
            stage.wake()
        }
    }

    @Test("metrics tell when credentials end, and nothing of those that do not")
    func told() {
        func text(_ end: Int64?) -> String {
            let metrics = Metrics()
            StaticCredentials(
                Credentials(accessKey: "AKIA", secretKey: "hush", sessionToken: "t", expiresAtUnixSeconds: end)
            ).tell(metrics, of: "cutter")
            return String(decoding: MetricsText.prometheus.write(metrics), as: UTF8.self)
        }
        let series = #"cutroom_credentials_expiry_timestamp_seconds{service="cutter"}"#
        #expect(text(1_790_000_000).contains("\(series) 1790000000.0\n"))
        #expect(!text(nil).contains(series) && !text(1).contains("hush") && !text(1).contains("AKIA"))
    }
}
