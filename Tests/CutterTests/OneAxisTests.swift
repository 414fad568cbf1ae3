import Domain
import Fakes
import Logging
import ObjectStore
import TestStack
import Testing

@testable import CutterService
@testable import MP3

/// A version of a source has one time axis, whatever was asked for first, by whom, and whatever layouts lie beside the clips.
@Suite("One time axis", .serialized)
struct OneAxisTests {
    /// What lies in place of twenty frames in the middle of a file whose tag proves a constant bitrate, to the byte.
    enum Middle: String, CaseIterable, Sendable {
        case tag, junk, otherRate
    }

    private static let windows: [(Int32, Int32)] = [(500, 1_000), (4_500, 3_000), (5_700, 1_000), (9_000, 1_000)]

    private func intact() async throws -> [UInt8] {
        try await FFmpegSamples.encode(
            FFmpegSamples.sound, rate: 44_100, channels: 2,
            ["-ar", "48000", "-b:a", "128k", "-id3v2_version", "0", "-f", "mp3"])
    }

    private func file(_ middle: Middle) async throws -> [UInt8] {
        var file = try await intact()
        let places = Array(stride(from: 0, to: file.count, by: 384))
        let (from, to) = (places[places.count / 2], places[places.count / 2 + 20])
        switch middle {
        case .tag:
            let size = to - from - 10
            file.replaceSubrange(
                from..<to,
                with: Array("ID3".utf8) + [4, 0, 0, 0, 0, UInt8(size >> 7), UInt8(size & 0x7F)]
                    + [UInt8](repeating: 0, count: size))
        case .junk: file.replaceSubrange(from..<to, with: [UInt8](repeating: 0x11, count: to - from))
        case .otherRate:
            // Half as long and twice as many, so that the sum of bytes is right and the number of frames is not.
            let other = try await FFmpegSamples.encode(
                FFmpegSamples.sound, rate: 44_100, channels: 2,
                ["-ar", "48000", "-b:a", "64k", "-id3v2_version", "0", "-f", "mp3"])
            file.replaceSubrange(from..<to, with: other[192 * 100..<192 * 100 + to - from])
        }
        return file
    }

