import Domain
import Fakes
import Logging
import ObjectStore
import Testing

@testable import CutterService

/// The cutter's way from a source to a clip, over a store that counts.
struct MakerBench {
    static let episode = ObjectID(hex: "507f1f77bcf86cd799439011")!

    let watched: WatchedStore
    let ffmpeg: FFmpeg
    let layouts: LayoutFinder
    let maker: MP3ClipMaker
    let decoding: FFmpegClipMaker
    private let key: String

    /// - Parameters:
    ///   - clips: where layouts are kept.
    ///   - indexBytes: what is kept of sources that are not cut by the frame.
    ///   - change: of ffmpeg's settings.
    init(
        _ sources: any ObjectStore, key: String, clips: (any ObjectStore)? = nil, ranges: Int = 8, log: Log = .silent,
        tellEvery: Duration = .seconds(2), indexBytes: Int = 8 << 20, change: (inout FFmpegSettings) -> Void = { _ in }
    ) async throws {
        watched = WatchedStore(sources)
        let pages = SourcePages(limitBytes: indexBytes)
        let bench = try await FFmpegBench(pages: pages, change: change)
        ffmpeg = bench.ffmpeg
        layouts = LayoutFinder(
            sources: watched, pages: pages, layoutStore: LayoutStore(store: clips),
            limits: .init(
                memoryBytes: 32 << 20, parallelRanges: ranges, bufferBytes: 512 << 10, searches: 8,
                tellEvery: tellEvery),
            log: log)
        decoding = FFmpegClipMaker(ffmpeg: ffmpeg, loopback: bench.loopback, store: watched, log: log)
        maker = MP3ClipMaker(layouts: layouts, sources: watched, ffmpeg: ffmpeg, otherwise: decoding, log: log)
        self.key = key
    }

    /// Over a source in memory.
    init(_ bytes: [UInt8], clips: (any ObjectStore)? = nil, log: Log = .silent) async throws {
        let store = MemoryStore(now: 0)
        store.place("source", bytes, etag: "\"source-0\"")
        try await self.init(store, key: "source", clips: clips, log: log)
    }

    func source() async throws -> SourceAudio {
        let info = try #require(try await watched.store.head(key))
        return SourceAudio(key: key, sizeBytes: info.sizeBytes, etag: info.etag, checkedAt: 0)
    }

    func order(
        _ startMs: Int32, _ durationMs: Int32, _ format: ClipFormat = .mp3, title: String? = nil, link: String? = nil
    ) async throws -> CutJob {
        CutJob(
            source: try await source(), episode: Self.episode,
            window: try #require(ClipWindow(startMs: startMs, endMs: startMs + durationMs)), format: format,
            title: title, link: link, deadline: .after(.seconds(120)))
    }

    func make(
        _ startMs: Int32, _ durationMs: Int32, _ format: ClipFormat = .mp3, title: String? = nil, link: String? = nil
    ) async throws -> MadeClip {
        try await maker.make(order(startMs, durationMs, format, title: title, link: link))
    }
}
