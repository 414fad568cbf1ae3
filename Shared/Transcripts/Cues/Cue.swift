/// Something that is said without a break, as far as the transcript tells.
public struct Cue: Hashable, Sendable {
    /// Milliseconds from the episode's first sample, or from a clip's; 0 or more.
    public let startMs: Int32
    /// Later than `startMs`.
    public let endMs: Int32
    /// On one line, words divided by single spaces, without controls; not empty.
    public let text: String
    /// Who says it, cleaned like the text; nil where the transcript does not say.
    public let speaker: String?
    public let timing: Timing
    /// The same text word by word, if the transcript knows when each is said; else empty.
    public let words: [TimedWord]

    public init(
        startMs: Int32, endMs: Int32, text: String, speaker: String? = nil, timing: Timing, words: [TimedWord] = []
    ) {
        self.startMs = startMs
        self.endMs = endMs
        self.text = text
        self.speaker = speaker
        self.timing = timing
        self.words = words
    }
}

/// Where a cue's times come from.
public enum Timing: String, Hashable, Sendable {
    /// They stand in the transcript.
    case exact
    /// At least one was worked out: by proportion within a longer text, or from where the next cue begins.
    case estimated
}

/// A word and when it is said.
public struct TimedWord: Hashable, Sendable {
    /// With the space before it, if there is one, and the punctuation behind it: a cue's words together are its text.
    public let text: String
    public let startMs: Int32
    /// Not before `startMs`.
    public let endMs: Int32

    public init(_ text: String, _ startMs: Int32, _ endMs: Int32) {
        self.text = text
        self.startMs = startMs
        self.endMs = endMs
    }
}
