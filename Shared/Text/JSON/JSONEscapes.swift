/// How texts are escaped in JSON (RFC 8259, 7). `"`, `\` and what lies below 0x20 always are, and DEL too.
public struct JSONEscapes: Sendable {
    private let guardsTerminals: Bool
    private let isShort: Bool
    private let limit: Int

    /// For programs: nothing more than that, every control as `\u00XX`.
    public static let wire = JSONEscapes(guardsTerminals: false, isShort: false, limit: .max)
    /// Also what a terminal obeys, since lines of JSON end up on terminals: the C1 controls, the line separators and the
    /// characters that turn the direction of writing.
    public static let terminal = JSONEscapes(guardsTerminals: true, isShort: false, limit: .max)
    /// The same, with `\n`, `\r` and `\t` as such; a text is cut at `limit` bytes of UTF-8 with `…` behind it.
    public static func line(limit: Int) -> JSONEscapes {
        JSONEscapes(guardsTerminals: true, isShort: true, limit: limit)
    }

    /// Appends `text` without quotes.
    public func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { append($0, to: &bytes) }
    }

    private func append(_ utf8: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        let end = utf8.count <= limit ? utf8.count : Self.lastBoundary(in: utf8, upTo: limit)
        // What needs no escape goes over in one piece: nearly always that is all of it.
        var (start, at) = (0, 0)
        while at < end {
            let byte = utf8[at]
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                at += 1
            } else if byte < 0x80 {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<at]))
                append(escaping: byte, to: &bytes)
                at += 1
                start = at
            } else if guardsTerminals, let (scalar, width) = Self.obeyed(utf8, at) {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<at]))
                Self.append(scalar, to: &bytes)
                at += width
                start = at
            } else {
                at += 1
            }
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<end]))
        if end < utf8.count { bytes.append(contentsOf: "…".utf8) }
    }

    private func append(escaping byte: UInt8, to bytes: inout [UInt8]) {
        let letter: UInt8? =
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
            case UInt8(ascii: "\n") where isShort: UInt8(ascii: "n")
            case UInt8(ascii: "\r") where isShort: UInt8(ascii: "r")
            case UInt8(ascii: "\t") where isShort: UInt8(ascii: "t")
            default: nil
            }
        guard let letter else { return Self.append(UInt16(byte), to: &bytes) }
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(letter)
    }

    private static func append(_ scalar: UInt16, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: "u"))
        for shift in [12, 8, 4, 0] as [UInt16] { bytes.append(Hex.digit(UInt8(scalar >> shift & 15))) }
    }

    /// A character that terminals obey, and how many bytes it has: U+0080 to U+009F, U+061C, U+200E and U+200F, U+2028 to
    /// U+202E, U+2066 to U+2069.
    private static func obeyed(_ utf8: UnsafeBufferPointer<UInt8>, _ at: Int) -> (scalar: UInt16, width: Int)? {
        // A byte that goes on with a character may be the last one; those that begin one never are.
        guard utf8[at] >= 0xC2 else { return nil }
        let second = utf8[at + 1]
        switch utf8[at] {
        case 0xC2 where second < 0xA0: return (UInt16(second), 2)
        case 0xD8 where second == 0x9C: return (0x61C, 2)
        case 0xE2 where second == 0x80:
            let third = utf8[at + 2]
            guard (0x8E...0x8F).contains(third) || (0xA8...0xAE).contains(third) else { return nil }
            return (0x2000 + UInt16(third - 0x80), 3)
        case 0xE2 where second == 0x81:
            let third = utf8[at + 2]
            return (0xA6...0xA9).contains(third) ? (0x2040 + UInt16(third - 0x80), 3) : nil
        default: return nil
        }
    }

    /// Where the last character ends that fits into `limit` bytes.
    private static func lastBoundary(in utf8: UnsafeBufferPointer<UInt8>, upTo limit: Int) -> Int {
        var end = limit
        while end > 0, utf8[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }
}
