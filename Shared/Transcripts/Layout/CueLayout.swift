/// Cues as they are shown: at most two lines, each of 3 to 65 characters where the text allows.
///
/// A long text becomes several cues, divided behind a sentence where that is possible, else behind a comma or the like, else
/// between two words. Their times are those of their words, or in proportion to the text. A character is a Unicode scalar.
///
/// Source of the numbers: the podcast namespace's recommendation for transcripts.
public enum CueLayout {
    public static let longestLine = 65
    public static let shortestLine = 3
    static let mostLines = 2

    /// - Parameter naming: whether the first cue of each speaker begins with the name and a colon, for formats that can't say
    ///   it otherwise.
    static func laidOut(_ cues: [Cue], naming: Bool = false) -> [ShownCue] {
        var shown: [ShownCue] = []
        var speaker: String?
        for cue in cues {
            var pieces = TextPieces.pieces(of: cue)
            if naming, let name = cue.speaker, name != speaker { pieces = named(name, cue) + pieces.spacedFromBefore() }
            speaker = cue.speaker
            shown += LineBreaking(pieces).groups().map { group in
                ShownCue(cue, pieces, lines: group, isFirst: group[0].lowerBound == 0)
            }
        }
        return shown
    }

    private static func named(_ name: String, _ cue: Cue) -> [TextPiece] {
        TextPieces.pieces(
            of: Cue(startMs: cue.startMs, endMs: cue.startMs, text: name + ":", timing: cue.timing))
    }
}

/// A cue of at most two lines.
struct ShownCue {
    let startMs: Int32
    let endMs: Int32
    let speaker: String?
    let timing: Timing
    let lines: [ArraySlice<TextPiece>]
    /// Whether the times of its pieces are those of words.
    let hasWordTimes: Bool

    fileprivate init(_ cue: Cue, _ pieces: [TextPiece], lines: [Range<Int>], isFirst: Bool) {
        let (from, to) = (lines[0].lowerBound, lines[lines.count - 1].upperBound)
        let isLast = to == pieces.count
        let start = isFirst ? cue.startMs : pieces[from].startMs
        let end = isLast ? cue.endMs : pieces[to - 1].endMs
        // Players leave out what has no length.
        startMs = end > start ? start : min(start, cue.endMs - 1)
        endMs = max(end, startMs + 1)
        speaker = cue.speaker
        let startsExactly = pieces[from].startsExactly || isFirst && cue.timing == .exact
        let endsExactly = isLast ? cue.timing == .exact : pieces[to - 1].endsExactly
        timing = startsExactly && endsExactly ? .exact : .estimated
        self.lines = lines.map { pieces[$0] }
        hasWordTimes = !cue.words.isEmpty
    }

    /// On one line.
    var text: String { TextPieces.text(of: lines.flatMap(\.self)[...]) }
}

extension [TextPiece] {
    fileprivate func spacedFromBefore() -> [TextPiece] {
        guard let first else { return self }
        let spaced = TextPiece(
            text: first.text, isSpaced: true, width: first.width, startMs: first.startMs, endMs: first.endMs,
            startsExactly: first.startsExactly, endsExactly: first.endsExactly)
        return [spaced] + dropFirst()
    }
}
