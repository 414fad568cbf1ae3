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

@testable import CutterService
@testable import Flow

/// How often a clip waits for the store, one answer after the other. No time passes here: see `Rounds`.
@Suite("Waiting for a store that is far away", .serialized, .timeLimit(.minutes(3)))
struct FarStoreTests {
    /// How a source is made of a minute of sound, and what it is called.
    struct Source: Sendable, CustomTestStringConvertible {
        let name: String
        let options: String
        var testDescription: String { "\(name), \(options)" }
    }

    private static let constant = Source(name: "episode.mp3", options: "-c:a libmp3lame -b:a 128k")
    private static let variable = Source(name: "episode.mp3", options: "-c:a libmp3lame -q:a 2")
    private static let mp4 = Source(name: "episode.m4a", options: "-c:a aac -b:a 128k -movflags +faststart")

    @Test("the first clip of an MP3 of constant bitrate waits four times, a further one twice")
    func constantBitrate() async throws {
        let bench = try await FarBench(Self.constant)
        try await bench.clip(40, [[.list], [.head, bench.tail, .look], [bench.sound(40)], [.put]])
        try await bench.clip(50, [[bench.sound(50), .look], [.put]])
        bench.end()
    }

    @Test("that of an MP3 of variable bitrate waits once more, for its scan; where another did that, it does not")
    func variableBitrate() async throws {
        let bench = try await FarBench(Self.variable)
        try await bench.clip(
            40, [[.list], [.head, bench.tail, .layout, .look], [bench.tail], [bench.sound(40)], [.put]])
        try await bench.clip(50, [[bench.sound(50), .look], [.put]])
        // Nobody waits for the layout to be stored; here it is answered at last.
        bench.rounds.expect([[.putLayout]])
        await bench.layouts.close()
        let other = try await FarBench(Self.variable, clips: bench.clips)
        try await other.clip(45, [[.list], [.head, other.tail, .layout, .look], [other.sound(45)], [.put]])
        bench.end()
        other.end()
    }

    @Test(
        "that of any other source that is called what it is waits four times, a further one twice",
        arguments: [
            mp4, Source(name: "episode.m4a", options: "-c:a aac -b:a 128k"),
            Source(name: "episode.wav", options: "-c:a pcm_s16le"),
            Source(name: "episode.webm", options: "-c:a libopus -b:a 128k -f webm"),
        ])
    func decoded(source: Source) async throws {
        let bench = try await FarBench(source)
        try await bench.clip(40, [[.list], [.head, bench.tail, .look], [bench.sound(40)], [.put]])
        try await bench.clip(50, [[bench.sound(50), .look], [.put]])
        bench.end()
    }

    @Test("that of Ogg waits once more, for its streams to be counted")
    func ogg() async throws {
        let bench = try await FarBench(Source(name: "episode.opus", options: "-c:a libopus -b:a 128k"))
        try await bench.clip(
            40, [[.list], [.head, bench.tail, .look], [bench.tail], [bench.sound(40)], [.put]])
        try await bench.clip(50, [[bench.sound(50), .look], [.put]])
        bench.end()
    }

    @Test("that of an MP4 which is called MP3 waits once more, for its index")
    func misnamed() async throws {
        let bench = try await FarBench(Source(name: "episode.mp3", options: "-c:a aac -b:a 128k -f ipod"))
        try await bench.clip(
            40, [[.list], [.head, bench.tail, .look], [.secondPage, bench.tail], [bench.sound(40)], [.put]])
        try await bench.clip(50, [[bench.sound(50), .look], [.put]])
        bench.end()
    }

    @Test("whether a source that was looked at long ago is still the same, is asked beside the cut")
    func outdated() async throws {
        let bench = try await FarBench(Self.constant, sourceLifetime: .zero)
        try await bench.clip(40, [[.list], [.head, bench.tail, .look], [bench.sound(40)], [.put]])
        try await bench.clip(50, [[.list, bench.sound(50), .look], [.put]])
        bench.end()
    }

    @Test(
        "what is kept of a source changes no byte of its clips",
        arguments: [mp4.options, "-c:a flac", "-c:a libvorbis"])
    func sameBytes(options: String) async throws {
        let bytes = try await FarBench.bytes(of: Source(name: "episode.bin", options: options))
        let store = MemoryStore(now: 0)
        store.place("source", bytes, etag: "\"source-0\"")
        let (keeping, not) = (
            try await MakerBench(store, key: "source"), try await MakerBench(store, key: "source", indexBytes: 0)
        )
        for start: Int32 in [0, 33_333, 58_000] {
            #expect(try await keeping.make(start, 4_000).bytes == not.make(start, 4_000).bytes)
        }
        #expect(keeping.watched.take().bytes < not.watched.take().bytes)
    }

    /// All of it is kept after the first clip, so that nothing more would have to be read.
    @Test("a source that is replaced is noticed, whatever is kept of it", arguments: [FFmpegSamples.Kind.opus, .m4a])
    func replaced(kind: FFmpegSamples.Kind) async throws {
        let store = MemoryStore(now: 0)
        store.place("source", Array(try await FFmpegSamples.source(kind)), etag: "\"source-0\"")
        let bench = try await MakerBench(store, key: "source")
        _ = try await bench.make(1_000, 1_000)
        let order = try await bench.order(2_000, 1_000)
        store.place("source", try await FFmpegSamples.source(.wav), etag: "\"source-1\"")
        do {
            _ = try await bench.maker.make(order)
            Issue.record("a clip was made of what was kept")
        } catch {
            #expect(error.reason == .sourceChanged)
        }
    }
}

