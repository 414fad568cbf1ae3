/// What to read for a clip that no MP3 can hold without re-encoding: its frames are handed to a decoder.
public struct ReencodePlan: Sendable {
    public enum Reason: String, Sendable {
        /// Version, sample rate or number of channels change inside the clip.
        case formatChanges = "format-changes"
        /// The clip lies inside a single frame (26 ms at 44.1 kHz): ffmpeg then forgets to leave out what is before it, for
        /// it takes only one of the two cuts from each packet.
        case withinOneFrame = "within-one-frame"
    }

    public let reason: Reason
    private let layout: Layout
    private let from: Layout.Position
    private let frames: Range<Int>
    private let fetch: Fetch
    private let extraReach: Int

    /// The bytes of the source to read, in one request.
    public var range: Range<Int> { fetch.bytes }
    /// The time of the first sample.
    public let start: Duration
    /// How long the clip is to be: as asked, or up to the source's end.
    public let duration: Duration
    public let endedEarly: Bool

    init(_ layout: Layout, _ reason: Reason, from: Layout.Position, start: Duration, length: Duration) {
        self.reason = reason
        let part = layout.parts[from.part]
        let end = min(start + length, layout.duration)
        self.layout = layout
        self.from = from
        self.start = SampleClock.duration(
            ticks: part.origin + SampleClock.ticks(samples: from.sample, sampleRate: part.format.sampleRate))
        duration = end - start
        endedEarly = start + length > layout.duration
        let perFrame = part.format.samplesPerFrame
        let first = part.firstFrame + max(0, from.sample / perFrame - part.format.framesOfHistory)
        frames = first..<max(first + 1, Self.lastFrame(layout, at: end))
        extraReach = 0
        fetch = layout.map.fetch(frames, floor: part.firstFrame, extraReach: 0)
    }

    private init(_ plan: ReencodePlan, extraReach: Int) {
        reason = plan.reason
        layout = plan.layout
        from = plan.from
        frames = plan.frames
        start = plan.start
        duration = plan.duration
        endedEarly = plan.endedEarly
        self.extraReach = extraReach
        fetch = layout.map.fetch(frames, floor: layout.parts[from.part].firstFrame, extraReach: extraReach)
    }

    /// Behind the frame that sounds at `end`, and one more, for resamplers look ahead.
    private static func lastFrame(_ layout: Layout, at end: Duration) -> Int {
        guard let position = layout.position(at: end) else { return layout.frames }
        let part = layout.parts[position.part]
        let perFrame = part.format.samplesPerFrame
        return min(layout.frames, part.firstFrame + (position.sample + perFrame - 1) / perFrame + 1)
    }

    /// The same clip with more read before it.
    public func widened() -> ReencodePlan { ReencodePlan(self, extraReach: extraReach * 4 + 4096) }

    /// Makes the stream for the decoder.
    ///
    /// - Parameter bytes: the source's bytes of `range`, all of them.
    public func cut(_ bytes: [UInt8]) throws(CutFault) -> DecoderFeed {
        guard bytes.count == range.count else { throw .wrongBytes(expected: range.count, got: bytes.count) }
        let part = layout.parts[from.part]
        let window = Window(bytes, at: range.lowerBound)
        let walked = try layout.map.walk(fetch, upTo: frames.upperBound, in: window)
        let kept = frames.lowerBound - fetch.firstFrame
        guard kept >= 0, kept < walked.count else { throw .layoutDisproved }
        let heard = from.sample - (frames.lowerBound - part.firstFrame) * part.format.samplesPerFrame
        let assembly = try Assembly(
            window, before: walked[..<kept], kept: walked[kept...],
            beginsWithPart: fetch.firstFrame <= part.firstFrame, needsLead: heard < InfoTag.decoderDelay)
        let skip = heard + assembly.madeFrames * part.format.samplesPerFrame
        let tag = InfoTagWriter(
            model: assembly.model, isConstant: false, delay: skip - InfoTag.decoderDelay, padding: 0,
            lengths: assembly.lengths)
        // A count that is never reached, so that no decoder ends the sound by counting samples of different lengths.
        let stream = tag.piped(frames: 0xFF_FFFF) + assembly.body
        return DecoderFeed(stream: stream, start: start, duration: duration, endedEarly: endedEarly)
    }
}

/// Frames to be decoded from a pipe: the sound begins with the clip, and goes on a little behind its end.
public struct DecoderFeed: Sendable {
    /// A tag that makes the decoder begin at the clip's first sample, and the frames, with some sound behind the end.
    public let stream: [UInt8]
    public let start: Duration
    /// Where to stop (`-t` of ffmpeg).
    public let duration: Duration
    public let endedEarly: Bool
}
