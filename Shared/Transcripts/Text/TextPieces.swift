/// A part of a text that no line break divides: a word with its punctuation, or a character of a script without spaces.
struct TextPiece: Hashable, Sendable {
    let text: String
    /// Whether a space divides it from the piece before.
    let isSpaced: Bool
    /// In Unicode scalars.
    let width: Int
    let startMs: Int32
    let endMs: Int32
    /// Whether its start is known, not worked out.
    let startsExactly: Bool
    let endsExactly: Bool
}

enum TextPieces {
    /// The pieces of a cue with their times: by its words, else in proportion to their length.
    static func pieces(of cue: Cue) -> [TextPiece] {
        let isExact = cue.timing == .exact
        guard !cue.words.isEmpty else {
            return pieces(of: cue.text, cue.startMs, cue.endMs, startsExactly: isExact, endsExactly: isExact)
        }
        return cue.words.flatMap {
            pieces(of: $0.text, $0.startMs, $0.endMs, startsExactly: true, endsExactly: true)
        }
    }

    /// The text again.
    static func text(of pieces: ArraySlice<TextPiece>) -> String {
        var text = ""
        for piece in pieces {
            if piece.isSpaced, !text.isEmpty { text += " " }
            text += piece.text
        }
        return text
    }

    private static func pieces(
        of text: String, _ startMs: Int32, _ endMs: Int32, startsExactly: Bool, endsExactly: Bool
    ) -> [TextPiece] {
        var parts: [(text: String, isSpaced: Bool, width: Int)] = []
        var isSpaced = text.first == " "
        for word in text.split(separator: " ") {
            for part in unbroken(word) {
                parts.append((part, isSpaced, part.unicodeScalars.count))
                isSpaced = false
            }
            isSpaced = true
        }
        let whole = Int64(parts.reduce(0) { $0 + $1.width })
        let length = Int64(endMs) - Int64(startMs)
        var said: Int64 = 0
        return parts.enumerated().map { place, part in
            let begin = Int64(startMs) + length * said / max(1, whole)
            said += Int64(part.width)
            let end = Int64(startMs) + length * said / max(1, whole)
            return TextPiece(
                text: part.text, isSpaced: part.isSpaced, width: part.width, startMs: Int32(clamping: begin),
                endMs: Int32(clamping: end), startsExactly: startsExactly && place == 0,
                endsExactly: endsExactly && place == parts.count - 1)
        }
    }

    /// A word as it is; one of a script without spaces by its characters, and what is longer than a line in parts of a line.
    private static func unbroken(_ word: Substring) -> [String] {
        let count = word.unicodeScalars.count
        let isUnspaced = word.unicodeScalars.contains(where: CueText.isUnspaced)
        guard isUnspaced || count > CueLayout.longestLine else { return [String(word)] }
        var parts: [String] = []
        var width = 0
        var last: Character?
        for character in word {
            let added = character.unicodeScalars.count
            let breaks =
                parts.isEmpty || width + added > CueLayout.longestLine
                || isUnspaced && last.map { mayBreak(between: $0, and: character) } ?? true
            if breaks {
                parts.append(String(character))
                width = added
            } else {
                parts[parts.count - 1].append(character)
                width += added
            }
            last = character
        }
        return parts
    }

    private static func mayBreak(between first: Character, and second: Character) -> Bool {
        guard let one = first.unicodeScalars.first, let other = second.unicodeScalars.first else { return false }
        guard CueText.isUnspaced(one) || CueText.isUnspaced(other) else { return false }
        // Unicode Standard Annex 14: closing marks stay on the line of what they close, opening ones with what they open.
        return !isClosing(other) && !isOpening(one)
    }

    private static func isClosing(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .closePunctuation, .finalPunctuation, .nonspacingMark, .spacingMark, .modifierLetter: true
        case .otherPunctuation: !"＃＆＊＠".unicodeScalars.contains(scalar)
        default: "ぁぃぅぇぉっゃゅょァィゥェォッャュョ".unicodeScalars.contains(scalar)
        }
    }

    private static func isOpening(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .openPunctuation, .initialPunctuation: true
        default: false
        }
    }
}
