/// What is found and shown as one when somebody looks for words: a sentence, or what comes nearest to one.
public struct Passage: Hashable, Sendable {
    /// On one line, without controls; not empty.
    public let text: String
    public let speaker: String?
    /// Milliseconds, as those of the cues are.
    public let startMs: Int32
    /// Later than `startMs`.
    public let endMs: Int32
}

extension Transcript {
    /// Texts without punctuation are divided where a cue begins, once they have so many bytes of UTF-8.
    private static let longEnough = 240
    /// And anywhere between two words, once they have so many.
    private static let longest = 600
    /// So long a silence ends a sentence too, in milliseconds.
    private static let longestPauseMs: Int64 = 2_000

    /// The transcript in its order, each word in one passage: divided where sentences end, where another one speaks, and where
    /// nobody speaks for a while.
    public func passages() -> [Passage] {
        let spoken = SpokenText(cues)
        let bytes = Array(spoken.text.utf8)
        var passages: [Passage] = []
        var (first, begin) = (0, 0)
        for place in spoken.said.indices {
            let end = spoken.said[place].end
            guard place + 1 == spoken.said.count || ends(spoken, place, from: begin) else { continue }
            let piece = spoken.said[first].piece
            let isTimed = first == 0 || piece.startsExactly || spoken.beginsCue(first)
            let start = isTimed ? piece.startMs : spoken.behind[first - 1]
            let text = String(decoding: bytes[begin..<end].drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
            if !text.isEmpty {
                passages.append(
                    Passage(
                        text: text, speaker: cues[spoken.cues[first]].speaker, startMs: start,
                        endMs: max(spoken.behind[place], start + 1)))
            }
            (first, begin) = (place + 1, end)
        }
        return passages
    }

    /// Whether a passage ends behind a piece that is not the last.
    private func ends(_ spoken: SpokenText, _ place: Int, from begin: Int) -> Bool {
        let end = spoken.said[place].end
        if spoken.sentenceEnds.contains(end) || end - begin >= Self.longest { return true }
        guard spoken.beginsCue(place + 1) else { return false }
        let (cue, next) = (cues[spoken.cues[place]], cues[spoken.cues[place + 1]])
        return end - begin >= Self.longEnough || cue.speaker != next.speaker
            || Int64(next.startMs) - Int64(cue.endMs) >= Self.longestPauseMs
    }
}

/// Scripts that are written without spaces between words: each character of them counts as a word where words are looked for.
public enum UnspacedText {
    /// The text with a mark at both sides of each such character, so that programs that know words by what stands between them
    /// find it.
    public static func parted(_ text: String, by mark: Unicode.Scalar) -> String {
        guard text.unicodeScalars.contains(where: CueText.isUnspaced) else { return text }
        var parted = String.UnicodeScalarView()
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            // What is written onto a character stays with it.
            if let last, !isMark(scalar), CueText.isUnspaced(last) || CueText.isUnspaced(scalar) { parted.append(mark) }
            parted.append(scalar)
            if !isMark(scalar) { last = scalar }
        }
        return String(parted)
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}
