import Bounded
import Domain
import Fakes
import FoundationEssentials
import Kafka
import Logging
import ObjectStore
import TestStack
import Testing
import Text
import Transcripts

@testable import CutterService
@testable import Flow

/// Real sources with pauses at known places: 2.0 to 2.3 s and 7.0 to 7.25 s of a loud tone.
@Suite("clips whose edges are moved to where it is quiet", .timeLimit(.minutes(5)))
struct SnappedClipTests {
    private static let pauses = [2_000...2_300, 7_000...7_250]

    private static func speech(_ kind: FFmpegSamples.Kind) async throws -> [UInt8] {
        var samples = FFmpegSamples.sound
        for pause in pauses {
            for place in pause.lowerBound * 44_100 / 1000..<pause.upperBound * 44_100 / 1000 {
                samples[2 * place] = 0
                samples[2 * place + 1] = 0
            }
        }
        return try await FFmpegSamples.encode(samples, rate: 44_100, channels: 2, kind.encoder)
    }

    private func window(_ start: Int32, _ end: Int32) throws -> ClipWindow {
        try #require(ClipWindow(startMs: start, endMs: end))
    }

    private func edges(
        _ asked: ClipWindow, start: ClosedRange<Int32>, end: ClosedRange<Int32>
    ) -> ClipEdges {
        ClipEdges(Snapped(asked: asked, kind: .sentence, basis: .estimated), start: start, end: end)
    }

    @Test(
        "each edge lies in the pause within its bounds, of every kind of source",
        arguments: FFmpegSamples.Kind.allCases)
    func pauses(kind: FFmpegSamples.Kind) async throws {
        let bench = try await MakerBench(try await Self.speech(kind))
        let order = try await bench.order(1_800, 5_000)
        let found = try await QuietEdges(bench.maker).moved(
            order, edges(order.window, start: 1_500...2_400, end: 6_600...7_400), keepingBytes: true)
        // Where an encoder blurs the pause's edges, the middle of what is left of it.
        #expect((2_015...2_285).contains(found.window.startMs), "\(found.window)")
        #expect((7_015...7_235).contains(found.window.endMs), "\(found.window)")
    }

    @Test("of an MP3 it takes one read, out of which the clip is then cut, to the same bytes as without")
    func oneRead() async throws {
        let bench = try await MakerBench(try await Self.speech(.mp3))
        var order = try await bench.order(1_800, 5_000)
        _ = try await bench.maker.make(order)
        _ = bench.watched.take()
        let bounds = edges(order.window, start: 1_500...2_400, end: 6_600...7_400)
        let found = try await QuietEdges(bench.maker).moved(order, bounds, keepingBytes: true)
        order = try await bench.order(found.window.startMs, found.window.durationMs)
        order.held = found.held
        let clip = try await bench.maker.make(order)
        #expect(bench.watched.take().requests == 1)
        order.held = nil
        #expect(try await bench.maker.make(order).bytes == clip.bytes)
        #expect(clip.exact == .sample && clip.startMs == found.window.startMs)
        // For text only the edges are read.
        _ = bench.watched.take()
        #expect(try await QuietEdges(bench.maker).moved(order, bounds, keepingBytes: false).held == nil)
        let read = bench.watched.take()
        #expect(read.requests == 2 && read.bytes < 60_000, "\(read)")
    }

    @Test("behind the episode's end an edge stays, and the clip ends with the episode")
    func pastEnd() async throws {
        let bench = try await MakerBench(try await Self.speech(.mp3))
        let order = try await bench.order(1_800, 30_000)
        let found = try await QuietEdges(bench.maker).moved(
            order, edges(order.window, start: 1_500...2_400, end: 31_300...32_300), keepingBytes: true)
        #expect(found.window.endMs == 31_800)
        let whole = try await bench.order(found.window.startMs, found.window.durationMs)
        let clip = try await bench.maker.make(whole)
        #expect(abs(clip.startMs + clip.durationMs - 12_000) <= 60)
    }

