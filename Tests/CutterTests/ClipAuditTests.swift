import Domain
import Fakes
import Logging
import ObjectStore
import Synchronization
import TestStack
import Testing
import Text

@testable import CutterService

@Suite("The audit of published clips", .serialized)
struct ClipAuditTests {
    private static let episode = MakerBench.episode
    private let clips = MemoryStore(now: WallTime.now().seconds)
    private let told = Told()

    private final class Told: Sendable {
        private let all = Mutex<[ClipReady]>([])
        var events: [ClipReady] { all.withLock { $0 } }
        func add(_ event: ClipReady) { all.withLock { $0.append(event) } }
    }

    /// Always the same clip.
    private struct Fixed: ClipMaker {
        let clip: MadeClip
        func make(_ order: CutJob) async throws(ClipFault) -> MadeClip { clip }
    }

    private struct Broken: ClipMaker {
        func make(_ order: CutJob) async throws(ClipFault) -> MadeClip { throw ClipFault(.sourceChanged, "gone") }
    }

    /// While it makes a clip, somebody deletes the one that it is to replace.
    private struct Overtaken: ClipMaker {
        let clip: MadeClip
        let store: MemoryStore
        let key: ObjectKey
        func make(_ order: CutJob) async throws(ClipFault) -> MadeClip {
            store.remove(key.description)
            return clip
        }
    }

    /// Finds nothing wrong, but only when it may.
    private final class Slow: ClipChecker {
        let open = AsyncStream<Void>.makeStream()
        func faults(
            in bytes: [UInt8], format: ClipFormat, duration: Duration
        ) async throws(FFmpegFault) -> [String] {
            for await _ in open.stream { break }
            return []
        }
    }

    private var clipStore: ClipStore { ClipStore(store: clips, lifetimeSeconds: 1000, neededSeconds: 10) }

    private func audit(_ checker: any ClipChecker, remaker: any ClipMaker, queueLimit: Int = 10) -> ClipAudit {
        ClipAudit(
            every: 1, queueLimit: queueLimit, checker: checker, remaker: remaker, clipStore: clipStore, log: .silent
        ) { [told] event, _ in told.add(event) }
    }

    private func key(_ startMs: Int32 = 0, _ format: ClipFormat = .mp3) throws -> ObjectKey {
        ObjectKey(
            episode: Self.episode, window: try #require(ClipWindow(startMs: startMs, endMs: startMs + 2_000)),
            cutVersion: .current, sourceVersion: try #require(SourceVersion("01234567")), format: format)
    }

    /// Stores a clip as the cutter does, and says so to the audit.
    private func publish(_ clip: MadeClip, _ key: ObjectKey, to audit: ClipAudit, asked: [String] = []) async throws {
        let source = SourceAudio(
            key: "source", sizeBytes: 1, etag: try #require(ETag("\"0123456789\"")), checkedAt: 0)
        let order = CutJob(
            source: source, episode: Self.episode, window: key.window, format: key.format, title: nil,
            deadline: .after(.zero))
        _ = try await clipStore.put(clip, at: key, source: source, title: nil, replacing: false)
        let ids = asked.isEmpty ? ["\(Self.episode)/\(key.window.startMs)-\(key.window.endMs).\(key.format)"] : asked
        audit.consider(
            .init(
                key: key, order: order, durationMs: clip.durationMs,
                askers: try ids.map { .init(clipID: try ClipID(parsing: $0), trace: .new()) }))
    }

    @Test("finds nothing wrong with good clips, lossless or encoded", arguments: ClipFormat.audio)
    func good(format: ClipFormat) async throws {
        let bench = try await MakerBench(try await FFmpegSamples.source(.vbr))
        let audit = audit(bench.ffmpeg, remaker: Broken())
        for (start, length) in [(2_345, 1_777), (11_000, 3_000)] as [(Int32, Int32)] {
            for maker in [bench.maker, bench.decoding] as [any ClipMaker] {
                let clip = try await maker.make(bench.order(start, length, format))
                let faults = try await bench.ffmpeg.faults(
                    in: clip.bytes, format: format, duration: .milliseconds(clip.durationMs))
                #expect(faults == [], "\(start) ms, \(type(of: maker))")
            }
        }
        try await publish(try await bench.make(0, 2_000, format), try key(0, format), to: audit)
        await audit.idle()
        #expect(audit.counts == .init(audited: 1))
        #expect(told.events.isEmpty)
    }

    enum Damage: String, CaseIterable, Sendable {
        case shorter, flipped, noise, cutOff
        func done(to bytes: [UInt8]) -> [UInt8] {
            switch self {
            // Half of it, ended between two frames: only the length can tell.
            case .shorter, .cutOff: return Array(bytes[..<(bytes.count / 2)])
            case .flipped:
                var bytes = bytes
                for place in stride(from: bytes.count / 3, to: bytes.count * 2 / 3, by: 7) { bytes[place] ^= 0x55 }
                return bytes
            case .noise: return (0..<bytes.count).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 2_654_435_761 >> 13) }
            }
        }
    }