extension Rounds.Expected {
    static let list = Self(name: "LIST", store: "sources")
    static let head = Self(name: "GET", store: "sources") { $0.range?.lowerBound == 0 }
    static let secondPage = Self(name: "GET", store: "sources") { $0.range?.lowerBound == 16_384 }
    /// Whether the clip is there.
    static let look = Self(name: "HEAD", store: "clips")
    static let put = Self(name: "PUT", store: "clips") { $0.key.hasPrefix("audio_clips/") }
    static let layout = Self(name: "GET", store: "clips") { $0.key.hasPrefix("layouts/") }
    static let putLayout = Self(name: "PUT", store: "clips") { $0.key.hasPrefix("layouts/") }
}

/// A cutter between two far stores, and one source.
private struct FarBench {
    let rounds = Rounds([])
    let clips: MemoryStore
    let layouts: LayoutFinder
    private let sizeBytes: UInt64
    private let loopback: LoopbackSource
    private let cut: CutClip
    private let sink = KeptRecords()

    private static let hex = "507f1f77bcf86cd799439011"
    private static let guid = "abcdefgh-1234"

    init(
        _ source: FarStoreTests.Source, clips: MemoryStore = MemoryStore(now: WallTime.now().seconds),
        sourceLifetime: Duration = .seconds(300)
    ) async throws {
        let bytes = try await Self.bytes(of: source)
        let sources = MemoryStore(now: WallTime.now().seconds)
        sources.place("feed/\(Self.guid)/audio/\(source.name)", bytes, etag: "\"0123456789\"")
        let size = UInt64(bytes.count)
        sizeBytes = size
        self.clips = clips
        let far = FarStore(store: sources, name: "sources", rounds: rounds)
        let farClips = FarStore(store: clips, name: "clips", rounds: rounds)
        let pages = SourcePages(limitBytes: 8 << 20)
        let bench = try await FFmpegBench(pages: pages)
        loopback = bench.loopback
        layouts = LayoutFinder(
            sources: far, pages: pages, layoutStore: LayoutStore(store: farClips),
            limits: .init(memoryBytes: 32 << 20, parallelRanges: 8, bufferBytes: 512 << 10, searches: 8), log: .silent)
        cut = CutClip(
            sources: SourceFinder(
                store: far,
                limits: .init(entries: 10, lifetime: sourceLifetime, absenceLifetime: .seconds(10), lookUps: 10)),
            clipStore: ClipStore(store: farClips, lifetimeSeconds: 2_592_000, neededSeconds: 93_600),
            maker: MP3ClipMaker(
                layouts: layouts, sources: far, ffmpeg: bench.ffmpeg,
                otherwise: FFmpegClipMaker(
                    ffmpeg: bench.ffmpeg, loopback: bench.loopback, store: far, log: .silent), log: .silent),
            slots: WorkSlots(count: 2, queueLimit: 10), flightLimit: 10, topics: Topics())
    }

    /// A read to the source's end.
    var tail: Rounds.Expected { Rounds.Expected(name: "GET", store: "sources") { $0.range?.upperBound == sizeBytes } }

    /// A read of what lies in the middle of four seconds; ffmpeg is also sent what lies behind the head, which it does not want.
    func sound(_ start: Int32) -> Rounds.Expected {
        Rounds.Expected(name: "GET", store: "sources") {
            $0.range?.contains(sizeBytes / 64 * UInt64(start + 2)) == true
        }
    }

    /// Makes four seconds, which may wait for these rounds of calls and for no other.
    func clip(_ start: Int32, _ expected: [[Rounds.Expected]]) async throws {
        rounds.expect(expected)
        let startMs = start * 1000
        let id = "\(Self.hex)/\(startMs)-\(startMs + 4_000).mp3"
        let event = try ClipResolved(
            clipID: try ClipID(parsing: id), budget: .seconds(15), episode: try #require(ObjectID(hex: Self.hex)),
            guid: Self.guid, feedSlug: "feed", title: nil,
            window: try #require(ClipWindow(startMs: startMs, endMs: startMs + 4_000)))
        let topics = Topics()
        let step = Step<ClipResolved>(
            StepSettings(
                service: "cutter", version: "1", backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2)),
                lane: .live),
            codec: EventCodec(source: "/test"), producer: sink, deadLetters: topics.deadLetter,
            onFailure: .tell(topic: topics.failed), log: .silent, work: cut.handle)
        _ = await step.handle(
            Record(
                topic: "clip.resolved", partition: 0, offset: 0, key: Array(id.utf8),
                value: Array(try JSONEncoder().encode(event))))
        #expect(sink.sent.last?.topic == "clip.ready")
        #expect(rounds.missing == [], "never answered: \(rounds.unanswered)")
    }

    func end() { rounds.end() }

    private static let made = Made()

    static func bytes(of source: FarStoreTests.Source) async throws -> [UInt8] { try await made.bytes(source.options) }

    /// Sound that never comes back to itself, encoded once in each way.
    private actor Made {
        private var tasks: [String: Task<[UInt8], any Error>] = [:]

        func bytes(_ options: String) async throws -> [UInt8] {
            let task = tasks[options] ?? Task { try await Self.encode(options) }
            tasks[options] = task
            return try await task.value
        }

        private static func encode(_ options: String) async throws -> [UInt8] {
            let endings = [
                "aac": ".m4a", "libopus": ".opus", "libvorbis": ".ogg", "pcm_s16le": ".wav", "flac": ".flac",
            ]
            let words = options.split(separator: " ").map(String.init)
            let file = try TemporaryFile(suffix: endings[words[1]] ?? ".mp3")
            let sound = "anoisesrc=c=pink:seed=3:d=64:r=44100:a=0.7,volume='0.01+abs(sin(t*t*0.03))':eval=frame"
            try await Tool.run(
                "ffmpeg", ["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", sound] + words + [file.path])
            return try FFmpegSamples.contents(of: file.path)
        }
    }
}
