import Bounded
import Domain
import Fakes
import FoundationEssentials
import Glibc
import Kafka
import Logging
import ObjectStore
import Synchronization
import TestStack
import Testing
import Text

@testable import CutterService
@testable import Flow

@Suite("cutting a clip", .timeLimit(.minutes(2)))
struct CutClipTests {
    private let hex = "507f1f77bcf86cd799439011"
    private let guid = "abcdefgh-1234"
    private let now = WallTime.now().seconds
    private let sources: MemoryStore
    private let clips: MemoryStore
    private let sink = KeptRecords()

    init() {
        sources = MemoryStore(now: now)
        clips = MemoryStore(now: now)
        sources.place("feed/\(guid)/audio/name_abcdefgh_audio.mp3", [1, 2, 3], etag: "\"0123456789\"")
    }

    /// Gives bytes of its own, fails as told, and waits for the gate if there is one.
    private final class Maker: ClipMaker {
        let made = Atomic(0)
        private let faults: Mutex<[ClipFault]>
        private let gate: (@Sendable () async -> Void)?
        init(faults: [ClipFault] = [], gate: (@Sendable () async -> Void)? = nil) {
            self.faults = Mutex(faults)
            self.gate = gate
        }
        func fail(_ fault: ClipFault) { faults.withLock { $0.append(fault) } }
        func make(_ order: CutJob) async throws(ClipFault) -> MadeClip {
            made.add(1, ordering: .relaxed)
            await gate?()
            let fault: ClipFault? = faults.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let fault { throw fault }
            return MadeClip(
                bytes: [9, 9, 9], startMs: order.window.startMs, durationMs: order.window.durationMs, exact: .sample)
        }
    }

    /// Answers whether a clip is there only when it is let to.
    private struct GatedHead: ForwardingStore {
        let store: any ObjectStore
        let gate: @Sendable () async -> Void

        func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? {
            await gate()
            return try await store.head(key)
        }
    }

