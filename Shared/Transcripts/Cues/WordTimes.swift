/// Word times of a document, as far as they can be believed.
enum WordTimes {
    struct Word {
        var text: String
        var startMs: Int32
        var endMs: Int32
    }

    /// Words may begin so much before the one before them: recognizers round.
    private static let orderSlackMs: Int64 = 250
    /// And so much outside their cue.
    private static let slackMs: Int64 = 1_000

    /// In their order, each with an end. A word without a time belongs to the one before it. Nil if there are none, or if they
    /// are in no order.
    static func checked(_ words: [SpokenCue.Word]) -> [Word]? {
        var checked: [Word] = []
        var untimed = ""
        for word in words where !CueText.cleaned(word.text).isEmpty {
            guard let start = DocumentTime.milliseconds(word.start) else {
                if checked.isEmpty {
                    untimed += word.text + " "
                } else {
                    checked[checked.count - 1].text += " " + word.text
                }
                continue
            }
            let earliest = checked.last?.startMs ?? 0
            guard Int64(start) >= Int64(earliest) - orderSlackMs else { return nil }
            let from = max(start, earliest)
            if let last = checked.indices.last { checked[last].endMs = min(checked[last].endMs, from) }
            let end = DocumentTime.milliseconds(word.end) ?? DocumentTime.latestMs
            checked.append(Word(text: untimed + word.text, startMs: from, endMs: max(end, from)))
            untimed = ""
        }
        return checked.isEmpty ? nil : checked
    }

    /// The same within the cue's own times; nil if they lie elsewhere.
    static func within(_ words: [Word], start: Int32, end: Int32) -> [Word]? {
        guard let first = words.first, let last = words.last, Int64(first.startMs) >= Int64(start) - slackMs,
            Int64(last.startMs) <= Int64(end) + slackMs
        else { return nil }
        return words.map { word in
            let from = min(max(word.startMs, start), end)
            return Word(text: word.text, startMs: from, endMs: min(max(word.endMs, from), end))
        }
    }

    /// The text of a cue that has words and no text of its own. Some recognizers write the space into the word.
    static func joined(_ words: [SpokenCue.Word]) -> String {
        let haveSpaces = words.dropFirst().contains { $0.text.first?.isWhitespace ?? false }
        return words.map(\.text).joined(separator: haveSpaces ? "" : " ")
    }
}
