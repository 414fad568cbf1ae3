import Transcripts

/// What somebody types into a search box, as FTS5 takes it: words that must all be there, and "phrases". The last word may be
/// the beginning of one, for it is still being typed.
///
/// Every text is a query, and none reaches FTS5 as anything but strings of it.
/// Source: https://www.sqlite.org/fts5.html, 3 ("Full-text Query Syntax").
struct SpokenQuery: Hashable, Sendable {
    /// Of UTF-8.
    static let longestText = 1_024
    private static let mostParts = 16
    /// A single letter as a beginning would find nearly everything.
    private static let shortestBeginning = 2

    /// Nil where there is no word in it.
    let expression: String?

    init(_ text: String) {
        var parts: [String] = []
        var rest = text[...]
        while let first = rest.first, parts.count < Self.mostParts {
            if first.isWhitespace {
                rest.removeFirst()
            } else if Self.isQuote(first) {
                let inside = rest.dropFirst().prefix { !Self.isQuote($0) }
                rest = rest[inside.endIndex...]
                let isClosed = !rest.isEmpty
                if isClosed { rest.removeFirst() }
                if let part = Self.part(inside, isBeginning: !isClosed) { parts.append(part) }
            } else {
                let word = rest.prefix { !$0.isWhitespace && !Self.isQuote($0) }
                rest = rest[word.endIndex...]
                if let part = Self.part(word, isBeginning: rest.isEmpty) { parts.append(part) }
            }
        }
        expression = parts.isEmpty ? nil : parts.joined(separator: " AND ")
    }

    /// - Returns: nil for what has no letter and no number: it would be found nowhere.
    private static func part(_ text: Substring, isBeginning: Bool) -> String? {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            // A zero would end FTS5's reading; the others are not in the texts.
            plain.append(scalar.value < 0x20 || scalar == "\"" ? " " : scalar)
        }
        guard plain.contains(where: isOfWord) else { return nil }
        let parted = UnspacedText.parted(String(plain), by: SpokenIndex.parting)
        let open =
            isBeginning && plain.last.map { isOfWord($0) || isMark($0) } == true
            && plain.suffix(while: { isOfWord($0) || isMark($0) }) >= shortestBeginning
        return "\"\(parted)\"" + (open ? "*" : "")
    }

    private static func isQuote(_ character: Character) -> Bool { "\"“”„«»".contains(character) }

    /// What FTS5's tokenizer unicode61 takes for a part of a word.
    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse:
            true
        default: false
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .nonspacingMark
    }
}

extension String.UnicodeScalarView {
    /// How many scalars at the end are so.
    fileprivate func suffix(while isSo: (Unicode.Scalar) -> Bool) -> Int { reversed().prefix(while: isSo).count }
}
