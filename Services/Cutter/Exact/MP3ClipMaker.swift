import Domain
import Logging
import MP3
import ObjectStore
import Telemetry
import Traces

/// Cuts MP3 by the frame: one ranged read, exact to the sample, and lossless where the clip is MP3 too.
///
/// Every clip of a source whose layout is known is made by that layout, whatever its format and whatever goes wrong on the
/// way: ffmpeg decodes the frames that the layout names, never the source itself, whose time it would count in its own way.
/// Only what is not cut by the frame at all goes to the maker for everything else.
struct MP3ClipMaker: ClipMaker {
    let layouts: LayoutFinder
    let sources: any ObjectStore
    let ffmpeg: FFmpeg
    let otherwise: any ClipMaker
    let log: Log
    /// Whether MP3 is encoded again too: to replace a clip whose frames no decoder likes.
    var encodesAlways = false

    /// A window of minutes at 320 kbit/s, with room.
    private static let largestRead = 64 << 20
    private static let mostReads = 4
    var stages: Histogram<CutterStage> { ffmpeg.metrics.stages }

    func make(_ order: CutJob) async throws(ClipFault) -> MadeClip {
        var order = order
        guard let layout = try await layout(for: &order, insteadOf: nil) else {
            return try await otherwise.make(order)
        }
        if let clip = try await cut(layout, order) { return clip }
        log.error(
            "A source's frames do not lie as its layout says, and it is looked through again",
            ["source": .string(order.source.key)])
        guard let found = try await self.layout(for: &order, insteadOf: layout) else {
            return try await otherwise.make(order)
        }
        if let clip = try await cut(found, order) { return clip }
        throw ClipFault(.sourceChanged, "the source's bytes are others each time that they are read")
    }

