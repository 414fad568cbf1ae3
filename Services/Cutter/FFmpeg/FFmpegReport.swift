import Glibc

/// What ffmpeg says about a run, on standard error at level `verbose`, each line with its level in brackets.
///
/// Text for people, so nothing here may be needed for a clip to be right: what can't be read is nil.
struct FFmpegReport: Sendable, Equatable {
    /// The input's format, as `ogg` or `mov,mp4,m4a,3gp,3g2,mj2`.
    private(set) var demuxer: String?
    /// How long ffmpeg takes the input to be, in steps of 10 ms. An estimate for streams without an index, as MP3.
    private(set) var inputDuration: Duration?
    /// The first timestamp of all streams.
    private(set) var inputStart: Duration?
    /// The audio streams of the input, in order.
    private(set) var tracks: [Track] = []
    /// What `ashowinfo` told, if it was asked.
    private(set) var frames: [FFmpegFrame] = []
    /// Samples per channel given to the encoder; nil for a copy.
    private(set) var encodedSamples: Int?
    private(set) var muxedPackets: Int?
    /// What came out, in samples per second.
    private(set) var outputRate: Int?
    /// The time of the last packet that was written, in steps of 10 ms.
    private(set) var muxedDuration: Duration?
    /// The sound changed its sample rate or channels in the middle.
    private(set) var formatChanged = false
    private var endsBeforeItsStart = false
    /// Lines at level `error` or worse, the last of them.
    private(set) var complaints: [String] = []

    /// Lines at level `warning`, the last of them, without those that are about nothing.
    private(set) var warnings: [String] = []

    struct Track: Sendable, Equatable {
        let codec: String
        let rate: Int?
        let isMono: Bool
        let isDefault: Bool
    }

    private static let keptComplaints = 5
    private static let mostTracks = 1_000

    init(parsing text: String) {
        var inOutput = false
        for bytes in text.utf8.split(separator: UInt8(ascii: "\n")) {
            let line = Substring(bytes)
            if line.hasPrefix("[Parsed_ashowinfo") {
                if let frame = Self.frame(line) { frames.append(frame) }
            } else if line.has("[error]") || line.has("[fatal]") || line.has("[panic]") {
                // A picture beside the sound, which is not to be decoded.
                if line.has(" Codec ("), line.has("not on whitelist '") { continue }
                complaints.append(String(line.prefix(300)))
                if complaints.count > Self.keptComplaints { complaints.removeFirst() }
            } else if line.has("[warning]") {
                // Said of every WAV file that does not name its loudspeakers.
                guard !line.has("Guessed Channel Layout") else { continue }
                warnings.append(String(line.prefix(300)))
                if warnings.count > Self.keptComplaints { warnings.removeFirst() }
            } else if let rest = line.after("[info] Input #0, ") {
                demuxer = rest.before(", from '").map(String.init)
            } else if inputDuration == nil, let rest = line.after("[info]   Duration: ") {
                inputDuration = Self.clock(rest.prefix { $0 != "," })
                inputStart = rest.after(", start: ").flatMap { Self.seconds($0.prefix { $0 != "," }) }
            } else if inputStart == nil, let rest = line.after("[info]   Duration: N/A, start: ") {
                inputStart = Self.seconds(rest.prefix { $0 != "," })
            } else if !inOutput, line.hasPrefix("[info]   Stream #0:"), let rest = line.after(": Audio: ") {
                if tracks.count < Self.mostTracks { tracks.append(Self.track(rest)) }
            } else if line.hasPrefix("[info] Output #0, ") {
                inOutput = true
            } else if inOutput, outputRate == nil, line.hasPrefix("[info]   Stream #0:0"),
                let rest = line.before(" Hz,")
            {
                outputRate = rest.split(separator: " ").last.flatMap { Int($0) }
            } else if let rest = line.after("  Output stream #0:0 (audio): ") {
                muxedPackets = rest.before(" packets muxed").flatMap { Int($0.split(separator: " ").last ?? "") }
                encodedSamples = rest.after(" frames encoded (")?.before(" samples)").flatMap { Int($0) }
            } else if let rest = line.after(" time="), line.hasPrefix("[info] size=") {
                muxedDuration = Self.clock(rest.prefix { $0 != " " })
                endsBeforeItsStart = rest.hasPrefix("-")
            } else if line.has("Reconfiguring filter graph because audio parameters changed") {
                formatChanged = true
            }
        }
    }