    @Test(
        "a clip that is not right is made again, stored over the first and announced again", arguments: Damage.allCases)
    func bad(damage: Damage) async throws {
        let bench = try await MakerBench(try await FFmpegSamples.source(.mp3))
        let good = try await bench.make(1_000, 2_000)
        let bad = MadeClip(
            bytes: damage.done(to: good.bytes), startMs: 1_000, durationMs: 2_000, exact: .sample)
        let remade = try await bench.decoding.make(bench.order(1_000, 2_000))
        let audit = audit(bench.ffmpeg, remaker: Fixed(clip: remade))
        let ids = ["\(Self.episode)/1000-3000.mp3", "a-guid/1000-3000.mp3"]
        try await publish(bad, try key(1_000), to: audit, asked: ids)
        await audit.idle()
        #expect(audit.counts == .init(audited: 1, faulty: 1, remade: 1))
        let object = try #require(clips.object(try key(1_000).description))
        #expect(object.bytes == remade.bytes)
        #expect(object.info.metadata["clip-exact"] == "reencoded")
        #expect(told.events.map(\.clipID.description) == ids)
        for event in told.events {
            #expect(event.objectKey == (try key(1_000)) && event.exact == .reencoded)
            #expect(event.sizeBytes == Int64(remade.bytes.count))
        }
    }

    @Test("a clip that was taken away meanwhile does not come back")
    func takenAway() async throws {
        let bench = try await MakerBench(try await FFmpegSamples.source(.mp3))
        let remade = try await bench.decoding.make(bench.order(1_000, 2_000))
        let audit = audit(bench.ffmpeg, remaker: Overtaken(clip: remade, store: clips, key: try key(1_000)))
        let bad = MadeClip(bytes: [1, 2, 3], startMs: 1_000, durationMs: 2_000, exact: .sample)
        try await publish(bad, try key(1_000), to: audit)
        await audit.idle()
        #expect(audit.counts == .init(audited: 1, faulty: 1))
        #expect(clips.keys.isEmpty && told.events.isEmpty)
    }

    @Test("what can't be made right stays as it is, and is counted")
    func hopeless() async throws {
        let bench = try await FFmpegBench()
        let bad = MadeClip(bytes: [1, 2, 3], startMs: 0, durationMs: 2_000, exact: .sample)
        for remaker in [Fixed(clip: bad), Broken()] as [any ClipMaker] {
            let audit = audit(bench.ffmpeg, remaker: remaker)
            try await publish(bad, try key(), to: audit)
            await audit.idle()
            #expect(audit.counts == .init(audited: 1, faulty: 1, unfinished: 1))
            #expect(clips.object(try key().description)?.bytes == [1, 2, 3])
        }
        #expect(told.events.isEmpty)
    }

    @Test("passes over what finds its queue full, and looks at one object once")
    func full() async throws {
        let slow = Slow()
        let audit = audit(slow, remaker: Broken(), queueLimit: 2)
        let clip = MadeClip(bytes: [1], startMs: 0, durationMs: 2_000, exact: .sample)
        try await publish(clip, try key(0), to: audit)
        _ = try await eventually("the first is looked at") { clips.calls("get") == 1 ? true : nil }
        for start in [1, 2, 1, 2, 0, 3, 4] as [Int32] { try await publish(clip, try key(start), to: audit) }
        #expect(audit.counts.dropped == 2)
        slow.open.continuation.finish()
        await audit.idle()
        #expect(audit.counts == .init(audited: 3, dropped: 2))
        await audit.close()
        try await publish(clip, try key(5), to: audit)
        await audit.idle()
        #expect(audit.counts.audited == 3)
    }

    @Test("closing ends what is under way")
    func closing() async throws {
        let slow = Slow()
        let audit = audit(slow, remaker: Broken())
        let clip = MadeClip(bytes: [1], startMs: 0, durationMs: 2_000, exact: .sample)
        for start in 0..<5 { try await publish(clip, try key(Int32(start)), to: audit) }
        await audit.close()
        #expect(audit.counts.audited <= 1)
    }

    @Test("the choice is the same everywhere, and about one in so many", arguments: [2, 10, 100])
    func choice(every: Int) throws {
        let keys = try (0..<2000).map { try key($0) }
        let chosen = keys.filter { ClipAudit.chooses($0, oneIn: every) }
        #expect(abs(chosen.count - 2000 / every) <= 200 / every + 20)
        #expect(keys.allSatisfy { ClipAudit.chooses($0, oneIn: 1) && !ClipAudit.chooses($0, oneIn: 0) })
    }
}