    /// - Parameter wrong: a layout that the source's bytes contradict.
    /// - Returns: nil for a source that is not cut by the frame; the order then says why.
    func layout(for order: inout CutJob, insteadOf wrong: Layout?) async throws(ClipFault) -> Layout? {
        do throws(LayoutFinder.Fault) {
            let (source, episode) = (order.source, order.episode)
            return try await stages.stage(.layout, slug: \.slug) { () async throws(LayoutFinder.Fault) in
                try await layouts.layout(of: source, episode: episode, insteadOf: wrong)
            }
        } catch {
            switch error {
            case .refused(let refusal):
                switch refusal {
                case .emptyFile, .unsupported: throw ClipFault(.unplayableSource, refusal.description)
                default: break
                }
                order.refusal = refusal
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

    /// - Returns: nil if the frames don't lie as the layout says.
    private func cut(_ layout: Layout, _ order: CutJob) async throws(ClipFault) -> MadeClip? {
        switch CutPlan.make(layout, start: order.window.start, length: order.window.duration) {
        case .pastEnd(let duration): throw .startPastEnd(start: order.window.start, episodeDuration: duration)
        case .lossless(let plan): return try await lossless(plan, order)
        case .reencode(let plan): return try await reencoded(plan, order)
        case .tooManyChanges(let count):
            throw ClipFault(.unplayableSource, "sample rate or channels change \(count) times within the clip")
        }
    }

    private func lossless(_ plan: CutPlan, _ order: CutJob) async throws(ClipFault) -> MadeClip? {
        guard let (_, clip) = try Self.made(of: try await frames(of: plan, order)) else { return nil }
        if clip.missingFrames > 0 {
            log.warning(
                "Frames are missing in a source, and its clip is silent there",
                ["source": .string(order.source.key), "frames": .int(clip.missingFrames)])
        }
        let copies = FFmpegRecipe.of(order.format).copiesFrames
        if !encodesAlways || !copies {
            let file = try await ffmpegMade(order) { () throws(FFmpegFault) in
                try await ffmpeg.mux(
                    clip.bytes(.piped), format: order.format, tags: order.tags, deadline: order.deadline)
            }
            if let file {
                return made(
                    file, order, duration: clip.duration, endedEarly: clip.endedEarly,
                    exact: copies ? .sample : .reencoded)
            }
        }
        return try await encoded([DecoderPiece(clip)], order, duration: clip.duration, endedEarly: clip.endedEarly)
    }

    /// Across a change of format, or inside a single frame, no MP3 can hold what was asked without decoding.
    private func reencoded(_ plan: ReencodePlan, _ order: CutJob) async throws(ClipFault) -> MadeClip? {
        guard let (last, pieces) = try Self.made(of: try await frames(of: plan, order)) else { return nil }
        return try await encoded(pieces, order, duration: last.duration, endedEarly: last.endedEarly)
    }

    /// Reads what a plan needs and cuts it, with more in front as often as a frame reaches farther back.
    ///
    /// - Returns: what was made, by which plan in the end; or why the frames are not as the layout says. `.reachesFartherBack`:
    ///   however much is read.
    func frames<Plan: FramePlan>(
        of first: Plan, _ order: CutJob
    ) async throws(ClipFault) -> Result<(plan: Plan, made: Plan.Made), CutFault> {
        var plan = first
        for _ in 0..<Self.mostReads {
            let bytes = try await read(plan.range, order)
            do throws(CutFault) { return .success((plan, try plan.cut(bytes))) } catch {
                guard error == .reachesFartherBack else { return .failure(error) }
                plan = plan.widened()
            }
        }
        return .failure(.reachesFartherBack)
    }

    /// - Returns: nil if the frames don't lie as the layout says.
    private static func made<Plan, Made>(
        of frames: Result<(plan: Plan, made: Made), CutFault>
    ) throws(ClipFault) -> (plan: Plan, made: Made)? {
        switch frames {
        case .success(let made): return made
        case .failure(.reachesFartherBack): throw endlessReach
        case .failure: return nil
        }
    }

    private static let endlessReach = ClipFault(.cutFailed, "a frame reaches farther back than any may")

    private func encoded(
        _ pieces: [DecoderPiece], _ order: CutJob, duration: Duration, endedEarly: Bool
    ) async throws(ClipFault) -> MadeClip {
        let file = try await ffmpegMade(order) { () throws(FFmpegFault) in
            try await ffmpeg.encode(pieces, format: order.format, tags: order.tags, deadline: order.deadline)
        }
        guard let file else { throw ClipFault(.unplayableSource, "ffmpeg can't decode the source's frames there") }
        return made(file, order, duration: duration, endedEarly: endedEarly, exact: .reencoded)
    }

    /// - Returns: nil if ffmpeg can't read a stream of our own making.
    private func ffmpegMade(
        _ order: CutJob, _ run: () async throws(FFmpegFault) -> FFmpegClip
    ) async throws(ClipFault) -> FFmpegClip? {
        do throws(FFmpegFault) {
            return try await stages.stage(.cut, slug: \.slug, run)
        } catch {
            log.warning("ffmpeg made no clip", ["fault": .string(error.slug), "detail": .string(error.detail)])
            if error.verdict == .permanent { return nil }
            throw error.clipFault(start: order.window.start)
        }
    }

    func read(_ range: Range<Int>, _ order: CutJob) async throws(ClipFault) -> [UInt8] {
        if let held = order.held?[range] { return held }
        do throws(ObjectStoreFault) {
            return try await stages.stage(.fetch, slug: \.slug) { () async throws(ObjectStoreFault) in
                try await order.source.bytes(range, from: sources, limitBytes: Self.largestRead)
            }
        } catch { throw error.clipFault(about: "the source bucket") }
    }

    private func made(
        _ file: FFmpegClip, _ order: CutJob, duration: Duration, endedEarly: Bool, exact: Exactness
    ) -> MadeClip {
        let rounded = max(1, (duration + .microseconds(500)).wholeMilliseconds)
        return MadeClip(
            bytes: file.bytes, startMs: order.window.startMs,
            durationMs: endedEarly
                ? Int32(clamping: min(rounded, Int64(order.window.durationMs))) : order.window.durationMs,
            exact: exact)
    }
}
