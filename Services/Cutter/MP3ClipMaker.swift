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

    func make(_ order: CutOrder) async throws(ClipFault) -> MadeClip {
        let layout: Layout
        do throws(LayoutFinder.Fault) {
            layout = try await layouts.layout(of: order.source, episode: order.episode)
        } catch {
            switch error {
            case .refused(let refusal):
                log.info(
                    "The source is not cut by the frame",
                    ["reason": .string(refusal.slug), "source": .string(order.source.key)])
                return try await otherwise.make(order)
            case .store(let fault): throw fault.clipFault(about: "the source bucket")
            case .busy: throw ClipFault(.overloaded, "too many sources are being looked through")
            case .cancelled: throw ClipFault(.stopping, "the service is stopping")
            }
        }
        let length = order.window.duration
        let made: MadeClip?
        switch CutPlan.make(layout, start: order.window.start, length: length) {
        case .pastEnd(let duration): throw .startPastEnd(start: order.window.start, episodeDuration: duration)
        case .lossless(let plan): made = try await lossless(plan, order)
        case .reencode(let plan): made = try await reencoded(plan, order)
        case .tooManyChanges: return try await otherwise.make(order)
        }
        if let made { return made }
        log.warning(
            "A clip could not be cut by the frame and is made by decoding", ["source": .string(order.source.key)])
        layouts.forget(order.source)
        return try await otherwise.make(order)
    }

    /// - Returns: nil if the layout turned out to be wrong, or ffmpeg can't read what was made of the frames.
    private func lossless(_ first: CutPlan, _ order: CutOrder) async throws(ClipFault) -> MadeClip? {
        var plan = first
        for _ in 0..<Self.mostReads {
            let bytes = try await read(plan.range, order)
            let clip: LosslessClip
            do throws(CutFault) { clip = try plan.cut(bytes) } catch {
                guard error == .reachesFartherBack else { return nil }
                plan = plan.widened()
                continue
            }
            let file = try await ffmpegMade(order) { tags throws(FFmpegFault) in
                try await ffmpeg.mux(
                    clip.bytes(.piped), format: order.format, tags: tags, deadline: order.deadline)
            }
            guard let file else { return nil }
            return made(
                file, order, duration: clip.duration, endedEarly: clip.endedEarly,
                exact: order.format == .mp3 ? .sample : .reencoded)
        }
        return nil
    }

    /// Across a change of format, or inside a single frame, no MP3 can hold what was asked without decoding.
    ///
    /// - Returns: nil as `lossless` does.
    private func reencoded(_ first: ReencodePlan, _ order: CutOrder) async throws(ClipFault) -> MadeClip? {
        var plan = first
        for _ in 0..<Self.mostReads {
            let bytes = try await read(plan.range, order)
            let pieces: [DecoderPiece]
            do throws(CutFault) { pieces = try plan.cut(bytes) } catch {
                guard error == .reachesFartherBack else { return nil }
                plan = plan.widened()
                continue
            }
            let file = try await ffmpegMade(order) { tags throws(FFmpegFault) in
                try await ffmpeg.encode(pieces, format: order.format, tags: tags, deadline: order.deadline)
            }
            guard let file else { return nil }
            return made(file, order, duration: plan.duration, endedEarly: plan.endedEarly, exact: .reencoded)
        }
        return nil
    }

    /// - Returns: nil if ffmpeg can't read a stream of our own making: the source may still be cut by decoding.
    private func ffmpegMade(
        _ order: CutOrder, _ run: (ClipTags) async throws(FFmpegFault) -> FFmpegClip
    ) async throws(ClipFault) -> FFmpegClip? {
        do throws(FFmpegFault) {
            return try await run(ClipTags(title: order.title, link: nil))
        } catch {
            log.warning("ffmpeg made no clip", ["fault": .string(error.slug), "detail": .string(error.detail)])
            if error.verdict == .permanent { return nil }
            throw error.clipFault(start: order.window.start)
        }
    }

    private func read(_ range: Range<Int>, _ order: CutOrder) async throws(ClipFault) -> [UInt8] {
        do throws(ObjectStoreFault) {
            return try await sources.get(
                order.source.key, range: UInt64(range.lowerBound)..<UInt64(range.upperBound),
                ifMatch: order.source.etag, limitBytes: Self.largestRead
            ).bytes
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
