/// What to read for a clip that no MP3 can hold without re-encoding: it becomes pieces, each of one format, that a decoder
/// plays one behind the other.
///
/// One stream with all the frames would not do: ffmpeg takes the first frame of another sample rate for one of the old
/// rate, which moves everything behind it by 2 ms (44.1 to 48 kHz) or 13 (44.1 to 22.05).
public struct ReencodePlan: Sendable {
    public enum Reason: String, Sendable {
        /// Version, sample rate or number of channels change inside the clip.
        case formatChanges = "format-changes"
        /// The clip lies inside a single frame (26 ms at 44.1 kHz): ffmpeg then forgets to leave out what is before it, for
        /// it takes only one of the two trims from each packet.
        case withinOneFrame = "within-one-frame"
    }

    /// More pieces than this are not made of one clip.
    static let mostPieces = 64

    public let reason: Reason
    private let plans: [CutPlan]
    /// The bytes of the source to read, in one request.
    public let range: Range<Int>

    /// - Parameter plans: at least one, in order.
    init(_ reason: Reason, _ first: CutPlan, _ others: [CutPlan]) {
        self.reason = reason
        plans = [first] + others
        let end = others.last?.range.upperBound ?? first.range.upperBound
        range = first.range.lowerBound..<max(first.range.upperBound, end)
    }

    /// The time of the first sample.
    public var start: Duration { plans[0].start }
    /// How long the pieces are together.
    public var duration: Duration { plans.reduce(.zero) { $0 + $1.duration } }
    /// Whether the source ends before the clip as it was asked for.
    public var endedEarly: Bool { plans[plans.count - 1].endedEarly }

    /// The same clip with more read before it.
    public func widened() -> ReencodePlan {
        ReencodePlan(reason, plans[0].widened(), Array(plans.dropFirst()))
    }

    /// Makes the pieces.
    ///
    /// - Parameter bytes: the source's bytes of `range`, all of them.
    public func cut(_ bytes: [UInt8]) throws(CutFault) -> [DecoderPiece] {
        guard bytes.count == range.count else { throw .wrongBytes(expected: range.count, got: bytes.count) }
        let window = Window(bytes, at: range.lowerBound)
        var pieces: [DecoderPiece] = []
        for plan in plans {
            guard let part = window.slice(plan.range) else { throw .layoutDisproved }
            pieces.append(DecoderPiece(try plan.cut(Array(part)), needsLimit: plan.isWithinOneFrame))
        }
        return pieces
    }
}

/// Frames of one format, to be decoded from a pipe or a file.
public struct DecoderPiece: Sendable {
    /// The frames behind a tag that says where the sound begins and, unless `needsLimit`, where it ends.
    public let stream: [UInt8]
    public let format: FrameFormat
    public let sampleCount: Int
    public let duration: Duration
    /// The decoder has to be told to stop after `duration` (`-t` before `-i`).
    public let needsLimit: Bool

    /// A clip's own frames, for a decoder that is to make another format of them, or for one that can't copy them.
    public init(_ clip: LosslessClip) { self.init(clip, needsLimit: false) }

    init(_ clip: LosslessClip, needsLimit: Bool) {
        stream = clip.bytes(needsLimit ? .endless : .piped)
        format = clip.format
        sampleCount = clip.sampleCount
        duration = clip.duration
        self.needsLimit = needsLimit
    }
}
