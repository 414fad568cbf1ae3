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
        var text = ""
        var pieces: [(end: Int, piece: TextPiece)] = []
        var last: Cue?
        for cue in cues {
            if let last, CueText.needsSpace(between: last.text, and: cue.text) { text += " " }
            for (place, piece) in TextPieces.pieces(of: cue).enumerated() {
                if piece.isSpaced, place > 0 { text += " " }
                text += piece.text
                pieces.append((text.utf8.count, piece))
            }
            last = cue
        }
        var breaks: [TranscriptBreak] = []
        if isFromBeginning, let first = pieces.first { breaks.append(.init(end: nil, start: first.piece.start)) }
        var at = 0
        for offset in SentenceEnds.offsets(in: text) {
            while at < pieces.count, pieces[at].end < offset { at += 1 }
            // A sentence may also end within what no line breaks.
            guard at < pieces.count, pieces[at].end == offset else { continue }
            let next = at + 1 < pieces.count ? pieces[at + 1].piece.start : nil
            breaks.append(.init(end: pieces[at].piece.end, start: next))
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
    fileprivate var end: TimedPlace { TimedPlace(endMs, endsExactly ? .exact : .estimated) }
}

extension Cue {
    fileprivate var start: TimedPlace { TimedPlace(startMs, timing) }
    fileprivate var end: TimedPlace { TimedPlace(endMs, timing) }
}
