/// A layout as a person or a program wants to read it.
public struct LayoutReport: Encodable, Hashable, Sendable {
    public struct Part: Encodable, Hashable, Sendable {
        public let version: String
        public let sampleRate: Int
        public let channels: Int
        public let frames: Int
        /// When the part begins, in milliseconds of playing time.
        public let startMs: Int

        enum CodingKeys: String, CodingKey {
            case version
            case sampleRate = "sample_rate"
            case channels
            case frames
            case startMs = "start_ms"
        }
    }

    /// `constant` (proven by the tag), `constant-unproven` (every frame had one bitrate), or `variable`.
    public let kind: String
    /// Kilobits per second: the mean, the lowest and the highest.
    public let kbps: Int
    public let slowestKbps: Int
    public let fastestKbps: Int
    public let durationMs: Int
    public let frames: Int
    public let audioBytes: Int
    public let fileBytes: Int
    /// `Xing`, `Info` or `VBRI`.
    public let tag: String?
    public let encoder: String?
    /// Samples the encoder put in front and behind, if the tag says so.
    public let delay: Int?
    public let padding: Int?
    /// Samples a decoder leaves out in front.
    public let skip: Int
    public let parts: [Part]
    /// Whatever is unusual, a sentence each.
    public let oddities: [String]

    enum CodingKeys: String, CodingKey {
        case kind, kbps, frames, tag, encoder, delay, padding, skip, parts, oddities
        case slowestKbps = "slowest_kbps"
        case fastestKbps = "fastest_kbps"
        case durationMs = "duration_ms"
        case audioBytes = "audio_bytes"
        case fileBytes = "file_bytes"
    }
}

extension Layout {
    public var report: LayoutReport {
        let sameRate = findings.slowest == findings.fastest && parts.count == 1
        return LayoutReport(
            kind: isProvenConstant ? "constant" : sameRate ? "constant-unproven" : "variable",
            kbps: findings.mean, slowestKbps: findings.slowest, fastestKbps: findings.fastest,
            durationMs: Int(duration / .milliseconds(1)), frames: frames, audioBytes: audio.count,
            fileBytes: source.size, tag: tag?.kind.rawValue, encoder: tag?.encoder, delay: tag?.gapless?.delay,
            padding: tag?.gapless?.padding, skip: skip, parts: parts.map(\.report), oddities: oddities)
    }

    private var oddities: [String] {
        var said: [String] = []
        func say(_ count: Int, _ text: (String) -> String) { if count > 0 { said.append(text(String(count))) } }
        if findings.headTags > 1 { said.append("\(findings.headTags) ID3v2 tags in front") }
        if findings.headTagBytes > 16_384 {
            said.append("\(findings.headTagBytes) bytes of tags in front, likely a picture")
        }
        say(findings.junkBeforeAudio) { "\($0) bytes that belong to nothing before the first frame" }
        if tag == nil { said.append("no Xing, Info or VBRI tag") }
        if let tag, tag.gapless == nil { said.append("the tag does not say the encoder's delay") }
        if case .indexed = map, let stated = tag?.frames, stated != frames {
            said.append("the tag counts \(stated) frames, the file has \(frames)")
        }
        say(findings.gaps) { "frames are broken off \($0) times" }
        say(findings.junkBytes) { "\($0) bytes that belong to nothing between or behind frames" }
        say(findings.tagsBetween) { "\($0) tags between frames, as joining leaves them" }
        say(findings.tagFramesBetween) { "\($0) Xing or Info frames in the middle, as joining leaves them" }
        if parts.count > 1 { said.append("the format changes \(parts.count - 1) times") }
        if findings.lastFrameCutOff { said.append("the last frame is cut off") }
        say(findings.protectedFrames) { "\($0) frames with a CRC" }
        if !findings.tailTags.isEmpty { said.append("behind the audio: \(findings.tailTags.joined(separator: ", "))") }
        return said
    }
}

extension Layout.Part {
    fileprivate var report: LayoutReport.Part {
        LayoutReport.Part(
            version: format.version.name, sampleRate: format.sampleRate, channels: format.channels, frames: frames,
            startMs: max(0, origin / (SampleClock.ticksPerSecond / 1000)))
    }
}

extension Layout: CustomStringConvertible {
    /// A few lines for a person.
    public var description: String {
        let report = report
        let rate =
            switch report.kind {
            case "variable": "variable bitrate, \(report.kbps) kbit/s (\(report.slowestKbps)-\(report.fastestKbps))"
            case "constant": "constant bitrate, \(report.kbps) kbit/s, proven by the tag"
            default: "constant bitrate, \(report.kbps) kbit/s, found by a scan"
            }
        var lines = ["\(rate), \(report.frames) frames, \(report.durationMs) ms"]
        for part in parts {
            lines.append("  from \(part.report.startMs) ms: \(part.format), \(part.frames) frames")
        }
        if let tag {
            let gapless = tag.gapless.map { "delay \($0.delay), padding \($0.padding)" } ?? "no delay stated"
            lines.append("  \(tag.kind.rawValue) tag by \(tag.encoder ?? "an unnamed encoder"): \(gapless)")
        }
        lines += report.oddities.map { "  note: \($0)" }
        return lines.joined(separator: "\n")
    }
}
