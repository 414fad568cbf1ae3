import Transcripts

/// What is said in a clip, as it travels to the cutter for a clip that is made of text: cues with times from the clip's start.
public struct ClipTranscript: Hashable, Sendable {
    public let cues: [Cue]

    /// What a record has room for beside everything else in it, in bytes of JSON: an hour of speech, or ten minutes with a
    /// time for each word.
    public static let largestBytes = 48 << 10

    /// Leaves the words' times out where they would be too much.
    ///
    /// - Parameter cues: in the order of their starts.
    /// - Throws: `.badEpisodeData` for more text than anybody speaks in a clip.
    public init(_ cues: [Cue]) throws(ClipFault) {
        let bytes = cues.reduce(0) { $0 + $1.bytesOfJSON }
        guard bytes <= Self.largestBytes else {
            throw ClipFault(
                .badEpisodeData,
                "the transcript has \(bytes) bytes of text within the clip; at most \(Self.largestBytes) are taken")
        }
        let withWords = cues.reduce(bytes) { $0 + $1.words.reduce(0) { $0 + $1.bytesOfJSON } }
        self.cues = withWords <= Self.largestBytes ? cues : cues.map(\.withoutWords)
    }
}

extension ClipResolved {
    /// What is said in the clip itself: where its edges may be moved, the event holds what the clip can come to hold.
    ///
    /// - Parameter window: of the clip; the event's own, unless its edges were moved.
    public func cues(of transcript: ClipTranscript, in window: ClipWindow) -> [Cue] {
        guard let edges else { return transcript.cues }
        let from = edges.start.lowerBound
        return Transcript(cues: transcript.cues).cut(from: window.startMs - from, to: window.endMs - from)
    }
}

extension ClipTranscript: Codable {
    private enum CodingKeys: String, CodingKey {
        case cues
    }

    public init(from decoder: any Decoder) throws {
        cues = try decoder.container(keyedBy: CodingKeys.self).decode([EventCue].self, forKey: .cues).map(\.cue)
        guard zip(cues, cues.dropFirst()).allSatisfy({ $0.startMs <= $1.startMs }) else {
            throw EventFault.badField(name: "cues", problem: "must be in the order of their starts")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(cues.map(EventCue.init), forKey: .cues)
    }
}

/// A cue in an event.
private struct EventCue: Codable {
    let cue: Cue

    private enum CodingKeys: String, CodingKey {
        case text, speaker, timing, words
        case startMs = "start_ms"
        case endMs = "end_ms"
    }

    init(_ cue: Cue) { self.cue = cue }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let (start, end) = (
            try fields.decode(Int32.self, forKey: .startMs), try fields.decode(Int32.self, forKey: .endMs)
        )
        let text = try fields.decode(String.self, forKey: .text)
        let word = try fields.decode(String.self, forKey: .timing)
        let words = try fields.decodeIfPresent([EventWord].self, forKey: .words)?.map(\.word) ?? []
        guard 0 <= start, start < end else {
            throw EventFault.badField(name: "end_ms", problem: "must be later than start_ms, and that 0 or more")
        }
        guard !text.isEmpty else { throw EventFault.badField(name: "text", problem: "must not be empty") }
        guard let timing = Timing(rawValue: word) else {
            throw EventFault.badField(name: "timing", problem: "is not a known word")
        }
        let times = [start] + words.flatMap { [$0.startMs, $0.endMs] } + [end]
        guard words.isEmpty || zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw EventFault.badField(name: "words", problem: "must be in order and within their cue")
        }
        cue = Cue(
            startMs: start, endMs: end, text: text, speaker: try fields.decodeIfPresent(String.self, forKey: .speaker),
            timing: timing, words: words)
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(cue.startMs, forKey: .startMs)
        try fields.encode(cue.endMs, forKey: .endMs)
        try fields.encode(cue.text, forKey: .text)
        try fields.encodeIfPresent(cue.speaker, forKey: .speaker)
        try fields.encode(cue.timing.rawValue, forKey: .timing)
        if !cue.words.isEmpty { try fields.encode(cue.words.map(EventWord.init), forKey: .words) }
    }
}

/// A word in an event: `[start_ms, end_ms, text]`, since there are many.
private struct EventWord: Codable {
    let word: TimedWord

    init(_ word: TimedWord) { self.word = word }

    init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        let (start, end) = (try parts.decode(Int32.self), try parts.decode(Int32.self))
        word = TimedWord(try parts.decode(String.self), start, end)
    }

    func encode(to encoder: any Encoder) throws {
        var parts = encoder.unkeyedContainer()
        try parts.encode(word.startMs)
        try parts.encode(word.endMs)
        try parts.encode(word.text)
    }
}

extension Cue {
    fileprivate var withoutWords: Cue {
        Cue(startMs: startMs, endMs: endMs, text: text, speaker: speaker, timing: timing)
    }

    /// Without the words; names of fields and numbers included.
    fileprivate var bytesOfJSON: Int { 100 + Self.bytesOfJSON(text) + Self.bytesOfJSON(speaker ?? "") }

    /// What JSON escapes takes two bytes: controls there are none in a cue.
    fileprivate static func bytesOfJSON(_ text: String) -> Int {
        text.utf8.reduce(0) { $0 + ([0x22, 0x2F, 0x5C].contains($1) ? 2 : 1) }
    }
}

extension TimedWord {
    fileprivate var bytesOfJSON: Int { 2 * 10 + 6 + Cue.bytesOfJSON(text) }
}
