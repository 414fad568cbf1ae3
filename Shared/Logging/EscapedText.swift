/// Longest string that a line carries, in bytes of UTF-8: untrusted text must not fill a disk.
let longestString = 4096

extension [UInt8] {
    /// `text` without quotes, as JSON escapes it, cut at `longestString` with `…` behind it.
    ///
    /// Escaped beyond what JSON asks for (RFC 8259, 7): DEL, the C1 controls, the line separators and the characters
    /// that turn the direction of writing, because a log is also read on terminals, which obey them.
    mutating func appendEscaped(_ text: String) {
        var room = longestString
        for scalar in text.unicodeScalars {
            let width = UTF8.width(scalar)
            guard room >= width else {
                append(contentsOf: "…".utf8)
                return
            }
            room -= width
            appendEscaped(scalar)
        }
    }

    private mutating func appendEscaped(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": append(contentsOf: #"\""#.utf8)
        case "\\": append(contentsOf: #"\\"#.utf8)
        case "\n": append(contentsOf: #"\n"#.utf8)
        case "\r": append(contentsOf: #"\r"#.utf8)
        case "\t": append(contentsOf: #"\t"#.utf8)
        case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{61C}", "\u{200E}"..."\u{200F}", "\u{2028}"..."\u{202E}",
            "\u{2066}"..."\u{2069}":
            let digits = String(scalar.value, radix: 16)
            append(contentsOf: #"\u"#.utf8)
            append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
            append(contentsOf: digits.utf8)
        default:
            append(contentsOf: String(scalar).utf8)
        }
    }
}
