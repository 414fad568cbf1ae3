import Domain
import Logging
import MP3
import ObjectStore

/// Cuts MP3 by the frame: one ranged read, exact to the sample, and lossless where the clip is MP3 too.
///
/// What is not MP3, and an MP3 that lies about itself, goes to the maker for everything else.
struct MP3ClipMaker: ClipMaker {
    let layouts: LayoutFinder
    let sources: any ObjectStore
    let ffmpeg: FFmpeg
    let otherwise: any ClipMaker
    let log: Log

    /// A window of minutes at 320 kbit/s, with room.
    private static let largestRead = 64 << 20
    private static let mostReads = 4

    /// What came of cutting by one layout.
    private enum Attempt {
        case made(MadeClip)
        /// The frames don't lie as the layout says.
        case disproved
        /// ffmpeg can't read what was made of the frames.
        case unreadable
        /// The clip is for a decoder that reads the source itself.
        case notForFrames
    }

    func make(_ order: CutOrder) async throws(ClipFault) -> MadeClip {
        guard let layout = try await layout(for: order, scanned: false) else { return try await otherwise.make(order) }
        var attempt = try await cut(layout, order)
        if case .disproved = attempt, layout.isProvenConstant {
            log.warning(
                "A source is not of constant bitrate as its tag says, and is looked through",
                ["source": .string(order.source.key)])
            if let scanned = try await self.layout(for: order, scanned: true) {
                attempt = try await cut(scanned, order)
            }
        }
        switch attempt {
        case .made(let clip): return clip
        case .notForFrames: break
        case .disproved, .unreadable:
            log.warning(
                "A clip could not be cut by the frame and is made by decoding", ["source": .string(order.source.key)])
            layouts.forget(order.source)
        }
        return try await otherwise.make(order)
    }

    /// - Returns: nil for a source that is not cut by the frame.
    private func layout(for order: CutOrder, scanned: Bool) async throws(ClipFault) -> Layout? {
        do throws(LayoutFinder.Fault) {
            return scanned
                ? try await layouts.scannedLayout(of: order.source, episode: order.episode)
                : try await layouts.layout(of: order.source, episode: order.episode)
        } catch {
            switch error {
            case .refused(let refusal):
                switch refusal {
                case .emptyFile, .unsupported: throw ClipFault(.unplayableSource, refusal.description)
                default: break
                }
                log.info(
                    "The source is not cut by the frame",
                    ["reason": .string(refusal.slug), "source": .string(order.source.key)])
                return nil
            case .store(let fault): throw fault.clipFault(about: "the source bucket")
            case .busy: throw ClipFault(.overloaded, "too many sources are being looked through")
            case .cancelled: throw ClipFault(.stopping, "the service is stopping")
            }
        }
    }

    private func cut(_ layout: Layout, _ order: CutOrder) async throws(ClipFault) -> Attempt {
        switch CutPlan.make(layout, start: order.window.start, length: order.window.duration) {
        case .pastEnd(let duration): throw .startPastEnd(start: order.window.start, episodeDuration: duration)
        case .lossless(let plan): try await lossless(plan, order)
        case .reencode(let plan): try await reencoded(plan, order)
        case .tooManyChanges: .notForFrames
        }
    }

    private func lossless(_ first: CutPlan, _ order: CutOrder) async throws(ClipFault) -> Attempt {
        var plan = first
        for _ in 0..<Self.mostReads {
            let bytes = try await read(plan.range, order)
            let clip: LosslessClip
            do throws(CutFault) { clip = try plan.cut(bytes) } catch {
                guard error == .reachesFartherBack else { return .disproved }
                plan = plan.widened()
                continue
            }
            let file = try await ffmpegMade(order) { () throws(FFmpegFault) in
                try await ffmpeg.mux(
                    clip.bytes(.piped), format: order.format, tags: order.tags, deadline: order.deadline)
            }
            guard let file else { return .unreadable }
            return .made(
                made(
                    file, order, duration: clip.duration, endedEarly: clip.endedEarly,
                    exact: order.format == .mp3 ? .sample : .reencoded))
        }
        return .disproved
    }

    /// Across a change of format, or inside a single frame, no MP3 can hold what was asked without decoding.
    private func reencoded(_ first: ReencodePlan, _ order: CutOrder) async throws(ClipFault) -> Attempt {
        var plan = first
        for _ in 0..<Self.mostReads {
            let bytes = try await read(plan.range, order)
            let pieces: [DecoderPiece]
            do throws(CutFault) { pieces = try plan.cut(bytes) } catch {
                guard error == .reachesFartherBack else { return .disproved }
                plan = plan.widened()
                continue
            }
            let file = try await ffmpegMade(order) { () throws(FFmpegFault) in
                try await ffmpeg.encode(pieces, format: order.format, tags: order.tags, deadline: order.deadline)
            }
            guard let file else { return .unreadable }
            return .made(made(file, order, duration: plan.duration, endedEarly: plan.endedEarly, exact: .reencoded))
        }
        return .disproved
    }

    /// - Returns: nil if ffmpeg can't read a stream of our own making: the source may still be cut by decoding.
    private func ffmpegMade(
        _ order: CutOrder, _ run: () async throws(FFmpegFault) -> FFmpegClip
    ) async throws(ClipFault) -> FFmpegClip? {
        do throws(FFmpegFault) {
            return try await run()
        } catch {
            log.warning("ffmpeg made no clip", ["fault": .string(error.slug), "detail": .string(error.detail)])
            if error.verdict == .permanent { return nil }
            throw error.clipFault(start: order.window.start)
        }
    }

    private func read(_ range: Range<Int>, _ order: CutOrder) async throws(ClipFault) -> [UInt8] {
        do throws(ObjectStoreFault) {
            return try await order.source.bytes(range, from: sources, limitBytes: Self.largestRead)
        } catch { throw error.clipFault(about: "the source bucket") }
    }

    private func made(
        _ file: FFmpegClip, _ order: CutOrder, duration: Duration, endedEarly: Bool, exact: Exactness
    ) -> MadeClip {
        let rounded = max(1, (duration + .microseconds(500)).wholeMilliseconds)
        return MadeClip(
            bytes: file.bytes, startMs: order.window.startMs,
            durationMs: endedEarly
                ? Int32(clamping: min(rounded, Int64(order.window.durationMs))) : order.window.durationMs,
            exact: exact)
    }
}
