import Domain
import Logging
import ObjectStore

/// The tools that a cutter works with, from start to stop: ffmpeg, the loopback source, and who makes which clip.
final class Workshop: ClipMaker {
    private let ffmpeg: FFmpeg
    private let loopback: LoopbackSource
    private let store: any ObjectStore
    private let maker: any ClipMaker
    private let shapes: SourceShapes
    /// Makes clips of any source by decoding it, on the same time axis.
    let decoding: any ClipMaker
    /// Looks at finished clips.
    var checker: any ClipChecker { ffmpeg }

    private init(
        ffmpeg: FFmpeg, loopback: LoopbackSource, store: any ObjectStore, maker: any ClipMaker,
        decoding: any ClipMaker, shapes: SourceShapes
    ) {
        self.shapes = shapes
        self.ffmpeg = ffmpeg
        self.loopback = loopback
        self.store = store
        self.maker = maker
        self.decoding = decoding
    }

    /// Looks for ffmpeg and opens the loopback source.
    ///
    /// - Throws: `FFmpegMissing` if there is no ffmpeg that can be used; `HTTPServerFault` if no port can be had.
    ///
    /// - Parameter clips: where layouts that took a scan are kept; nil: nowhere.
    static func open(
        _ own: CutterSettings.Own, sources: any ObjectStore, clips: (any ObjectStore)?, log: Log
    ) async throws -> Workshop {
        let ffmpeg = try await FFmpeg.find(own.ffmpeg, log: log)
        let loopback = try LoopbackSource()
        let layouts = LayoutFinder(
            sources: sources, shelf: LayoutShelf(store: clips),
            limits: .init(
                memoryBytes: own.layoutBytes, parallelRanges: own.scanRanges, bufferBytes: 512 << 10,
                searches: own.slots * (1 + own.queued)), log: log)
        let anySource = FFmpegClipMaker(ffmpeg: ffmpeg, loopback: loopback, store: sources, log: log)
        return Workshop(
            ffmpeg: ffmpeg, loopback: loopback, store: sources,
            maker: MP3ClipMaker(
                layouts: layouts, sources: sources, ffmpeg: ffmpeg, otherwise: anySource, log: log),
            decoding: MP3ClipMaker(
                layouts: layouts, sources: sources, ffmpeg: ffmpeg, otherwise: anySource, log: log,
                encodesAlways: true), shapes: anySource.shapes)
    }

    func make(_ order: CutOrder) async throws(ClipFault) -> MadeClip { try await maker.make(order) }

    /// How long a source says it is; nil if it does not.
    func duration(of source: SourceAudio) async throws(FFmpegFault) -> Duration? {
        try await shapes.shape(of: source, deadline: nil).duration
    }

    /// Ends every process and connection.
    func close() async {
        await ffmpeg.waiting.close()
        await loopback.close()
    }
}
