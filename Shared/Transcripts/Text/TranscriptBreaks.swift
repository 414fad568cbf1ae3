/// A time in a transcript, and whether it stands there.
public struct TimedPlace: Hashable, Sendable {
    /// Milliseconds, as those of the cues are.
    public let ms: Int32
    public let timing: Timing

    public init(_ ms: Int32, _ timing: Timing) {
        self.ms = ms
        self.timing = timing
    }
}

/// Where something ends in a transcript and the next one begins: a sentence, or a cue. Between the two there may be a pause.
public struct TranscriptBreak: Hashable, Sendable {
    /// Of what ends here; nil at the transcript's beginning.
    public let end: TimedPlace?
    /// Of what begins here; nil at the transcript's end.
    public let start: TimedPlace?

    public init(end: TimedPlace?, start: TimedPlace?) {
        self.end = end
        self.start = start
    }
}

extension Transcript {
    /// Where sentences end, by their punctuation, and the next ones begin: by the words' times where they are known, else by
    /// the cue's own times and by proportion within it.
    ///
    /// - Parameter isFromBeginning: nothing was said before, so the first cue begins a sentence.
    public func sentenceBreaks(isFromBeginning: Bool) -> [TranscriptBreak] {
        let spoken = SpokenText(cues)
        let (said, ends, behind) = (spoken.said, spoken.sentenceEnds, spoken.behind)
        var breaks: [TranscriptBreak] = []
        if isFromBeginning, let first = said.first { breaks.append(.init(end: nil, start: first.piece.start)) }
        // One that ends within what no line breaks has no time of its own.
        for (place, part) in said.enumerated() where ends.contains(part.end) {
            let end = TimedPlace(behind[place], part.piece.endsExactly ? .exact : .estimated)
            var start: TimedPlace?
            if place + 1 < said.count {
                let next = said[place + 1].piece
                let isTimed = next.startsExactly || spoken.beginsCue(place + 1)
                start = isTimed ? next.start : TimedPlace(behind[place], .estimated)
            }
            breaks.append(.init(end: end, start: start))
        }
        return breaks
    }

    /// Where the cues themselves begin and end.
    public var cueBreaks: [TranscriptBreak] {
        guard let first = cues.first, let last = cues.last else { return [] }
        let between = zip(cues, cues.dropFirst()).map { TranscriptBreak(end: $0.end, start: $1.start) }
        return [TranscriptBreak(end: nil, start: first.start)] + between + [TranscriptBreak(end: last.end, start: nil)]
    }
}

extension TextPiece {
    fileprivate var start: TimedPlace { TimedPlace(startMs, startsExactly ? .exact : .estimated) }
}

extension Cue {
    fileprivate var start: TimedPlace { TimedPlace(startMs, timing) }
    fileprivate var end: TimedPlace { TimedPlace(endMs, timing) }
}
