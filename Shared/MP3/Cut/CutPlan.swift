/// What to read for one clip, and how to make the clip of it.
///
/// The times are those of a decoder that honours the gapless tag: 0 is the first sample the encoder was given.
public struct CutPlan: Sendable {
    public enum Answer: Sendable {
        /// Frames of one format: they can be copied.
        case lossless(CutPlan)
        /// The frames have to be decoded and encoded again.
        case reencode(ReencodePlan)
        /// The format changes more often than is worth following: leave the clip to a decoder that reads the source itself.
        case tooManyChanges(Int)
        /// The clip would begin at or behind the end.
        case pastEnd(duration: Duration)
    }

    let layout: Layout
    let format: FrameFormat
    /// The first sample heard and the one behind the last, counted in the part as a decoder puts them out.
    let samples: Range<Int>
    /// When the part's first decoded sample sounds.
    let origin: Int
    /// All frames of the part, counted in the file.
    let part: Range<Int>
    /// The frames to be kept, counted in the file.
    let frames: Range<Int>
    let fetch: Fetch
    private let extraReach: Int

    /// The bytes of the source to read, in one request.
    public var range: Range<Int> { fetch.bytes }

    /// Samples per channel the clip will play.
    public var sampleCount: Int { samples.count }
    public var sampleRate: Int { format.sampleRate }
    /// The time of the clip's first sample, to the sample nearest to what was asked.
    public var start: Duration {
        SampleClock.duration(ticks: origin + SampleClock.ticks(samples: samples.lowerBound, sampleRate: sampleRate))
    }
    public var duration: Duration { SampleClock.duration(samples: sampleCount, sampleRate: sampleRate) }
    /// Whether the source ends before the clip as it was asked for.
    public let endedEarly: Bool

    /// - Parameters:
    ///   - start: zero or more.
    ///   - length: more than zero; rounded to samples, and at least one. A clip that reaches behind the source's end stops
    ///     with it.
    public static func make(_ layout: Layout, start: Duration, length: Duration) -> Answer {
        let start = max(start, .zero)
        guard let first = layout.position(at: start), first.sample < layout.end(ofPart: first.part) else {
            return .pastEnd(duration: layout.duration)
        }
        let rate = layout.parts[first.part].format.sampleRate
        let length = min(max(length, .zero), SampleClock.longest)
        let wanted = max(1, SampleClock.sample(at: length, origin: 0, sampleRate: rate) ?? .max / 2)
        let room = layout.end(ofPart: first.part) - first.sample
        let isLast = first.part == layout.parts.count - 1
        let plan = CutPlan(
            layout, part: first.part, samples: first.sample..<first.sample + min(wanted, room),
            endedEarly: isLast && wanted > room)
        if wanted > room, !isLast { return across(layout, plan, from: first.part, start: start, length: length) }
        return alone(plan)
    }

    private static func alone(_ plan: CutPlan) -> Answer {
        plan.isWithinOneFrame ? .reencode(ReencodePlan(.withinOneFrame, plan, [])) : .lossless(plan)
    }

    private static func across(
        _ layout: Layout, _ first: CutPlan, from part: Int, start: Duration, length: Duration
    ) -> Answer {
        // A time that no file reaches ends with the file.
        let last = layout.position(at: start + length) ?? layout.lastPosition
        let pieces = last.part - part + 1
        guard pieces <= ReencodePlan.mostPieces else { return .tooManyChanges(pieces - 1) }
        var others: [CutPlan] = []
        for number in part + 1..<max(part + 1, last.part + 1) {
            let end = layout.end(ofPart: number)
            let samples = 0..<(number == last.part ? min(last.sample, end) : end)
            guard !samples.isEmpty else { continue }
            others.append(
                CutPlan(
                    layout, part: number, samples: samples,
                    endedEarly: number == layout.parts.count - 1 && last.sample > end))
        }
        return others.isEmpty ? alone(first) : .reencode(ReencodePlan(.formatChanges, first, others))
    }

    /// Whether the clip lies within one frame.
    var isWithinOneFrame: Bool {
        samples.lowerBound / format.samplesPerFrame == (samples.upperBound - 1) / format.samplesPerFrame
    }

    /// The same clip with more read before it, for a first frame that reaches farther back than frames may.
    public func widened() -> CutPlan {
        CutPlan(self, extraReach: min(extraReach * 4 + 4096, 1 << 24))
    }

    private init(_ layout: Layout, part number: Int, samples: Range<Int>, endedEarly: Bool, extraReach: Int = 0) {
        let part = layout.parts[number]
        self.layout = layout
        self.samples = samples
        self.endedEarly = endedEarly
        self.extraReach = extraReach
        format = part.format
        origin = part.origin
        self.part = part.firstFrame..<part.firstFrame + part.frames
        let perFrame = part.format.samplesPerFrame
        let first = max(0, samples.lowerBound / perFrame - part.format.framesOfHistory)
        let last = min(part.frames, (samples.upperBound + perFrame - 1) / perFrame)
        frames = part.firstFrame + first..<part.firstFrame + last
        fetch = layout.map.fetch(frames, floor: part.firstFrame, extraReach: extraReach)
    }

    private init(_ plan: CutPlan, extraReach: Int) {
        layout = plan.layout
        samples = plan.samples
        endedEarly = plan.endedEarly
        self.extraReach = extraReach
        format = plan.format
        origin = plan.origin
        part = plan.part
        frames = plan.frames
        fetch = layout.map.fetch(frames, floor: plan.part.lowerBound, extraReach: extraReach)
    }

    /// Makes the clip.
    ///
    /// - Parameter bytes: the source's bytes of `range`, all of them.
    public func cut(_ bytes: [UInt8]) throws(CutFault) -> LosslessClip {
        guard bytes.count == range.count else { throw .wrongBytes(expected: range.count, got: bytes.count) }
        let window = Window(bytes, at: range.lowerBound)
        let walked = try layout.map.walk(fetch, upTo: frames.upperBound, in: window)
        let kept = frames.lowerBound - fetch.firstFrame
        guard kept >= 0, kept < walked.count else { throw .layoutDisproved }
        let heard = samples.lowerBound - (frames.lowerBound - part.lowerBound) * format.samplesPerFrame
        let assembly = try Assembly(
            window, before: walked[..<kept], kept: walked[kept...], blank: layout.map.blankHeader,
            beginsWithPart: fetch.firstFrame <= part.lowerBound,
            // A delay of 0 comes out of ffmpeg's muxer as 3,567: -529 in twelve bits.
            needsLead: heard <= InfoTag.decoderDelay)
        return LosslessClip(self, assembly, skip: heard + assembly.madeFrames * format.samplesPerFrame)
    }
}

extension Layout {
    struct Position: Hashable, Sendable {
        let part: Int
        /// Counted in the part.
        let sample: Int
    }

    /// The sample behind the last audible one of a part.
    func end(ofPart number: Int) -> Int { number == parts.count - 1 ? endSample : parts[number].samples }

    var lastPosition: Position { Position(part: parts.count - 1, sample: .max / 2) }

    /// The part and the sample in it that sounds at `time`; `nil` for times no file reaches.
    func position(at time: Duration) -> Position? {
        for number in parts.indices {
            let part = parts[number]
            let sample = SampleClock.sample(at: time, origin: part.origin, sampleRate: part.format.sampleRate)
            guard let sample else { return nil }
            if sample < part.samples || number == parts.count - 1 {
                return Position(part: number, sample: max(0, sample))
            }
        }
        return nil
    }
}
