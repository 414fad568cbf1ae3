import Domain
import Fakes
import ObjectStore
import TestStack
import Testing
import Text

@testable import CutterService

@Suite("reads that clips share", .timeLimit(.minutes(2)))
struct SharedReadsTests {
    private let memory = MemoryStore(now: 0)
    private let watched: WatchedStore
    private let etag: ETag

    init() throws {
        memory.place("source", Array(0..<200), etag: "\"one\"")
        watched = WatchedStore(memory)
        etag = try #require(ETag("\"one\""))
    }

    private struct GatedGet: ForwardingStore {
        let store: any ObjectStore
        let gate: Gate

        func get(
            _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
        ) async throws(ObjectStoreFault) -> ObjectBytes {
            await gate.wait()
            return try await store.get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
        }
    }

    private func get(
        _ store: SharedReads, _ etag: ETag?, of range: Range<UInt64>? = 0..<100
    ) async throws -> [UInt8] {
        try await store.get("source", range: range, ifMatch: etag, limitBytes: 1000).bytes
    }

    @Test("keeps every promise of the store behind it", arguments: ObjectStorePromise.allCases)
    func promises(promise: ObjectStorePromise) async throws {
        try await promise.check(on: SharedReads(MemoryStore(now: WallTime.now().seconds), bytes: 1 << 20, reads: 4))
    }

    @Test("what several want at the same time is read once")
    func together() async throws {
        let gate = Gate()
        let held = GatedGet(store: watched, gate: gate)
        let shared = SharedReads(held, bytes: 0, reads: 4)
        let (expected, etag) = (Array(UInt8(0)..<100), etag)
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<4 { group.addTask { try await get(shared, etag) } }
            _ = try await eventually("all to wait") { shared.waiting("source", 0..<100, etag) == 4 ? true : nil }
            gate.open()
            for try await bytes in group { #expect(bytes == expected) }
        }
        #expect(watched.take().requests == 1)
    }

    @Test("what was read last is not read again; another range, another version and what has no version is")
    func afterwards() async throws {
        let shared = SharedReads(watched, bytes: 1 << 20, reads: 4)
        for _ in 0..<3 { #expect(try await get(shared, etag) == Array(0..<100)) }
        #expect(watched.take().requests == 1)
        #expect(try await get(shared, etag, of: 100..<200) == Array(100..<200))
        #expect(watched.take().requests == 1)
        for _ in 0..<2 { _ = try await get(shared, nil) }
        for _ in 0..<2 { _ = try await get(shared, etag, of: nil) }
        #expect(watched.take().requests == 4)
        memory.place("source", Array(repeating: 7, count: 200), etag: "\"two\"")
        #expect(try await get(shared, ETag("\"two\"")) == Array(repeating: 7, count: 100))
        // The old version's bytes are what they were, whatever lies there now.
        #expect(try await get(shared, etag) == Array(0..<100))
    }

    @Test("a read that failed is read again, and is told as the store told it")
    func failed() async throws {
        let shared = SharedReads(watched, bytes: 1 << 20, reads: 4)
        for _ in 0..<2 {
            await #expect(throws: ObjectStoreFault.sourceChanged) {
                try await shared.get("source", range: 0..<10, ifMatch: ETag("\"no\""), limitBytes: 1000)
            }
        }
        await #expect(throws: ObjectStoreFault.tooLarge(limitBytes: 9)) {
            try await shared.get("source", range: 0..<10, ifMatch: etag, limitBytes: 9)
        }
    }

    @Test("no more is kept than may be, and of no size nothing")
    func limit() async throws {
        for (bytes, requests) in [(0, 2), (450, 2), (1 << 20, 0)] {
            let shared = SharedReads(watched, bytes: bytes, reads: 4)
            for _ in 0..<2 {
                _ = watched.take()
                for range in [UInt64(0)..<100, 100..<200] { _ = try await get(shared, etag, of: range) }
            }
            #expect(watched.take().requests == requests, "\(bytes)")
        }
    }
}

/// The sample, and what a cutter does with it.
@Suite("a clip and its waveform", .timeLimit(.minutes(2)))
struct ClipAndWaveformTests {
    @Test("take one read of the source, and are of the same sound")
    func once() async throws {
        let file = try TemporaryFile(suffix: ".mp3")
        try await Tool.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i", "anoisesrc=seed=3:amplitude=0.3:r=44100:d=40", "-c:a",
                "libmp3lame", "-b:a", "128k", file.path,
            ])
        let store = MemoryStore(now: 0)
        store.place("source", try await Tool.run("cat", [file.path]), etag: "\"source-0\"")
        let bench = try await MakerBench(store, key: "source")
        let maker = MP3ClipMaker(
            layouts: bench.layouts, sources: SharedReads(bench.watched, bytes: 8 << 20, reads: 4),
            ffmpeg: bench.ffmpeg, otherwise: bench.decoding, log: .silent)
        _ = try await maker.make(bench.order(1_000, 500))
        _ = bench.watched.take()
        let clip = try await maker.make(bench.order(10_000, 20_000))
        #expect(bench.watched.take().requests == 1)
        let peaks = try WaveformData.decode(try await maker.make(bench.order(10_000, 20_000, .peaks())).bytes)
        #expect(bench.watched.take().requests == 0)
        let heard = try TemporaryFile(holding: clip.bytes, suffix: ".mp3")
        let samples = try await Tool.run(
            "ffmpeg", ["-v", "error", "-i", heard.path, "-f", "s16le", "-ac", "1", "pipe:1"])
        #expect(peaks.length == (samples.count / 2 + 255) / 256)
    }
}
