/// A cue that has a start and a text, and perhaps no end.
struct CueDraft {
    let startMs: Int32
    private let endMs: Int32?
    private let text: String
    private let speaker: String?
    private let words: [TimedWord]

    /// People speak some 15 characters a second.
    private static let millisecondsPerCharacter: Int64 = 70
    private static let shortestMs: Int64 = 1_000
    private static let longestSpeaker = 100

    /// Nil for what can't be shown at any time.
    init?(_ spoken: SpokenCue, episodeEndMs: Int32?) {
        let latest = episodeEndMs ?? DocumentTime.latestMs
        let timed = WordTimes.checked(spoken.words)
        let text = CueText.cleaned(spoken.text ?? "")
        let shown = text.isEmpty ? CueText.cleaned(WordTimes.joined(spoken.words)) : text
        guard !shown.isEmpty, let start = DocumentTime.milliseconds(spoken.start) ?? timed?.first?.startMs,
            start < latest
        else { return nil }
        startMs = start
        self.text = shown
        let name = CueText.cleaned(spoken.speaker ?? "").unicodeScalars.prefix(Self.longestSpeaker)
        speaker = name.isEmpty ? nil : String(name)
        let lastWordEnd = timed?.last.flatMap { $0.endMs < DocumentTime.latestMs ? $0.endMs : nil }
        let end = DocumentTime.milliseconds(spoken.end) ?? lastWordEnd
        endMs = end.flatMap { $0 > start ? min($0, latest) : nil }
        words =
            timed.flatMap { WordTimes.within($0, start: start, end: min(end ?? latest, latest)) }
            .flatMap { WordAlignment.put($0, onto: shown) } ?? []
    }

    func saysTheSame(as other: CueDraft) -> Bool {
        startMs == other.startMs && text == other.text && speaker == other.speaker
    }

    /// - Parameter next: where the following cue begins; later than this one does.
    func cue(endingBefore next: Int32?, episodeEndMs: Int32?) -> Cue {
        let latest = episodeEndMs ?? DocumentTime.latestMs
        let end = min(endMs ?? next ?? endByLength, latest)
        return Cue(
            startMs: startMs, endMs: end, text: text, speaker: speaker, timing: endMs == nil ? .estimated : .exact,
            words: words.map { TimedWord($0.text, min($0.startMs, end), min($0.endMs, end)) })
    }

    private var endByLength: Int32 {
        let length = max(Self.shortestMs, Int64(text.unicodeScalars.count) * Self.millisecondsPerCharacter)
        return Int32(clamping: Int64(startMs) + length)
    }
}
