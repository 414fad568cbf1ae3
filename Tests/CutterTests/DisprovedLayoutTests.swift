import Domain
import Logging
import TestStack
import Testing

@testable import CutterService
@testable import MP3

/// Files whose tag proves a constant bitrate that they don't have everywhere.
@Suite("A layout that a cut disproves", .serialized)
struct DisprovedLayoutTests {
    /// What lies in place of twenty frames in the middle, to the byte.
    enum Middle: String, CaseIterable, Sendable {
        case tag, junk, otherRate
    }

    private func file(_ middle: Middle) async throws -> [UInt8] {
        var file = try await FFmpegSamples.encode(
            FFmpegSamples.sound, rate: 44_100, channels: 2,
            ["-ar", "48000", "-b:a", "128k", "-id3v2_version", "0", "-f", "mp3"])
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

    @Test("has the source looked through once, and every cut is lossless from then on", arguments: Middle.allCases)
    func rescanned(middle: Middle) async throws {
        let bytes = try await file(middle)
        let clips = MemoryStore(now: 0)
        let bench = try await MakerBench(bytes, clips: clips)
        let before = try await bench.layouts.layout(of: bench.source(), episode: MakerBench.episode)
        #expect(before.isProvenConstant)
        let clip = try await bench.make(4_500, 3_000)
        #expect(clip.exact == .sample)
        #expect(clip.durationMs == 3_000)
        let after = try await bench.layouts.layout(of: bench.source(), episode: MakerBench.episode)
        #expect(!after.isProvenConstant)
        #expect(clips.keys.count == 1)
        // Truth: the source, decoded whole. Before the middle nothing has moved.
        let truth = try await FFmpegSamples.decode(lenient: bytes, rate: 48_000)
        let heard = try await FFmpegSamples.decode(lenient: clip.bytes, rate: 48_000)
        #expect(heard.count == 2 * 3 * 48_000)
        #expect(FFmpegSamples.lateness(of: heard, in: truth, at: 4_500 * 48) == 0)
        _ = bench.watched.take()
        #expect(try await bench.make(9_000, 1_000).exact == .sample)
        #expect(bench.watched.take().requests == 1)
        // Another cutter believes the tag until its first cut there, and then takes what this one has stored.
        let other = try await MakerBench(bytes, clips: clips)
        #expect(try await other.make(4_500, 3_000).bytes == clip.bytes)
        #expect(clips.calls("put") == 1)
    }

    @Test("together they wait for one scan")
    func together() async throws {
        let bench = try await MakerBench(try await file(.tag))
        _ = try await bench.layouts.layout(of: bench.source(), episode: MakerBench.episode)
        _ = bench.watched.take()
        let clips = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 1...8 { group.addTask { try await bench.make(4_500, 3_000).bytes } }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(clips.count == 1)
        // Each reads once in vain and once for good; the search reads head, tail and one range.
        #expect(bench.watched.take().requests <= 8 * 2 + 3)
    }
}