    private func step(
        _ maker: Maker, lane: Lane = .live, lifetime: Int64 = 2_592_000, clips: (any ObjectStore)? = nil,
        purges: PurgeMarks? = nil, sourceLifetime: Duration = .seconds(300)
    ) -> Step<ClipResolved> {
        let topics = Topics()
        let cut = CutClip(
            sources: SourceFinder(
                store: sources,
                limits: .init(entries: 10, lifetime: sourceLifetime, absenceLifetime: .seconds(10), lookUps: 10)),
            clipStore: ClipStore(store: clips ?? self.clips, lifetimeSeconds: lifetime, neededSeconds: 93_600),
            maker: maker, slots: WorkSlots(count: 2, queueLimit: 10), flightLimit: 10, topics: topics)
        return Step(
            StepSettings(
                service: "cutter", version: "1", backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2)),
                lane: lane),
            codec: EventCodec(source: "/test"), producer: sink, deadLetters: topics.deadLetter,
            onFailure: .tell(topic: topics.failed), purges: purges, log: .silent, work: cut.handle)
    }

    private func record(asked: String? = nil, guid: String? = nil, writtenAtMs: Int64? = nil) throws -> Record {
        let id = asked ?? "\(hex)/0-30000.mp3"
        let event = try ClipResolved(
            clipID: try ClipID(parsing: id), budget: .seconds(60), episode: try #require(ObjectID(hex: hex)),
            guid: guid ?? self.guid,
            feedSlug: "feed", title: "Täglich", window: try #require(ClipWindow(startMs: 0, endMs: 30_000)))
        return Record(
            topic: "clip.resolved", partition: 0, offset: 0, key: Array(id.utf8),
            value: Array(try JSONEncoder().encode(event)), timestamp: writtenAtMs.map { .appended(ms: $0) })
    }

    private func ready() throws -> [ClipReady] {
        try sink.sent.filter { $0.topic == "clip.ready" }.map {
            try JSONDecoder().decode(ClipReady.self, from: Data($0.value ?? []))
        }
    }

    private func failures() throws -> [String] {
        try sink.sent.filter { $0.topic == "clip.failed" }.map {
            try JSONDecoder().decode(ClipFailed.self, from: Data($0.value ?? [])).reason.rawValue
        }
    }

    @Test("a clip is cut, stored with what made it, and said to be ready")
    func cuts() async throws {
        #expect(await step(Maker()).handle(try record()) == .settled)
        let event = try #require(try ready().first)
        #expect(event.objectKey.description == "audio_clips/\(hex)/0-30000_v5-01234567.mp3")
        #expect(event.cut)
        #expect(event.objectExpiresAt == event.storedAt + 2_592_000)
        let object = try #require(clips.object(event.objectKey.description))
        #expect(object.bytes == [9, 9, 9])
        #expect(object.info.contentType == "audio/mpeg")
        #expect(object.info.metadata["clip-duration-ms"] == "30000")
    }

    @Test("asked again, under another id too, the stored clip is found and not cut")
    func repeated() async throws {
        let maker = Maker()
        let step = step(maker)
        _ = await step.handle(try record())
        _ = await step.handle(try record(asked: "\(guid)/0-30000.mp3"))
        #expect(try ready().map(\.cut) == [true, false])
        #expect(Set(try ready().map(\.objectKey)).count == 1)
        #expect(clips.calls("put") == 1)
    }

    @Test("the cut begins while the store is asked for the clip")
    func besideTheLook() async throws {
        let (began, asked) = (Gate(), Gate())
        let clips = GatedHead(store: clips) {
            asked.open()
            await began.wait()
        }
        let maker = Maker(gate: {
            began.open()
            await asked.wait()
        })
        #expect(await step(maker, clips: clips).handle(try record()) == .settled)
        #expect(try ready().map(\.cut) == [true])
    }

    @Test("a clip that is there waits for no cut that began beside the look")
    func foundBeside() async throws {
        _ = await step(Maker()).handle(try record())
        let began = Gate()
        let clips = GatedHead(store: clips) { await began.wait() }
        // Ends only when it is cancelled.
        let maker = Maker(gate: {
            began.open()
            for await _ in AsyncStream<Void>.makeStream().stream {}
        })
        #expect(await step(maker, clips: clips).handle(try record()) == .settled)
        #expect(try ready().map(\.cut) == [true, false])
    }

    @Test("what nobody waits for is looked for first")
    func bulkLooksFirst() async throws {
        _ = await step(Maker()).handle(try record())
        let maker = Maker()
        #expect(await step(maker, lane: .bulk).handle(try record()) == .settled)
        #expect(try ready().map(\.cut) == [true, false])
        #expect(maker.made.load(ordering: .relaxed) == 0)
    }

    @Test("records for one object that arrive together are one cut")
    func together() async throws {
        let open = AsyncStream<Void>.makeStream()
        let maker = Maker(gate: { for await _ in open.stream { return } })
        let step = step(maker)
        let records = try [record(), record(asked: "\(guid)/0-30000.mp3"), record(asked: "\(guid)/chunk-0.mp3")]
        try await withThrowingTaskGroup(of: Settlement.self) { group in
            for record in records { group.addTask { await step.handle(record) } }
            try await eventually("the maker to begin") { maker.made.load(ordering: .relaxed) != 0 }
            open.continuation.yield()
            open.continuation.finish()
            for try await settlement in group { #expect(settlement == .settled) }
        }
        #expect(try ready().count == 3)
        #expect(maker.made.load(ordering: .relaxed) == 1)
    }

    @Test("an object near its end is stored again, without a condition")
    func nearItsEnd() async throws {
        let key = "audio_clips/\(hex)/0-30000_v5-01234567.mp3"
        let metadata = ["clip-start-ms": "0", "clip-duration-ms": "30000", "clip-exact": "sample"]
        clips.place(key, [1], etag: "\"old\"", modified: now - 2_592_000 + 90_000, metadata: metadata)
        _ = await step(Maker()).handle(try record())
        #expect(clips.object(key)?.bytes == [9, 9, 9])
        #expect(try ready().map(\.cut) == [true])
    }

    @Test("a clip that another cutter stored first is found")
    func race() async throws {
        let key = "audio_clips/\(hex)/0-30000_v5-01234567.mp3"
        let (clips, now) = (clips, now)
        let maker = Maker(gate: {
            clips.place(
                key, [7], etag: "\"theirs\"", modified: now,
                metadata: ["clip-start-ms": "0", "clip-duration-ms": "29000", "clip-exact": "sample"])
        })
        _ = await step(maker).handle(try record())
        #expect(clips.object(key)?.bytes == [7])
        #expect(try ready().first?.durationMs == 29_000)
    }

    @Test("no audio is a permanent failure; a store that comes back is not")
    func failing() async throws {
        #expect(await step(Maker()).handle(try record(guid: "other-guid")) == .settled)
        #expect(try failures() == ["no-audio"])
        sources.fail("list", with: [.unavailable(status: 503), .slowDown(retryAfter: nil)])
        clips.fail("put", with: [.truncated(gotBytes: 1, expectedBytes: 2)])
        _ = await step(Maker()).handle(try record())
        #expect(try failures() == ["no-audio"])
        #expect(try ready().count == 1)
    }

    @Test("a source replaced meanwhile is looked for again and cut anew")
    func replaced() async throws {
        let maker = Maker(faults: [ClipFault(.sourceChanged, "…")])
        _ = await step(maker).handle(try record())
        #expect(sources.calls("list") == 2)
        #expect(try ready().count == 1)
    }

    @Test(
        "a source that is replaced after it was looked at is cut anew, and of the old one nothing more is stored or told"
    )
    func replacedSince() async throws {
        let step = step(Maker(), sourceLifetime: .zero)
        _ = await step.handle(try record())
        let (old, new) = (
            "audio_clips/\(hex)/0-30000_v5-01234567.mp3", "audio_clips/\(hex)/0-30000_v5-98765432.mp3"
        )
        #expect(clips.keys == [old])
        sources.place("feed/\(guid)/audio/name_abcdefgh_audio.mp3", [1, 2], etag: "\"9876543210\"")
        _ = await step.handle(try record())
        #expect(try ready().map(\.objectKey.description) == [old, new])
        clips.remove(old)
        clips.remove(new)
        sources.place("feed/\(guid)/audio/name_abcdefgh_audio.mp3", [1, 2, 3], etag: "\"0123456789\"")
        _ = await step.handle(try record())
        #expect(clips.keys == [old])
        #expect(try ready().map(\.objectKey.description) == [old, new, old])
        #expect(try failures() == [])
    }

    @Test("what went wrong with a source that was replaced since is not told")
    func failedBefore() async throws {
        let maker = Maker()
        let step = step(maker, sourceLifetime: .zero)
        _ = await step.handle(try record())
        sources.place("feed/\(guid)/audio/name_abcdefgh_audio.mp3", [1, 2], etag: "\"9876543210\"")
        maker.fail(ClipFault(.unplayableSource, "…"))
        clips.remove("audio_clips/\(hex)/0-30000_v5-01234567.mp3")
        _ = await step.handle(try record())
        #expect(try failures() == [])
        #expect(try ready().count == 2)
        // Of one that is still the same it is.
        maker.fail(ClipFault(.unplayableSource, "…"))
        clips.remove("audio_clips/\(hex)/0-30000_v5-98765432.mp3")
        _ = await step.handle(try record())
        #expect(try failures() == ["unplayable-source"])
    }

    @Test("a clip whose episode is purged while it is cut is taken back, and not announced")
    func purgedMeanwhile() async throws {
        let purges = PurgeMarks(log: .silent)
        let purged = try purgeRecord(atMs: 2_000)
        let maker = Maker(gate: { purges.note(purged) })
        #expect(await step(maker, purges: purges).handle(try record(writtenAtMs: 1_000)) == .settled)
        #expect(maker.made.load(ordering: .relaxed) == 1)
        #expect(clips.calls("put") == 1)
        #expect(clips.keys == [])
        #expect(try ready().isEmpty)
        #expect(try failures() == ["expired"])
    }

    @Test("a clip that can't be taken back at first is taken back at the next try")
    func takenBackLater() async throws {
        let purges = PurgeMarks(log: .silent)
        let purged = try purgeRecord(atMs: 2_000)
        let maker = Maker(gate: { purges.note(purged) })
        clips.fail("delete", with: [.timedOut(.answer), .unavailable(status: 503)])
        #expect(await step(maker, purges: purges).handle(try record(writtenAtMs: 1_000)) == .settled)
        #expect(clips.calls("delete") == 3)
        #expect(clips.keys == [])
        #expect(maker.made.load(ordering: .relaxed) == 1)
        #expect(try failures() == ["expired"])
    }

    @Test("a request that was written before a purge is void, and one after it is not")
    func purgedBefore() async throws {
        let purges = PurgeMarks(log: .silent)
        purges.note(try purgeRecord(atMs: 2_000))
        let maker = Maker()
        let step = step(maker, purges: purges)
        _ = await step.handle(try record(writtenAtMs: 2_000))
        #expect(try failures() == ["expired"])
        #expect(maker.made.load(ordering: .relaxed) == 0)
        _ = await step.handle(try record(writtenAtMs: 2_001))
        #expect(try ready().count == 1)
    }

    private func purgeRecord(atMs time: Int64) throws -> Record {
        let event = EpisodePurged(episode: try #require(ObjectID(hex: hex)))
        let sent = EventCodec(source: "/test").encode(event, to: "clip.purged", trace: .new())
        return Record(
            topic: "clip.purged", partition: 0, offset: 0, key: sent.key, value: sent.value, headers: sent.headers,
            timestamp: .appended(ms: time))
    }

    @Test("a clip whose first upload was stored and not acknowledged counts as cut here")
    func storedAndTimedOut() async throws {
        let store = UnacknowledgedStore(store: clips)
        #expect(await step(Maker(), clips: store).handle(try record()) == .settled)
        #expect(clips.calls("put") == 2)
        #expect(try ready().map(\.cut) == [true])
        #expect(try failures() == [])
    }

    /// The first put is stored, and its answer lost.
    private struct UnacknowledgedStore: ForwardingStore {
        let store: any ObjectStore
        private let asked = Counter()

        init(store: any ObjectStore) { self.store = store }

        func put(
            _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
        ) async throws(ObjectStoreFault) -> PutOutcome {
            let outcome = try await store.put(key, bytes, attributes: attributes, condition: condition)
            if asked.add() == 1 { throw .timedOut(.answer) }
            return outcome
        }
    }

    /// Amazon S3 API Reference, "Error responses".
    @Test(
        "what only an operator can mend is asked for once, and told at once",
        arguments: [
            ObjectStoreFault.denied(code: "AccessDenied"), .denied(code: "SignatureDoesNotMatch"),
            .denied(code: "RequestTimeTooSkewed"), .denied(code: "QuotaExceeded"), .denied(code: ""),
            .refused(status: 400, code: "AuthorizationHeaderMalformed"),
            .refused(status: 301, code: "PermanentRedirect"), .untrusted(reason: "expired"),
        ])
    func notRetried(fault: ObjectStoreFault) async throws {
        sources.fail("list", with: Array(repeating: fault, count: 100))
        _ = await step(Maker()).handle(try record())
        #expect(sources.calls("list") == 1)
        sources.fail("list", with: [])
        clips.fail("put", with: Array(repeating: fault, count: 100))
        _ = await step(Maker()).handle(try record())
        #expect(clips.calls("put") == 1)
        #expect(try failures() == ["store-unavailable", "store-unavailable"])
    }

    @Test("an archived source is the episode's own fault; credentials that have run out are waited for")
    func archived() async throws {
        sources.fail("list", with: [.denied(code: "ExpiredToken"), .denied(code: "ExpiredToken")])
        let faults = [ObjectStoreFault.denied(code: "InvalidObjectState").clipFault(about: "the source bucket")]
        _ = await step(Maker(faults: faults)).handle(try record())
        #expect(sources.calls("list") == 3)
        #expect(try failures() == ["unplayable-source"])
    }

    @Test("the file that bears the guid is chosen, then episode.mp3, then the first audio file")
    func choice() throws {
        func object(_ name: String) throws -> ObjectInfo {
            ObjectInfo(
                key: "p/\(name)", sizeBytes: 1, etag: try #require(ETag("\"e\"")), lastModifiedUnixSeconds: 0)
        }
        func chosen(_ names: String...) throws -> String? {
            SourceFinder.choose(from: try names.map(object), prefix: "p/", guid: "abcdefgh-1234")?.key
        }
        #expect(try chosen("a.mp3", "episode.mp3", "x_abcdefgh_audio.mp3") == "p/x_abcdefgh_audio.mp3")
        #expect(try chosen("a.mp3", "episode.mp3") == "p/episode.mp3")
        #expect(try chosen("cover.jpg", "b.M4A") == "p/b.M4A")
        #expect(try chosen("cover.jpg", "recording", "b.webm") == "p/b.webm")
        #expect(try chosen("cover.jpg", "notes.txt", "recording.dat") == "p/recording.dat")
        #expect(try chosen("cover.jpg", "sub/a.mp3", "readme.md") == nil)
    }
}
