/// Where sentences end, by their punctuation: `. ! ? …` and what other scripts have for them, among them `。！？`.
///
/// A full stop ends no sentence in numbers (3.14), in names of sites (example.org), behind initials, ordinals and
/// abbreviations, and where the text goes on in lower case. What may be either counts as an end if a word follows with which
/// sentences like to begin.
public enum SentenceEnds {
    /// The bytes of UTF-8 up to the end of each sentence, quotation marks and brackets behind it included.
    public static func offsets(in text: String) -> [Int] {
        var scan = SentenceScan(text)
        return scan.ends()
    }

    /// Whether a sentence ends where this text does.
    public static func isEnd(of text: String) -> Bool { offsets(in: text).last == text.utf8.count }
}

/// One pass over a text.
private struct SentenceScan {
    private let scalars: [Unicode.Scalar]
    private var at = 0
    private var bytes = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func ends() -> [Int] {
        var ends: [Int] = []
        while at < scalars.count {
            let start = at
            guard Self.isTerminator(scalars[at]) else {
                advance()
                continue
            }
            while at < scalars.count, Self.isTerminator(scalars[at]) { advance() }
            let marks = scalars[start..<at]
            while at < scalars.count, Self.isClosing(scalars[at]) { advance() }
            if isEnd(marks, from: start) { ends.append(bytes) }
        }
        return ends
    }

    private mutating func advance() {
        bytes += UTF8.width(scalars[at])
        at += 1
    }

    /// - Parameter start: of the marks; `at` is behind them and what closes.
    private func isEnd(_ marks: ArraySlice<Unicode.Scalar>, from start: Int) -> Bool {
        guard at < scalars.count else { return true }
        if marks.contains(where: Self.isWide) { return true }
        let next = scalars[at]
        if CueText.isUnspaced(next) { return true }
        guard next == " " else { return false }
        let following = word(from: at + 1)
        guard let first = following.first else { return true }
        let goesOn = first.properties.isLowercase
        guard marks.elementsEqual(".".unicodeScalars) else {
            // "Really?" she asked. But: Really? yes.
            return !(goesOn && (Self.isClosing(scalars[at - 1]) || marks.contains(".") || marks.contains("…")))
        }
        if goesOn { return false }
        return !Abbreviations.goOn(
            behind: word(before: start), previous: word(before: start, skipping: 1), then: following)
    }

    /// The word that stands before a place, without opening marks.
    ///
    /// - Parameter skipping: so many words before that one.
    private func word(before place: Int, skipping: Int = 0) -> String {
        var end = place
        for _ in 0..<skipping {
            while end > 0, scalars[end - 1] != " " { end -= 1 }
            while end > 0, scalars[end - 1] == " " { end -= 1 }
        }
        var begin = end
        while begin > 0, scalars[begin - 1] != " ", end - begin < Abbreviations.longest { begin -= 1 }
        while begin < end, Self.isOpening(scalars[begin]) { begin += 1 }
        return Self.text(scalars[begin..<end])
    }

    /// The word that begins at a place, without opening marks and what follows its letters.
    private func word(from place: Int) -> String.UnicodeScalarView {
        var begin = place
        while begin < scalars.count, Self.isOpening(scalars[begin]) { begin += 1 }
        let letters = scalars[begin...].prefix(Abbreviations.longest).prefix { $0 != " " }
            .prefix { $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "'" || $0 == "’" }
        var word = String.UnicodeScalarView()
        word.append(contentsOf: letters)
        return word
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    private static func isTerminator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ".", "!", "?", "…", "‽", "؟", "۔", "।", "॥", "።", "։": true
        default: isWide(scalar)
        }
    }

    /// Those of scripts without spaces, behind which none follows.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "。", "！", "？", "．", "｡", "︒": true
        default: false
        }
    }

    private static func isClosing(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .closePunctuation, .finalPunctuation: true
        // German quotations end with what English ones begin with.
        default: scalar == "\"" || scalar == "'" || scalar == "“" || scalar == "‘"
        }
    }

    private static func isOpening(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .openPunctuation, .initialPunctuation, .dashPunctuation: true
        default: "\"'¿¡”’".unicodeScalars.contains(scalar)
        }
    }
}
