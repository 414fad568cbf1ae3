import Domain
import Fakes
import Logging
import ObjectStore
import TestStack
import Testing

@testable import CutterService

/// A source that is replaced before any of the requests that a cut makes.
@Suite("A replaced source", .serialized)
struct ReplacedSourceTests {
    private enum Version: String, CaseIterable {
        /// Of constant and of variable bitrate: the layout of one is nonsense for the other.
        case first, second
        var kind: FFmpegSamples.Kind { self == .first ? .mp3 : .vbr }
        var etag: String { self == .first ? "\"first\"" : "\"second\"" }
    }

    private func place(_ version: Version, in store: MemoryStore, _ key: String = "source") async throws {
        store.place(key, try await FFmpegSamples.source(version.kind), etag: version.etag)
    }

    /// The clip of a version that nobody touches.
    private func undisturbed(_ version: Version, _ format: ClipFormat) async throws -> [UInt8] {
        try await MakerBench(try await FFmpegSamples.source(version.kind)).make(5_000, 2_000, format).bytes
    }

    @Test(
        "gives the clip of the version that was ordered, or none; with what was known before, and without",
        arguments: [false, true], [Version.first, .second].map(\.rawValue))
    func during(known: Bool, from: String) async throws {
        try await during(known: known, from: from) { $0 }
    }

    @Test("does so also in a store that heeds no condition", arguments: [false, true])
    func unheeded(known: Bool) async throws {
        for version in Version.allCases {
            try await during(known: known, from: version.rawValue) { HeedlessStore(store: $0) }
        }
    }

    private func during(
        known: Bool, from: String, in kind: (MemoryStore) -> any ObjectStore
    ) async throws {
        let old = try #require(Version(rawValue: from))
        let new: Version = old == .first ? .second : .first
        let right = try await undisturbed(old, .mp3)
        let rightNow = try await undisturbed(new, .mp3)
        let newBytes = try await FFmpegSamples.source(new.kind)
        var outcomes = Set<String>()
        for number in 1...5 {
            let store = MemoryStore(now: 0)
            try await place(old, in: store)
            let bench = try await MakerBench(kind(store), key: "source")
            if known { _ = try await bench.make(0, 1_000) }
            let order = try await bench.order(5_000, 2_000)
            bench.watched.beforeEach { count in
                if count == number { store.place("source", newBytes, etag: new.etag) }
            }
            do {
                let clip = try await bench.maker.make(order)
                #expect(clip.bytes == right, "replaced before request \(number)")
                outcomes.insert("a clip")
            } catch {
                #expect(error.reason == .sourceChanged, "replaced before request \(number): \(error)")
                outcomes.insert("none")
            }
            bench.watched.beforeEach(nil)
            // Whoever looks again gets what is there now, whatever was kept of the old.
            let replaced = store.object("source")?.bytes == newBytes
            #expect(try await bench.make(5_000, 2_000).bytes == (replaced ? rightNow : right))
        }
        #expect(outcomes == ["a clip", "none"])
    }

    @Test("never gives ffmpeg's own seek a mixture", arguments: [FFmpegSamples.Kind.flac, .m4a, .opus])
    func decoding(kind: FFmpegSamples.Kind) async throws {
        let bytes = try await FFmpegSamples.source(kind)
        let right = try await MakerBench(bytes).make(5_000, 2_000).bytes
        let other = try await FFmpegSamples.source(.wav)
        var outcomes = Set<String>()
        for number in [1, 2, 3, 5, 8, 20, 100] where !outcomes.contains("a clip") {
            let store = MemoryStore(now: 0)
            store.place("source", bytes, etag: "\"first\"")
            let bench = try await MakerBench(store, key: "source")
            let order = try await bench.order(5_000, 2_000)
            bench.watched.beforeEach { count in
                if count == number { store.place("source", other, etag: "\"second\"") }
            }
            do {
                #expect(try await bench.maker.make(order).bytes == right, "replaced before request \(number)")
                outcomes.insert("a clip")
            } catch {
                #expect(error.reason == .sourceChanged, "replaced before request \(number): \(error)")
                outcomes.insert("none")
            }
        }
        #expect(outcomes == ["a clip", "none"])
    }
}
