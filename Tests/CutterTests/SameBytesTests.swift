import Domain
import Fakes
import TestStack
import Testing

@testable import CutterService

@Suite("Two cutters", .serialized)
struct SameBytesTests {
    /// One has processes waiting and looks through sources in parallel, the other takes the layout that the first stored.
    @Test("make the same bytes of the same source, in every format", arguments: ClipFormat.ofSound)
    func same(format: ClipFormat) async throws {
        for kind in [FFmpegSamples.Kind.mp3, .vbr, .m4a] {
            let sources = MemoryStore(now: 0)
            sources.place("source", try await FFmpegSamples.source(kind), etag: "\"one\"")
            let clips = MemoryStore(now: 0)
            let one = try await MakerBench(sources, key: "source", clips: clips, ranges: 8) { $0.waiting = 2 }
            let other = try await MakerBench(sources, key: "source", clips: clips, ranges: 1)
            for (start, length) in [(0, 1_000), (3_210, 1_234)] as [(Int32, Int32)] {
                // The waiting of the first are used up by others meanwhile.
                async let beside = one.make(start + 100, 700, .mp3)
                let first = try await one.make(start, length, format, title: "Täglich", link: "https://e.org/1")
                let second = try await other.make(start, length, format, title: "Täglich", link: "https://e.org/1")
                _ = try await beside
                #expect(first.bytes == second.bytes, "\(kind) from \(start) ms")
                #expect(first.durationMs == second.durationMs)
            }
            await one.ffmpeg.waiting.close()
        }
    }
}
