import Bounded
import Domain
import Logging
import ObjectStore
import Telemetry
import Text

/// The tools that a cutter works with, from start to stop: ffmpeg, the loopback source, and who makes which clip.
///
/// A process has one for each store of sources, because opening it runs ffmpeg five times.
public final class CutterTools: ClipMaker {
    private let ffmpeg: FFmpeg
    private let loopback: LoopbackSource
    private let store: any ObjectStore
    private let layouts: LayoutFinder
    private let looks: WorkSlots
    private let maker: any ClipMaker
    /// The same for the bulk lane, by an ffmpeg that gives way.
    private let bulkMaker: any ClipMaker
    private let shapes: SourceShapes
    /// For what nobody's clip waits for.
    private let background: FFmpeg
    /// Makes clips of any source by decoding it, on the same time axis, and reads all anew.
    let decoding: any ClipMaker
    /// Looks at finished clips.
    var checker: any ClipChecker { ffmpeg }
    var metrics: CutterMetrics { ffmpeg.metrics }

    private init(
        ffmpeg: FFmpeg, loopback: LoopbackSource, store: any ObjectStore, layouts: LayoutFinder, looks: WorkSlots,
        maker: any ClipMaker, bulkMaker: any ClipMaker, decoding: any ClipMaker, shapes: SourceShapes,
        background: FFmpeg
    ) {
        self.background = background
        self.bulkMaker = bulkMaker
        self.shapes = shapes
        self.ffmpeg = ffmpeg
        self.loopback = loopback
        self.store = store
        self.layouts = layouts
        self.looks = looks
        self.maker = maker
        self.decoding = decoding
    }

    /// Looks for ffmpeg and opens the loopback source.
    ///
    /// - Throws: `FFmpegMissing` if there is no ffmpeg that can be used; `HTTPServerFault` if no port can be had.
    ///
    /// - Parameters:
    ///   - clips: where layouts that took a scan are kept; nil: nowhere.
    ///   - metrics: where is counted what is done with these tools.
    public static func open(
        _ own: CutterSettings.Own, sources: any ObjectStore, clips: (any ObjectStore)?, metrics: Metrics = Metrics(),
        log: Log
    ) async throws -> CutterTools {
        let ffmpeg = try await FFmpeg.find(own.ffmpeg, metrics: CutterMetrics(metrics), log: log)
        let loopback: LoopbackSource
        let pages = SourcePages(limitBytes: own.indexBytes)
        do { loopback = try LoopbackSource(pages: pages) } catch {
            await ffmpeg.waiting.close()
            throw error
        }
        let layouts = LayoutFinder(
            sources: sources, pages: pages, layoutStore: LayoutStore(store: clips),
            limits: .init(
                memoryBytes: own.layoutBytes, parallelRanges: own.scanRanges, bufferBytes: 512 << 10,
                // Cuts, and looks for lengths.
                searches: own.slots * (1 + own.queued) + own.slots), log: log)
        let anySource = FFmpegClipMaker(ffmpeg: ffmpeg, loopback: loopback, store: sources, log: log)
        let bulk = ffmpeg.inBackground
        let shared = SharedReads(sources, bytes: own.readBytes, reads: 2 * own.slots)
        return CutterTools(
            ffmpeg: ffmpeg, loopback: loopback, store: sources, layouts: layouts,
            looks: WorkSlots(count: own.slots, queueLimit: 10_000),
            maker: MP3ClipMaker(
                layouts: layouts, sources: shared, ffmpeg: ffmpeg, otherwise: anySource, log: log),
            bulkMaker: MP3ClipMaker(
                layouts: layouts, sources: shared, ffmpeg: bulk,
                otherwise: FFmpegClipMaker(
                    ffmpeg: bulk, loopback: loopback, store: sources, log: log, shapes: anySource.shapes), log: log),
            decoding: MP3ClipMaker(
                layouts: layouts, sources: sources, ffmpeg: ffmpeg, otherwise: anySource, log: log,
                encodesAlways: true), shapes: anySource.shapes, background: bulk)
    }

    func make(_ order: CutJob) async throws(ClipFault) -> MadeClip {
        switch order.lane {
        case .live: try await maker.make(order)
        case .bulk: try await bulkMaker.make(order)
        }
    }

    func sounds(
        of stretches: [ClipWindow], _ order: CutJob, keepingBytes: Bool
    ) async throws(ClipFault) -> EdgeSounds {
        switch order.lane {
        case .live: try await maker.sounds(of: stretches, order, keepingBytes: keepingBytes)
        case .bulk: try await bulkMaker.sounds(of: stretches, order, keepingBytes: keepingBytes)
        }
    }

    /// How long a source plays: an MP3 by its layout, to the sample, which the clips of it need as well; any other by what
    /// it says of itself. As many are looked at at once as clips are cut.
    ///
    /// - Parameters:
    ///   - key: of the source in the store of sources.
    ///   - episode: under which a layout that took a scan is kept.
    /// - Returns: nil if it does not say, or can't be looked at now.
    public func duration(key: String, sizeBytes: UInt64, etag: ETag, episode: ObjectID) async -> Duration? {
        let source = SourceAudio(key: key, sizeBytes: sizeBytes, etag: etag, checkedAt: WallTime.now().seconds)
        return try? await looks.withSlot { () async throws(FFmpegFault) -> Duration? in
            do throws(LayoutFinder.Fault) {
                return try await layouts.layout(of: source, episode: episode).duration
            } catch {
                guard case .refused = error else { return nil }
                return try await duration(of: source)
            }
        }
    }

    /// What a source says of itself: one run of ffmpeg, which gives way to cuts.
    ///
    /// - Returns: nil if it can't be looked at now.
    public func tags(key: String, sizeBytes: UInt64, etag: ETag) async -> SourceTags? {
        await lookedInto(key, sizeBytes, etag) { ffmpeg, lease throws(FFmpegFault) in try await ffmpeg.tags(of: lease) }
    }

    /// The first picture that is attached to a source, byte for byte; the same.
    ///
    /// - Returns: nil also if there is none, or one of more than `limitBytes`.
    public func picture(key: String, sizeBytes: UInt64, etag: ETag, limitBytes: Int) async -> [UInt8]? {
        await lookedInto(key, sizeBytes, etag) { ffmpeg, lease throws(FFmpegFault) in
            try await ffmpeg.picture(in: lease, limitBytes: limitBytes)
        }
    }

    private func lookedInto<Found: Sendable>(
        _ key: String, _ sizeBytes: UInt64, _ etag: ETag,
        _ look: @Sendable (FFmpeg, LoopbackLease) async throws(FFmpegFault) -> Found
    ) async -> Found? {
        let source = SourceAudio(key: key, sizeBytes: sizeBytes, etag: etag, checkedAt: WallTime.now().seconds)
        return try? await loopback.lent(source, 0..<sizeBytes, from: store, reading: .look) {
            [background] lease throws(FFmpegFault) in try await look(background, lease)
        }
    }

    /// How long a source says it is; nil if it does not.
    func duration(of source: SourceAudio) async throws(FFmpegFault) -> Duration? {
        try await shapes.shape(of: source, deadline: nil).duration
    }

    /// Ends every process and connection.
    public func close() async {
        await ffmpeg.waiting.close()
        await loopback.close()
        await layouts.close()
    }
}
