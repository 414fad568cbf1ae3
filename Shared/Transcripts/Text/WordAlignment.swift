/// Puts words with times onto the text that they were recognized in, which has the punctuation.
enum WordAlignment {
    /// How far ahead a word is looked for, in bytes: what is farther is another one.
    private static let reach = 200

    /// - Parameter text: cleaned.
    /// - Returns: words that together are the text; nil if these are not its words.
    static func put(_ words: [WordTimes.Word], onto text: String) -> [TimedWord]? {
        let bytes = Array(text.utf8)
        guard let begins = beginsByCount(words, bytes) ?? beginsByText(words, bytes) else { return nil }
        var timed: [TimedWord] = []
        timed.reserveCapacity(words.count)
        for (place, word) in words.enumerated() {
            // The space before a word is its own.
            let begin = place == 0 ? 0 : leading(begins[place], bytes)
            let end = place + 1 < words.count ? leading(begins[place + 1], bytes) : bytes.count
            guard begin < end else { return nil }
            timed.append(TimedWord(String(decoding: bytes[begin..<end], as: UTF8.self), word.startMs, word.endMs))
        }
        return timed
    }

    private static func leading(_ place: Int, _ bytes: [UInt8]) -> Int {
        place > 0 && bytes[place - 1] == UInt8(ascii: " ") ? place - 1 : place
    }

    /// As many words as the text has: then they are the same, however they are spelt.
    private static func beginsByCount(_ words: [WordTimes.Word], _ text: [UInt8]) -> [Int]? {
        let begins = text.indices.filter { $0 == 0 || text[$0 - 1] == UInt8(ascii: " ") }
        guard begins.count == words.count, words.allSatisfy({ isOneWord($0.text) }) else { return nil }
        return begins
    }

    private static func isOneWord(_ text: String) -> Bool {
        let word = CueText.cleaned(text)
        return !word.isEmpty && !word.contains(" ")
    }

    private static func beginsByText(_ words: [WordTimes.Word], _ text: [UInt8]) -> [Int]? {
        var begins: [Int] = []
        var from = 0
        for word in words {
            let wanted = Array(CueText.cleaned(word.text).utf8)
            guard !wanted.isEmpty, let place = first(wanted, in: text, from: from) else { return nil }
            begins.append(place)
            from = place + wanted.count
        }
        return begins
    }

    private static func first(_ wanted: [UInt8], in text: [UInt8], from: Int) -> Int? {
        let last = min(text.count - wanted.count, from + reach)
        guard from <= last else { return nil }
        return (from...last).first { text[$0..<($0 + wanted.count)].elementsEqual(wanted) }
    }
}
