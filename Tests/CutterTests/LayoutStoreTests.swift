import Domain
import Fakes
import Logging
import MP3
import ObjectStore
import Testing

@testable import CutterService

@Suite("layouts kept beside the clips")
struct LayoutStoreTests {
    private let objects = MemoryStore(now: 0)
    private var layouts: LayoutStore { LayoutStore(store: objects) }

    /// The layout of the same bytes as a version of its own.
    private func layout(_ bytes: [UInt8], etag: String) async throws -> Layout {
        let sources = MemoryStore(now: 0)
        sources.place("source", bytes, etag: etag)
        let bench = try await MakerBench(sources, key: "source")
        return try await bench.layouts.layout(of: try await bench.source(), episode: MakerBench.episode)
    }

    private func stored(_ source: MP3.SourceVersion) async -> Layout? {
        await layouts.layout(of: source, episode: MakerBench.episode, log: .silent)
    }

    @Test("a layout is used for the version that it was found in, and for no other, under whatever key it lies")
    func versions() async throws {
        let bytes = try await FFmpegSamples.source(.vbr)
        let first = try await layout(bytes, etag: "\"first-00\"")
        let second = try await layout(bytes, etag: "\"second-0\"")
        await layouts.keep(first, episode: MakerBench.episode, log: .silent)
        let firstKey = try #require(objects.keys.first)
        #expect(await stored(first.source) == first)
        #expect(await stored(second.source) == nil)
        await layouts.keep(second, episode: MakerBench.episode, log: .silent)
        let secondKey = try #require(objects.keys.first { $0 != firstKey })
        #expect(await stored(second.source) == second)

        let whole = try #require(objects.object(firstKey)).bytes
        objects.place(secondKey, whole, etag: "\"object-0\"")
        #expect(await stored(second.source) == nil)
        objects.place(firstKey, Array(whole.dropLast()), etag: "\"object-1\"")
        #expect(await stored(first.source) == nil)
    }

    @Test("a store that fails costs a look, not a cut")
    func faults() async throws {
        let layout = try await layout(try await FFmpegSamples.source(.vbr), etag: "\"first-00\"")
        objects.fail("put", with: [.unavailable(status: 503)])
        await layouts.keep(layout, episode: MakerBench.episode, log: .silent)
        #expect(objects.keys.isEmpty)
        await layouts.keep(layout, episode: MakerBench.episode, log: .silent)
        objects.fail("get", with: [.unavailable(status: 503)])
        #expect(await stored(layout.source) == nil)
        #expect(await stored(layout.source) == layout)
    }
}