    /// Truth: the same clips of the file before it was damaged.
    @Test(
        "of a damaged file of constant bitrate: the same bytes in every order, and the undamaged file's times",
        arguments: Middle.allCases)
    func order(middle: Middle) async throws {
        let bytes = try await file(middle)
        let truth = try await FFmpegSamples.decode(try await intact(), rate: 48_000)
        var made: [[Int]: [[UInt8]]] = [:]
        // Another cutter each time; the last one finds an index, as an earlier version stored it.
        for (number, order) in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [3, 1, 2, 0]].enumerated() {
            let clips = MemoryStore(now: 0)
            if number == 3 { try await storeIndex(of: bytes, in: clips) }
            let bench = try await MakerBench(bytes, clips: clips)
            var clipsMade: [[UInt8]] = [[], [], [], []]
            for window in order {
                let clip = try await bench.make(Self.windows[window].0, Self.windows[window].1)
                #expect(clip.exact == .sample && clip.durationMs == Self.windows[window].1)
                clipsMade[window] = clip.bytes
            }
            made[order] = clipsMade
            #expect(clips.calls("put") == (number == 3 ? 1 : 0))
        }
        #expect(Set(made.values).count == 1)
        let clips = try #require(made.values.first)
        for (clip, window) in zip(clips, Self.windows) where window.0 != 5_700 {
            let heard = try await FFmpegSamples.decode(lenient: clip, rate: 48_000)
            #expect(heard.count == 2 * 48 * Int(window.1))
            #expect(FFmpegSamples.lateness(of: heard, in: truth, at: Int(window.0) * 48) == 0)
        }
        // Across the damage, behind it: from 6.5 s on.
        let across = try await FFmpegSamples.decode(lenient: clips[1], rate: 48_000)
        let behind = Array(across.suffix(2 * 48 * 900))
        #expect(FFmpegSamples.lateness(of: behind, in: truth, at: 6_600 * 48) == 0)
    }

    private func storeIndex(of bytes: [UInt8], in clips: MemoryStore) async throws {
        let source = SourceVersion(etag: "\"source-0\"", size: bytes.count)
        var planner = LayoutPlanner(source: source, alwaysScans: true)
        while true {
            switch try planner.next() {
            case .read(let ranges): for range in ranges { planner.take(Array(bytes[range]), at: range.lowerBound) }
            case .scan(let scan):
                let range = scan.ranges(atMost: 1)[0]
                var scanner = RangeScanner(range)
                try scanner.feed(Array(bytes[range.bytes]))
                guard case .layout(let layout) = try scan.join([try scanner.finish()]) else { continue }
                await LayoutStore(store: clips).keep(layout, episode: MakerBench.episode, log: .silent)
                return
            case .done: throw ClipFault(.internalError, "not scanned")
            }
        }
    }

    @Test("of a damaged file: the other formats, and a clip that the audit makes again, sound when the MP3 does")
    func formats() async throws {
        let bytes = try await file(.junk)
        let bench = try await MakerBench(bytes)
        let truth = try await FFmpegSamples.decode(try await intact(), rate: 48_000)
        let remaker = MP3ClipMaker(
            layouts: bench.layouts, sources: bench.watched, ffmpeg: bench.ffmpeg, otherwise: bench.decoding,
            log: .silent, encodesAlways: true)
        for format in ClipFormat.audio {
            let again = try await remaker.make(try await bench.order(9_000, 1_000, format))
            #expect(again.exact == .reencoded)
            for clip in [try await bench.make(9_000, 1_000, format), again] {
                let heard = try await FFmpegSamples.decode(lenient: clip.bytes, rate: 48_000)
                let late = FFmpegSamples.lateness(of: heard, in: truth, at: 9_000 * 48)
                // WebM counts in whole milliseconds.
                #expect(abs(late) <= (format == .webm ? 48 : 0), "\(format)")
            }
        }
    }

    @Test("together they wait for one look at head and tail")
    func together() async throws {
        let bench = try await MakerBench(try await file(.tag))
        let clips = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 1...8 { group.addTask { try await bench.make(4_500, 3_000).bytes } }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(clips.count == 1)
        #expect(bench.watched.take().requests <= 8 + 2)
    }

    /// An index whose numbers are those of other bytes: each time the one that the source gives must be used, and stored.
    @Test("a stored layout that is not this source's is not used", arguments: ["otherVersion", "otherTail", "wrong"])
    func stored(kind: String) async throws {
        let bytes = try await FFmpegSamples.source(.vbr)
        let clips = MemoryStore(now: 0)
        let clean = try await MakerBench(bytes, clips: clips)
        let clip = try await clean.make(4_500, 3_000).bytes
        let key = try #require(clips.keys.first)
        let right = try #require(clips.object(key)).bytes
        let layout = try Layout(decoding: right)
        guard case .indexed(let index) = layout.map else {
            Issue.record("not indexed")
            return
        }
        // All frames of a group fewer in front: the axis would be off by some 100 ms, and no cut behind notices.
        var shifted = index.runs[0]
        let gone = Int(shifted.spans.removeFirst())
        shifted = FrameIndex.Run(
            format: shifted.format, firstFrame: 0, start: shifted.start + gone, frames: shifted.frames - index.spacing,
            end: shifted.end, spans: shifted.spans)
        let late = Layout.Map.indexed(FrameIndex(spacing: index.spacing, runs: [shifted]))
        // A byte of one group counted to the next.
        var bent = index.runs[0]
        let group = 200 / index.spacing
        bent.spans[group] += 1
        bent.spans[group + 1] -= 1
        let wrong: Layout =
            switch kind {
            case "otherVersion":
                try Layout(
                    source: SourceVersion(etag: "\"another\"", size: bytes.count), tag: layout.tag,
                    findings: layout.findings, audio: layout.audio, map: late)
            case "otherTail":
                try Layout(
                    source: layout.source, tag: layout.tag, findings: layout.findings,
                    audio: layout.audio.lowerBound + gone..<layout.audio.upperBound, map: late)
            default:
                try Layout(
                    source: layout.source, tag: layout.tag, findings: layout.findings, audio: layout.audio,
                    map: .indexed(FrameIndex(spacing: index.spacing, runs: [bent])))
            }
        clips.place(key, wrong.encoded(), etag: "\"placed\"")
        let other = try await MakerBench(bytes, clips: clips)
        #expect(try await other.make(4_500, 3_000).bytes == clip)
        #expect(try #require(clips.object(key)).bytes == right)
        // Somebody who has the wrong one in memory gets there too.
        #expect(try await clean.make(4_500, 3_000).bytes == clip)
    }

    @Test("a source whose bytes change under one ETag makes no clip at all")
    func unsteady() async throws {
        let bytes = try await FFmpegSamples.source(.vbr)
        let bench = try await MakerBench(Unsteady(bytes), key: "source")
        await #expect { try await bench.make(4_500, 3_000) } throws: { ($0 as? ClipFault)?.reason == .sourceChanged }
    }

    /// Gives other bytes to whoever cuts than to whoever looks through the whole.
    private struct Unsteady: ForwardingStore {
        let store: any ObjectStore

        init(_ bytes: [UInt8]) {
            let store = MemoryStore(now: 0)
            store.place("source", bytes, etag: "\"source-0\"")
            self.store = store
        }

        func get(
            _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
        ) async throws(ObjectStoreFault) -> ObjectBytes {
            let got = try await store.get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
            guard let range, range.lowerBound > 20_000, range.upperBound < got.info.sizeBytes else { return got }
            return ObjectBytes(
                info: got.info, range: got.range, bytes: [UInt8](repeating: 0x11, count: got.bytes.count))
        }
    }
}
