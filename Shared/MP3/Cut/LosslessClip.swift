/// A finished clip: the source's own frames behind a tag that says where the sound begins and ends.
public struct LosslessClip: Sendable {
    /// Which tag stands in front.
    public enum Form: Sendable {
        /// Complete, with sizes, table of contents and checksums: to be published as it is.
        case published
        /// Frames and delay only, without a size: for ffmpeg on a pipe. A tag that states a size makes ffmpeg ignore the
        /// padding of anything it cannot seek in.
        case piped
        /// As `piped`, without an end: for a clip inside one frame, with the decoder told to stop.
        case endless
    }

    /// Carrier and frames, without the tag.
    public let body: [UInt8]
    public let format: FrameFormat
    /// When the first sample sounds in the source.
    public let start: Duration
    public let duration: Duration
    /// Samples per channel that a decoder plays which honours the tag.
    public let sampleCount: Int
    /// Whether the source ends before the clip as it was asked for.
    public let endedEarly: Bool
    /// Frames in the body.
    public let frames: Int
    /// How many of them are silence in place of frames that are missing in the source.
    public let missingFrames: Int
    /// Samples to leave out in front, as the tag has it: a decoder adds its own 529.
    public let delay: Int
    /// Samples to leave out behind, as the tag has it: a decoder takes its own 529 off.
    public let padding: Int

    private let lengths: [Int]
    private let model: FrameHeader
    private let isConstant: Bool

    init(_ plan: CutPlan, _ assembly: Assembly, skip: Int) {
        body = assembly.body
        format = plan.format
        start = plan.start
        duration = plan.duration
        sampleCount = plan.sampleCount
        endedEarly = plan.endedEarly
        lengths = assembly.lengths
        frames = assembly.lengths.count
        missingFrames = assembly.missingFrames
        delay = skip - InfoTag.decoderDelay
        padding = frames * plan.format.samplesPerFrame + InfoTag.decoderDelay - skip - plan.sampleCount
        model = assembly.model
        isConstant = assembly.isConstant
    }

    /// The whole clip.
    public func bytes(_ form: Form) -> [UInt8] { tag(form) + body }

    /// The frame in front of the body.
    public func tag(_ form: Form) -> [UInt8] {
        let writer = InfoTagWriter(
            model: model, isConstant: isConstant, delay: delay, padding: form == .endless ? 0 : padding,
            lengths: lengths)
        return switch form {
        case .published: writer.published(body)
        case .piped: writer.piped(frames: frames)
        // A count that is never reached.
        case .endless: writer.piped(frames: 0xFF_FFFF)
        }
    }
}
