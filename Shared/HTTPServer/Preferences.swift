/// The preferences of `Prefer` headers that this system knows (RFC 7240); all others are ignored.
public struct Preferences: Equatable, Sendable {
    /// `wait=N`: how long the client is willing to wait; nil without it or where N is not a whole number of seconds.
    public private(set) var wait: Duration?
    /// `respond-async`: the client would rather have a 202 than wait.
    public private(set) var respondAsync = false

    /// - Parameter values: of every `Prefer` header, in order. Of a preference given twice the first counts.
    public init(_ values: [String]) {
        var waitIsTold = false
        for element in values.flatMap(Self.elements) {
            guard let (name, value) = Self.preference(element) else { continue }
            switch name {
            case "respond-async":
                respondAsync = true
            case "wait" where !waitIsTold:
                waitIsTold = true
                // Nine digits are 31 years; more would overflow somewhere further on.
                guard let value, value.utf8.allSatisfy({ $0 &- 0x30 < 10 }), value.utf8.count <= 9 else { continue }
                wait = Int(value).map { .seconds($0) }
            default:
                continue
            }
        }
    }

    /// The parts of a list between commas; one inside quotes is no separator.
    private static func elements(_ header: String) -> [[UInt8]] { split(Array(header.utf8), at: UInt8(ascii: ",")) }

    /// Name in lower case and value of `token [= word] *( ; parameter )`; parameters are left out.
    private static func preference(_ element: [UInt8]) -> (name: String, value: String?)? {
        guard let main = split(element, at: UInt8(ascii: ";")).first else { return nil }
        let equals = main.firstIndex(of: UInt8(ascii: "=")) ?? main.endIndex
        let name = trimmed(main[..<equals])
        guard !name.isEmpty else { return nil }
        let value = equals < main.endIndex ? unquoted(trimmed(main[(equals + 1)...])) : []
        return (
            String(decoding: name, as: UTF8.self).lowercased(),
            value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        )
    }

    private static func split(_ text: [UInt8], at separator: UInt8) -> [[UInt8]] {
        var parts: [[UInt8]] = [[]]
        var quoted = false
        var escaped = false
        for byte in text {
            if byte == separator, !quoted {
                parts.append([])
                continue
            }
            parts[parts.count - 1].append(byte)
            if escaped {
                escaped = false
            } else if quoted, byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                quoted.toggle()
            }
        }
        return parts
    }

    /// RFC 9110, 5.6.4: a backslash stands for the byte after it.
    private static func unquoted(_ word: ArraySlice<UInt8>) -> [UInt8] {
        guard word.count >= 2, word.first == UInt8(ascii: "\""), word.last == UInt8(ascii: "\"") else {
            return Array(word)
        }
        var bytes: [UInt8] = []
        var escaped = false
        for byte in word.dropFirst().dropLast() {
            if !escaped, byte == UInt8(ascii: "\\") {
                escaped = true
            } else {
                bytes.append(byte)
                escaped = false
            }
        }
        return bytes
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let start = text.firstIndex { !isSpace($0) } ?? text.endIndex
        let end = text.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
        return text[start..<end]
    }
}
