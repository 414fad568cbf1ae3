import Domain
import Fakes
import Glibc
import Logging
import TestStack
import Testing

@testable import CutterService
@testable import MP3

/// What a cut costs at the source, over a store that counts.
@Suite("The cost of a cut in three hours", .serialized)
struct CutCostTests {
    private static let minutes: [Int32] = [1, 90, 178]

    @Test("of constant bitrate: three requests for the first cut, then one; the same bytes everywhere")
    func constant() async throws {
        let bench = try await MakerBench(try await LongFileStore.constant(), key: "three-hours")
        let first = try await bench.make(5_400_123, 30_000)
        #expect(first.exact == .sample && first.durationMs == 30_000)
        let cold = bench.watched.take()
        #expect(cold.requests <= 3)
        #expect(cold.bytes <= first.bytes.count * 105 / 100 + 8192 + 17 * 1024)
        try await sameEverywhere(bench)
    }

    @Test("of variable bitrate: one scan, then one request a cut; the same bytes everywhere")
    func variable() async throws {
        let source = try await LongFileStore.variable()
        let bench = try await MakerBench(source, key: "three-hours")
        _ = try await bench.make(60_000, 1_000)
        let cold = bench.watched.take()
        #expect(cold.requests <= 3 + 8)
        #expect(cold.bytes <= source.sizeBytes + 8 * 8192 + 300_000)
        try await sameEverywhere(bench)
    }

    private func sameEverywhere(_ bench: MakerBench) async throws {
        for length in [15_000, 30_000, 60_000] as [Int32] {
            var costs: [Double] = []
            for minute in Self.minutes {
                let clip = try await bench.make(minute * 60_000 + 333, length)
                #expect(clip.exact == .sample && clip.durationMs == length)
                let cost = bench.watched.take()
                #expect(cost.requests == 1)
                #expect(cost.bytes <= clip.bytes.count * 105 / 100 + 8192, "minute \(minute), \(length) ms")
                costs.append(Double(cost.bytes) / Double(clip.bytes.count))
            }
            let (least, most) = (costs.min() ?? 0, costs.max() ?? 2)
            #expect(most / least <= 1.01, "source bytes for each byte of the clip: \(costs)")
        }
    }

    @Test("20 who want the same unknown source wait for one scan, which is stored once")
    func shared() async throws {
        let source = try await LongFileStore.variable()
        let clips = MemoryStore(now: 0)
        let bench = try await MakerBench(source, key: "three-hours", clips: clips)
        let audio = try await bench.source()
        let layouts = bench.layouts
        let found = try await withThrowingTaskGroup(of: Layout.self) { group in
            for _ in 1...20 {
                group.addTask { try await layouts.layout(of: audio, episode: MakerBench.episode) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found.count == 20 && Set(found).count == 1)
        let cost = bench.watched.take()
        #expect(cost.requests <= 2 + 8)
        #expect(cost.bytes <= source.sizeBytes + 8 * 8192 + 17 * 1024)
        // Nobody waits for that but who ends.
        await layouts.close()
        #expect(clips.calls("put") == 1)
        // Another cutter takes what lies there.
        let other = try await MakerBench(source, key: "three-hours", clips: clips)
        #expect(try await other.layouts.layout(of: audio, episode: MakerBench.episode) == found[0])
        #expect(other.watched.take().requests <= 2)
    }

    @Test("a scan tells how far it is, and takes no more than 16 MB")
    func scan() async throws {
        let lines = LineSink()
        let log = Log(service: "test", version: "0", sink: lines)
        let bench = try await MakerBench(
            try await LongFileStore.variable(), key: "three-hours", log: log, tellEvery: .milliseconds(20))
        let audio = try await bench.source()
        let before = try Self.resetHighWater()
        let layout = try await bench.layouts.layout(of: audio, episode: MakerBench.episode)
        let most = try Self.memory("VmHWM") - before
        print("a scan of three hours took \(most) kB of memory")
        #expect(layout.duration > .seconds(10_700))
        #expect(most <= 16_384)
        #expect(lines.all.contains { $0.contains("Still looking through a source") && $0.contains("percent") })
    }

    /// What is resident now, in kB, which from now on is also the most that ever was.
    private static func resetHighWater() throws -> Int {
        let file = try #require(fopen("/proc/self/clear_refs", "w"))
        fputs("5", file)
        fclose(file)
        return try memory("VmRSS")
    }

    private static func memory(_ name: String) throws -> Int {
        let text = String(decoding: try FFmpegSamples.contents(of: "/proc/self/status"), as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name) })
        return try #require(Int(line.filter(\.isNumber)))
    }
}
