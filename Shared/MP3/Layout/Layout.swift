/// Where in an MP3 file every sample stands: all that is needed to cut it anywhere with one ranged read.
///
/// Found once per version of the source, by a `LayoutPlanner`, and kept in its stored form (`encoded()`).
public struct Layout: Hashable, Sendable {
    /// A stretch of the file with one version, sample rate and number of channels.
    public struct Part: Hashable, Sendable {
        public let format: FrameFormat
        /// Counted from the file's first audio frame.
        public let firstFrame: Int
        public let frames: Int
        /// When the part's first decoded sample sounds, in ticks of 1/14,112,000 s; negative by the encoder's delay.
        let origin: Int

        var samples: Int { frames &* format.samplesPerFrame }
    }

    enum Map: Hashable, Sendable {
        case constant(ConstantRate)
        case indexed(FrameIndex)
    }

    public let source: SourceVersion
    public let tag: InfoTag?
    public let findings: Findings
    /// From the first audio frame's first byte to the byte behind the last tag-free one.
    public let audio: Range<Int>
    let map: Map
    /// At least one.
    public let parts: [Part]

    /// Samples that decoders leave out at the beginning: the encoder's delay and their own, where the tag says it.
    public let skip: Int
    /// The last part's sample behind the last one heard.
    let endSample: Int

    init(source: SourceVersion, tag: InfoTag?, findings: Findings, audio: Range<Int>, map: Map) throws(MP3Refusal) {
        self.source = source
        self.tag = tag
        self.findings = findings
        self.audio = audio
        self.map = map
        switch map {
        case .constant(let rate):
            let first = Span(format: rate.format, firstFrame: 0, frames: rate.frames)
            (parts, skip, endSample) = try Self.timeline([first], tag: tag)
        case .indexed(let index):
            (parts, skip, endSample) = try Self.timeline(Self.spans(of: index), tag: tag)
        }
    }

    private struct Span {
        let format: FrameFormat
        let firstFrame: Int
        var frames: Int
    }

    private static func spans(of index: FrameIndex) -> [Span] {
        var spans: [Span] = []
        for run in index.runs {
            if let last = spans.last, last.format == run.format {
                spans[spans.count - 1].frames &+= run.frames
            } else {
                spans.append(Span(format: run.format, firstFrame: run.firstFrame, frames: run.frames))
            }
        }
        return spans
    }

    private static func timeline(_ spans: [Span], tag: InfoTag?) throws(MP3Refusal) -> ([Part], Int, Int) {
        guard let first = spans.first, let last = spans.last else { throw .noFrames }
        let skip = tag?.skip ?? 0
        var origin = -SampleClock.ticks(samples: skip, sampleRate: first.format.sampleRate)
        let parts = spans.map { span in
            let part = Part(format: span.format, firstFrame: span.firstFrame, frames: span.frames, origin: origin)
            origin += SampleClock.ticks(samples: part.samples, sampleRate: span.format.sampleRate)
            return part
        }
        // The padding is believed only where the tag speaks of this whole file: not where more was appended or cut off.
        var end = last.frames * last.format.samplesPerFrame
        if spans.count == 1, let gapless = tag?.gapless, tag?.frames == last.frames {
            end -= max(0, gapless.padding - InfoTag.decoderDelay)
        }
        guard end > (spans.count == 1 ? skip : 0) else { throw .noFrames }
        return (parts, skip, end)
    }

    /// Audio frames; the tag's own is not among them.
    public var frames: Int { (parts.last?.firstFrame ?? 0) + (parts.last?.frames ?? 0) }

    /// From the first sample heard to the last.
    public var duration: Duration {
        guard let last = parts.last else { return .zero }
        return SampleClock.duration(
            ticks: last.origin + SampleClock.ticks(samples: endSample, sampleRate: last.format.sampleRate))
    }

    /// Whether frames are found by arithmetic, without an index.
    public var isProvenConstant: Bool {
        if case .constant = map { true } else { false }
    }

    /// Bytes that the layout takes in memory, nearly: for caches with a bound.
    public var footprint: Int {
        let index = if case .indexed(let index) = map { index.footprint } else { 0 }
        return 512 + source.etag.utf8.count + parts.count * 40 + index
    }
}
