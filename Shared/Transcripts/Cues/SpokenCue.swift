/// What a document says of one cue, before any of it is believed: times may be missing, in no order, or no times at all.
public struct SpokenCue: Sendable {
    public struct Word: Sendable {
        public var text: String
        /// Seconds.
        public var start, end: Double?

        public init(_ text: String, start: Double?, end: Double?) {
            self.text = text
            self.start = start
            self.end = end
        }
    }

    /// Seconds from the episode's first sample.
    public var start, end: Double?
    public var text: String?
    public var speaker: String?
    public var words: [Word]

    public init(
        start: Double?, end: Double?, text: String?, speaker: String? = nil, words: [Word] = []
    ) {
        self.start = start
        self.end = end
        self.text = text
        self.speaker = speaker
        self.words = words
    }
}

/// Seconds of a document as milliseconds.
enum DocumentTime {
    /// Where times end: 32-bit milliseconds, 24.8 days.
    static let latestMs = Int32.max

    /// To the nearest millisecond; nil for what is no time in an episode: missing, negative, beyond the latest, not a number.
    static func milliseconds(_ seconds: Double?) -> Int32? {
        guard let seconds, seconds >= 0 else { return nil }
        let milliseconds = (seconds * 1000).rounded()
        return milliseconds < Double(latestMs) ? Int32(milliseconds) : nil
    }
}
