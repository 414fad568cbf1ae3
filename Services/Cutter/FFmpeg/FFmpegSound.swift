/// Decoded sound between two runs of ffmpeg: samples of 32 bits floating point, and how many a second.
///
/// It travels as RIFF/WAVE (Microsoft, "Multimedia Programming Interface and Data Specifications 1.0"), because that
/// names rate and channels.
struct FFmpegSound: Sendable, Equatable {
    let rate: Int
    let channels: Int
    /// Interleaved, little-endian, `channels` × 4 bytes for each moment.
    private(set) var samples: [UInt8]

    init(rate: Int, channels: Int) {
        self.rate = rate
        self.channels = channels
        samples = []
    }

    /// - Parameter silence: so many moments of it.
    init(silence: Int, rate: Int, channels: Int) {
        self.init(rate: rate, channels: channels)
        samples = [UInt8](repeating: 0, count: max(0, silence) * 4 * channels)
    }

    /// What ffmpeg wrote; nil if it is something else.
    init?(wave bytes: [UInt8]) {
        guard let found = WaveFile(bytes, bits: 32) else { return nil }
        rate = found.rate
        channels = found.channels
        samples = Array(bytes[found.samples])
    }

    /// Moments of it.
    var count: Int { samples.count / (4 * channels) }

    /// Puts another behind it, and cuts or fills it up so that there are `total` moments.
    mutating func append(_ other: FFmpegSound, upTo total: Int) {
        samples += other.samples
        let wanted = max(0, total) * 4 * channels
        if samples.count > wanted { samples.removeLast(samples.count - wanted) }
        if samples.count < wanted { samples += [UInt8](repeating: 0, count: wanted - samples.count) }
    }

    /// Copies moments of another of the same form to `place`; what falls outside is left out.
    mutating func write(_ other: FFmpegSound, _ moments: Range<Int>, at place: Int) {
        guard other.channels == channels else { return }
        let from = max(moments.lowerBound, moments.lowerBound - place, 0)
        let to = min(moments.upperBound, other.count, moments.lowerBound - place + count)
        guard from < to else { return }
        let width = 4 * channels
        let target = (place + from - moments.lowerBound) * width
        samples.replaceSubrange(target..<target + (to - from) * width, with: other.samples[from * width..<to * width])
    }

    /// The first `total` moments.
    mutating func cut(to total: Int) {
        let wanted = max(0, total) * 4 * channels
        if samples.count > wanted { samples.removeLast(samples.count - wanted) }
    }

    var wave: [UInt8] {
        var bytes = Array("RIFF".utf8)
        bytes += Self.bytes(36 + samples.count, 4)
        bytes += Array("WAVEfmt ".utf8)
        // Format 3 is floating point.
        for (value, width) in [
            (16, 4), (3, 2), (channels, 2), (rate, 4), (rate * channels * 4, 4), (channels * 4, 2), (32, 2),
        ] { bytes += Self.bytes(value, width) }
        bytes += Array("data".utf8)
        bytes += Self.bytes(samples.count, 4)
        bytes += samples
        return bytes
    }

    private static func bytes(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
