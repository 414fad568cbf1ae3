/// Where every frame of a file stands, by arithmetic: constant bitrate, proven.
///
/// Frame n begins within one byte of `data` + n · length, the length being a fraction (20480/49 bytes at 128 kbit/s and
/// 44.1 kHz); encoders choose padding so. Proven means: the tag's counters of frames and bytes fit the file to the byte and
/// each other. The claim is checked again in every stretch of the source that is cut.
struct ConstantRate: Hashable, Sendable {
    let format: FrameFormat
    let kbps: Int
    /// The first audio frame's first byte.
    let data: Int
    /// The byte behind the last frame.
    let end: Int
    let frames: Int

    /// A frame's length in bytes as a fraction, not reduced.
    var lengthNumerator: Int { (format.isLowSamplingFrequency ? 72_000 : 144_000) &* kbps }
    var lengthDenominator: Int { format.sampleRate }

    /// Whether the tag in front proves it.
    ///
    /// - Parameters:
    ///   - tagPlace: the tag frame's first byte.
    ///   - data: the byte behind the tag frame.
    ///   - audioEnd: the file's size without the tags at its end.
    init?(tag: InfoTag, tagPlace: Int, data: Int, audioEnd: Int, first: FrameHeader) {
        guard tag.kind == .info, let frames = tag.frames, let bytes = tag.bytes, frames > 0,
            tagPlace &+ bytes == audioEnd
        else { return nil }
        self.init(format: first.format, kbps: first.kbps, data: data, end: audioEnd, frames: frames)
    }

    /// - Returns: `nil` unless the frames fill the bytes within less than two.
    init?(format: FrameFormat, kbps: Int, data: Int, end: Int, frames: Int) {
        self.format = format
        self.kbps = kbps
        self.data = data
        self.end = end
        self.frames = frames
        guard data >= 0, data < end, (1...FrameIndex.mostFrames).contains(frames), end < 1 << 46, kbps > 0 else {
            return nil
        }
        let error = frames * lengthNumerator - (end - data) * lengthDenominator
        guard abs(error) < 2 * lengthDenominator else { return nil }
    }

    /// Whether a frame `n` may begin at `place`: less than a byte from where it should.
    func allows(frame n: Int, at place: Int) -> Bool {
        abs((place - data) * lengthDenominator - n * lengthNumerator) < lengthDenominator
    }

    /// The byte at or before the place where frame `n` should begin.
    func floor(ofFrame n: Int) -> Int { data + n * lengthNumerator / lengthDenominator }
}