    @Test("requests that come to the same window share one object, and text shows the stretch that is heard")
    func shared() async throws {
        let now = WallTime.now().seconds
        let (sources, clips, sink) = (MemoryStore(now: now), MemoryStore(now: now), KeptRecords())
        sources.place("feed/a-guid/audio/name_a-guid_audio.mp3", try await Self.speech(.mp3), etag: "\"0123456789\"")
        let bench = try await MakerBench(sources, key: "feed/a-guid/audio/name_a-guid_audio.mp3")
        let topics = Topics()
        let cut = CutClip(
            sources: SourceFinder(
                store: sources,
                limits: .init(entries: 10, lifetime: .seconds(300), absenceLifetime: .seconds(10), lookUps: 10)),
            clipStore: ClipStore(store: clips, lifetimeSeconds: 2_592_000, neededSeconds: 93_600), maker: bench.maker,
            slots: WorkSlots(count: 2, queueLimit: 10), flightLimit: 10, topics: topics)
        let step = Step<ClipResolved>(
            StepSettings(service: "cutter", version: "1"), codec: EventCodec(source: "/test"), producer: sink,
            deadLetters: topics.deadLetter, onFailure: .tell(topic: topics.failed), log: .silent, work: cut.handle)
        let hex = "507f1f77bcf86cd799439011"
        let cues = [
            Cue(startMs: 100, endMs: 400, text: "Before.", timing: .exact),
            Cue(startMs: 750, endMs: 5_400, text: "What is heard.", timing: .exact),
            Cue(startMs: 5_800, endMs: 5_900, text: "Behind.", timing: .exact),
        ]
        for (id, asked) in [
            ("1800-6800~sentence-4000.mp3", try window(1_800, 6_800)),
            ("1900-6700~sentence-3000.mp3", try window(1_900, 6_700)),
            ("1800-6800~sentence-4000.vtt", try window(1_800, 6_800)),
        ] {
            let event = try ClipResolved(
                clipID: try ClipID(parsing: "\(hex)/\(id)"), budget: .seconds(60),
                episode: try #require(ObjectID(hex: hex)), guid: "a-guid", feedSlug: "feed", title: nil,
                window: try window(1_900, 7_000),
                edges: edges(asked, start: 1_500...2_400, end: 6_600...7_400),
                transcript: id.hasSuffix("vtt") ? try ClipTranscript(cues) : nil)
            let record = Record(
                topic: "clip.resolved", partition: 0, offset: 0, key: Array("\(hex)/\(id)".utf8),
                value: Array(try JSONEncoder().encode(event)))
            #expect(await step.handle(record) == .settled)
        }
        let ready = try sink.sent.filter { $0.topic == "clip.ready" }.map {
            try JSONDecoder().decode(ClipReady.self, from: Data($0.value ?? []))
        }
        try #require(ready.count == 3, "\(sink.sent.map(\.topic))")
        #expect(ready[0].objectKey == ready[1].objectKey && ready[0].cut && !ready[1].cut)
        #expect(ready.map(\.snapped?.asked.startMs) == [1_800, 1_900, 1_800])
        #expect(ready[2].objectKey.window == ready[0].objectKey.window)
        #expect(ready[2].startMs == ready[0].startMs && ready[2].durationMs == ready[0].durationMs)
        let text = try #require(clips.object(ready[2].objectKey.description))
        // 1,500 + 750 is when "What is heard." begins in the episode, and 1,500 + 5,400 when it ends.
        #expect(
            String(decoding: text.bytes, as: UTF8.self)
                == "WEBVTT\n\n\(clock(2_250 - ready[0].startMs)) --> \(clock(6_900 - ready[0].startMs))\nWhat is heard.\n"
        )
    }

    private func clock(_ ms: Int32) -> String {
        "00:00:0\(ms / 1000)." + String(String(1_000 + ms % 1_000).dropFirst())
    }
}
