/// Puts cues together that are too short to be shown alone: some documents give every word a cue.
enum CueMerging {
    /// What is longer stays a cue of its own.
    private static let longest = CueLayout.longestLine
    /// Fewer characters are no line.
    private static let shortest = CueLayout.shortestLine
    private static let longestGapMs: Int32 = 1_000
    private static let longestWord = 20
    /// What is longer takes in nothing more, or a document of single letters would be one cue.
    private static let longestMerged = 400

    static func merged(_ cues: [Cue]) -> [Cue] {
        var merged: [Cue] = []
        merged.reserveCapacity(cues.count)
        var isOfWords = false
        for cue in cues {
            if let last = merged.last, fit(last, cue, isOfWords: isOfWords) {
                merged[merged.count - 1] = joined(last, cue)
                isOfWords = isOfWords && isWord(cue)
            } else {
                merged.append(cue)
                isOfWords = isWord(cue)
            }
        }
        return merged
    }

    /// - Parameter isOfWords: whether the first one is a word, or put together of words.
    private static func fit(_ first: Cue, _ second: Cue, isOfWords: Bool) -> Bool {
        let (gap, overflow) = second.startMs.subtractingReportingOverflow(first.endMs)
        guard first.speaker == second.speaker, !overflow, gap <= longestGapMs else { return false }
        let (one, other) = (first.text.unicodeScalars.count, second.text.unicodeScalars.count)
        if one < shortest || other < shortest { return one + 1 + other <= longestMerged }
        return isOfWords && isWord(second) && one + 1 + other <= longest && !SentenceEnds.isEnd(of: first.text)
    }

    private static func isWord(_ cue: Cue) -> Bool {
        !cue.text.contains(" ") && cue.text.unicodeScalars.count <= longestWord
    }

    private static func joined(_ first: Cue, _ second: Cue) -> Cue {
        let isSpaced = CueText.needsSpace(between: first.text, and: second.text)
        let text = first.text + (isSpaced ? " " : "") + second.text
        let (words, more) = (words(of: first, isSpaced: false), words(of: second, isSpaced: isSpaced))
        return Cue(
            startMs: min(first.startMs, second.startMs), endMs: max(first.endMs, second.endMs), text: text,
            speaker: first.speaker, timing: first.timing == .exact && second.timing == .exact ? .exact : .estimated,
            words: words.isEmpty || more.isEmpty ? [] : words + more)
    }

    /// A cue of one word is a word whose time is known.
    private static func words(of cue: Cue, isSpaced: Bool) -> [TimedWord] {
        let words =
            cue.words.isEmpty && cue.timing == .exact && isWord(cue)
            ? [TimedWord(cue.text, cue.startMs, cue.endMs)] : cue.words
        guard isSpaced, let first = words.first else { return words }
        return [TimedWord(" " + first.text, first.startMs, first.endMs)] + words.dropFirst()
    }
}
