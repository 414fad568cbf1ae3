import Domain
import Fakes
import ObjectStore
import Synchronization
import TestStack
import Testing

@testable import CutterService

/// That a cut reads one version of its source: by asking for it, and by looking at what came. Each is enough for most
/// replacements, so each is tested without the other.
@Suite("reading one version of a source", .serialized)
struct ConditionalReadTests {
    /// Notes the condition of every read.
    private final class Conditions: ForwardingStore {
        let store: any ObjectStore
        private let seen = Mutex<[ETag?]>([])
        var all: [ETag?] { seen.withLock { $0 } }

        init(_ store: any ObjectStore) { self.store = store }

        func get(
            _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
        ) async throws(ObjectStoreFault) -> ObjectBytes {
            seen.withLock { $0.append(ifMatch) }
            return try await store.get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
        }

        func read(
            _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
        ) async throws(ObjectStoreFault) -> ObjectStream {
            seen.withLock { $0.append(ifMatch) }
            return try await store.read(key, range: range, ifMatch: ifMatch, bufferBytes: bufferBytes)
        }
    }

    @Test(
        "every read, whole or streamed, asks for the version that was ordered",
        arguments: [FFmpegSamples.Kind.mp3, .vbr, .flac])
    func conditions(kind: FFmpegSamples.Kind) async throws {
        let store = MemoryStore(now: 0)
        store.place("source", try await FFmpegSamples.source(kind), etag: "\"ordered0\"")
        let seen = Conditions(store)
        let bench = try await MakerBench(seen, key: "source")
        _ = try await bench.make(5_000, 2_000)
        #expect(!seen.all.isEmpty)
        #expect(seen.all.allSatisfy { $0 == ETag("\"ordered0\"") })
    }

    @Test("a source of the same layout that takes its place is noticed, in a store that heeds no condition")
    func sameLayout() async throws {
        let first = try await FFmpegSamples.source(.mp3)
        // The first bytes of a frame's header are above 0x80, so these are sound for the most part.
        var second = first
        for index in stride(from: first.count / 3, to: first.count / 2, by: 1_000) where second[index] < 0x80 {
            second[index] ^= 1
        }
        #expect(first != second && first.count == second.count)
        let store = MemoryStore(now: 0)
        store.place("source", first, etag: "\"first-00\"")
        let bench = try await MakerBench(HeedlessStore(store: store), key: "source")
        _ = try await bench.make(0, 1_000)
        let order = try await bench.order(5_000, 2_000)
        store.place("source", second, etag: "\"second-0\"")
        do throws(ClipFault) {
            _ = try await bench.maker.make(order)
            Issue.record("a clip of the other version")
        } catch {
            #expect(error.reason == .sourceChanged)
        }
    }
}
