/// The forms in which a clip's cues are written for players.
public enum TranscriptForm: Hashable, Sendable {
    /// WebVTT (W3C Candidate Recommendation Draft, "WebVTT: The Web Video Text Tracks Format").
    case webVTT
    /// SubRip, as players and the podcast namespace take it.
    case subRip
    /// The JSON of the podcast namespace, version 1.0.0.
    case podcast

    /// - Parameter cues: in the order of their starts.
    /// - Returns: a whole file in UTF-8, never empty.
    public func written(_ cues: [Cue]) -> [UInt8] {
        switch self {
        case .webVTT: WebVTTWriter.written(CueLayout.laidOut(cues))
        case .subRip: SubRipWriter.written(CueLayout.laidOut(cues, naming: true))
        case .podcast: PodcastWriter.written(CueLayout.laidOut(cues))
        }
    }
}

/// `01:02:03.045`.
enum ClockTime {
    static func text(_ milliseconds: Int32, divider: Character) -> String {
        let seconds = milliseconds / 1000
        return "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))\(divider)"
            + padded(milliseconds % 1000, 3)
    }

    private static func padded(_ number: Int32, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
