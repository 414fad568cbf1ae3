import Bounded
import Domain
import Fakes
import FoundationEssentials
import Kafka
import Logging
import ObjectStore
import Testing
import Text
import Transcripts

@testable import CutterService
@testable import Flow

@Suite("clips that are made of text", .timeLimit(.minutes(1)))
struct WriteTranscriptTests {
    private let hex = "507f1f77bcf86cd799439011"
    private let clips = MemoryStore(now: WallTime.now().seconds)
    /// Holds nothing: what asks it for audio fails.
    private let sources = MemoryStore(now: 0)
    private let sink = KeptRecords()
    private let said = [
        Cue(startMs: 500, endMs: 2_000, text: "Is 1 < 2?", speaker: "Ann", timing: .exact),
        Cue(startMs: 2_000, endMs: 29_000, text: "Yes.", timing: .exact),
    ]

    /// Makes nothing.
    private struct NoMaker: ClipMaker {
        func make(_ order: CutJob) async throws(ClipFault) -> MadeClip {
            throw ClipFault(.internalError, "asked to cut")
        }
    }

    private func handle(_ format: String, _ cues: [Cue]?, title: String? = "Täglich") async throws {
        let topics = Topics()
        let cut = CutClip(
            sources: SourceFinder(
                store: sources,
                limits: .init(entries: 10, lifetime: .seconds(300), absenceLifetime: .seconds(10), lookUps: 10)),
            clipStore: ClipStore(store: clips, lifetimeSeconds: 2_592_000, neededSeconds: 93_600), maker: NoMaker(),
            slots: WorkSlots(count: 2, queueLimit: 10), flightLimit: 10, topics: topics)
        let step = Step<ClipResolved>(
            StepSettings(
                service: "cutter", version: "1", backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2))),
            codec: EventCodec(source: "/test"), producer: sink, deadLetters: topics.deadLetter,
            onFailure: .tell(topic: topics.failed), log: .silent, work: cut.handle)
        let id = "\(hex)/60000-90000.\(format)"
        let event = try ClipResolved(
            clipID: try ClipID(parsing: id), budget: .seconds(60), episode: try #require(ObjectID(hex: hex)),
            guid: "a-guid", feedSlug: "feed", title: title,
            window: try #require(ClipWindow(startMs: 60_000, endMs: 90_000)),
            transcript: try cues.map { cues throws(ClipFault) in try ClipTranscript(cues) })
        #expect(
            await step.handle(
                Record(
                    topic: "clip.resolved", partition: 0, offset: 0, key: Array(id.utf8),
                    value: Array(try JSONEncoder().encode(event)))) == .settled)
    }

    private func ready() throws -> [ClipReady] {
        try sink.sent.filter { $0.topic == "clip.ready" }.map {
            try JSONDecoder().decode(ClipReady.self, from: Data($0.value ?? []))
        }
    }

    /// RFC 8259's media type, that of the WebVTT standard, and the one that SRT goes by.
    @Test(
        "is a file of its kind, stored under its own name, and no audio is looked for",
        arguments: [
            ("vtt", "text/vtt", "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\n<v Ann>Is 1 &lt; 2?\n"),
            ("srt", "application/x-subrip", "1\n00:00:00,500 --> 00:00:02,000\nAnn: Is 1 < 2?\n"),
            ("transcript", "application/json", #"{"version":"1.0.0","segments":[{"speaker":"Ann","startTime":0.5,"#),
        ])
    func stored(format: String, mediaType: String, beginning: String) async throws {
        try await handle(format, said)
        let event = try #require(try ready().first)
        #expect(event.cut && event.exact == .timed)
        #expect((event.startMs, event.durationMs) == (60_000, 30_000))
        let object = try #require(clips.object(event.objectKey.description))
        #expect(String(decoding: object.bytes, as: UTF8.self).hasPrefix(beginning))
        #expect(object.info.contentType == mediaType)
        #expect(object.info.metadata["clip-exact"] == "timed")
        #expect(object.info.metadata["source-etag"] == nil)
        #expect(event.objectKey.description.hasSuffix(".\(format)"))
        #expect(event.sizeBytes == object.bytes.count)
        #expect(sources.calls("list") == 0)
    }

    @Test("asked again it is found; a transcript that has changed gets another key")
    func versions() async throws {
        try await handle("vtt", said)
        try await handle("vtt", said)
        try await handle("vtt", [said[0]])
        let events = try ready()
        #expect(events.map(\.cut) == [true, false, true])
        #expect(events[0].objectKey == events[1].objectKey && events[1].objectKey != events[2].objectKey)
        #expect(clips.calls("put") == 2)
    }

    @Test("with estimated times it says so, and where nobody speaks it is empty and there")
    func estimates() async throws {
        try await handle("vtt", [Cue(startMs: 0, endMs: 5, text: "About here", timing: .estimated)])
        try await handle("srt", [])
        #expect(try ready().map(\.exact) == [.estimated, .timed])
        #expect(try ready().map(\.sizeBytes) == [49, 1])
    }

    @Test("an event without what is said is a failure of our own, told at once")
    func absent() async throws {
        try await handle("vtt", nil)
        let failed = try sink.sent.filter { $0.topic == "clip.failed" }.map {
            try JSONDecoder().decode(ClipFailed.self, from: Data($0.value ?? [])).reason
        }
        #expect(failed == [.internalError])
    }

    @Test("a store that fails for a moment is asked again")
    func retried() async throws {
        clips.fail("put", with: [.unavailable(status: 503)])
        try await handle("vtt", said)
        #expect(try ready().count == 1)
    }
}