    /// How long the clip is: exact where it was encoded.
    var clipDuration: Duration? {
        guard let encodedSamples, let outputRate, outputRate > 0, encodedSamples >= 0 else { return muxedDuration }
        return FFmpegFrame(pts: Int64(encodedSamples), rate: outputRate, count: 0).time
    }

    /// Nothing came out, though nothing went wrong.
    var isEmpty: Bool {
        encodedSamples == 0 || muxedPackets == 0 || (encodedSamples == nil && endsBeforeItsStart)
    }

    /// Whether what was encoded is exactly as long as `length`, to the sample nearest to it.
    func isExactly(_ length: Duration) -> Bool {
        guard !formatChanged, let encodedSamples, let outputRate, (1...768_000).contains(outputRate) else {
            return false
        }
        return (-1...1).contains(Int64(encodedSamples).subtractingReportingOverflow(length.samples(at: outputRate)).0)
    }

    /// `[Parsed_ashowinfo_0 @ 0x…] [info] n:0 pts:-312 pts_time:-0.0065 … rate:48000 nb_samples:960 …`
    private static func frame(_ line: Substring) -> FFmpegFrame? {
        func number(_ name: StaticString) -> Int64? {
            line.after(name).flatMap { Int64($0.prefix { $0 == "-" || $0.isASCII && $0.isNumber }) }
        }
        // Beyond these bounds sums of them could pass their type's.
        guard let pts = number(" pts:"), pts.magnitude < 1 << 50, let rate = number(" rate:"),
            (1...768_000).contains(rate), let count = number(" nb_samples:"), (1...1 << 24).contains(count)
        else { return nil }
        return FFmpegFrame(pts: pts, rate: Int(rate), count: Int(count))
    }

    /// `aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 96 kb/s (default)`
    private static func track(_ text: Substring) -> Track {
        Track(
            codec: String(text.prefix { $0 != " " && $0 != "," }),
            rate: text.before(" Hz,").flatMap { $0.split(separator: " ").last }.flatMap { Int($0) },
            isMono: text.has(" Hz, mono"), isDefault: text.has(" (default)"))
    }

    /// `-0.007000`, nothing beyond some thousand years.
    private static func seconds(_ text: Substring) -> Duration? {
        let isNegative = text.hasPrefix("-")
        let parts = (isNegative ? text.dropFirst() : text).split(separator: ".")
        guard parts.count == 2, let whole = Int64(parts[0]), (0...100_000_000_000).contains(whole),
            parts[1].utf8.count == 6, let micro = Int64(parts[1]), micro >= 0
        else { return nil }
        let time = Duration.seconds(whole) + .microseconds(micro)
        return isNegative ? .zero - time : time
    }

    /// `HH:MM:SS.cc`.
    private static func clock(_ text: Substring) -> Duration? {
        let parts = text.split(separator: ":")
        guard parts.count == 3, let hours = Int64(parts[0]), let minutes = Int64(parts[1]) else { return nil }
        let seconds = parts[2].split(separator: ".")
        guard seconds.count == 2, seconds[1].count == 2, let whole = Int64(seconds[0]),
            let hundredths = Int64(seconds[1]), (0...100_000).contains(hours), (0..<60).contains(minutes),
            (0..<60).contains(whole), hundredths >= 0
        else { return nil }
        return .seconds(hours * 3600 + minutes * 60 + whole) + .milliseconds(hundredths * 10)
    }
}

// Byte by byte, because ffmpeg's words are ASCII: comparing them character by character, as strings do, took a tenth of the
// processor time of a clip.
extension Substring {
    fileprivate func has(_ text: StaticString) -> Bool { place(of: text) != nil }

    /// What follows the first `text` in it.
    fileprivate func after(_ text: StaticString) -> Substring? {
        place(of: text).map { self[utf8.index(startIndex, offsetBy: $0 + text.utf8CodeUnitCount)...] }
    }

    /// What stands before the first `text` in it.
    fileprivate func before(_ text: StaticString) -> Substring? {
        place(of: text).map { self[..<utf8.index(startIndex, offsetBy: $0)] }
    }

    private func place(of text: StaticString) -> Int? {
        utf8.withContiguousStorageIfAvailable { bytes -> Int? in
            guard let start = bytes.baseAddress,
                let found = memmem(start, bytes.count, text.utf8Start, text.utf8CodeUnitCount)
            else { return nil }
            return UnsafeRawPointer(found) - UnsafeRawPointer(start)
        } ?? nil
    }
}
