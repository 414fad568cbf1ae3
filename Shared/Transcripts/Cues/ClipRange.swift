/// A clip's part of an episode, in milliseconds.
struct ClipRange {
    let startMs: Int32
    let endMs: Int32

    /// The part of a cue that is heard in the clip, with times from the clip's start; nil if none is.
    func part(of cue: Cue) -> Cue? {
        guard cue.startMs < endMs, cue.endMs > startMs, startMs < endMs else { return nil }
        if cue.startMs >= startMs, cue.endMs <= endMs {
            return made(of: cue, from: cue.startMs, to: cue.endMs, text: cue.text, words: cue.words, timing: cue.timing)
        }
        if cue.words.isEmpty { return estimated(cue) }
        guard let kept = inside(cue.words, \.startMs, \.endMs) else { return nil }
        let words = Array(cue.words[kept])
        let from = kept.lowerBound == 0 ? cue.startMs : words[0].startMs
        let to = kept.upperBound == cue.words.count ? cue.endMs : words[words.count - 1].endMs
        return made(
            of: cue, from: from, to: to, text: words.map(\.text).joined(), words: words,
            // What was left out was left out by its own time.
            timing: cue.timing)
    }

    private func estimated(_ cue: Cue) -> Cue? {
        let pieces = TextPieces.pieces(of: cue)
        guard let kept = inside(pieces, \.startMs, \.endMs) else { return nil }
        let isWhole = kept.count == pieces.count
        return made(
            of: cue, from: kept.lowerBound == 0 ? cue.startMs : pieces[kept.lowerBound].startMs,
            to: kept.upperBound == pieces.count ? cue.endMs : pieces[kept.upperBound - 1].endMs,
            text: TextPieces.text(of: pieces[kept]), words: [], timing: isWhole ? cue.timing : .estimated)
    }

    /// Those whose middle lies inside; they are in order, so they are neighbours.
    private func inside<Part>(
        _ parts: [Part], _ start: KeyPath<Part, Int32>, _ end: KeyPath<Part, Int32>
    ) -> Range<Int>? {
        func isInside(_ part: Part) -> Bool {
            let middle = (Int64(part[keyPath: start]) + Int64(part[keyPath: end])) / 2
            return middle >= Int64(startMs) && middle < Int64(endMs)
        }
        guard let first = parts.firstIndex(where: isInside), let last = parts.lastIndex(where: isInside) else {
            return nil
        }
        return first..<(last + 1)
    }

    private func made(
        of cue: Cue, from: Int32, to: Int32, text: String, words: [TimedWord], timing: Timing
    ) -> Cue? {
        let text = text.first == " " ? String(text.dropFirst()) : text
        guard !text.isEmpty else { return nil }
        let length = endMs - startMs
        var (start, end) = (relative(from), relative(to))
        // A millisecond at least: players leave out what has no length.
        if end <= start { (start, end) = start < length ? (start, start + 1) : (length - 1, length) }
        let rebased = words.enumerated().map { place, word in
            let spoken = place == 0 && word.text.first == " " ? String(word.text.dropFirst()) : word.text
            let begin = min(max(relative(word.startMs), start), end)
            return TimedWord(spoken, begin, min(max(relative(word.endMs), begin), end))
        }
        return Cue(
            startMs: start, endMs: end, text: text, speaker: cue.speaker, timing: timing, words: rebased)
    }

    private func relative(_ time: Int32) -> Int32 { min(max(time, startMs), endMs) - startMs }
}
