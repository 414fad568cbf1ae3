/// Reads what stands on one line: a scalar, or brackets with scalars in them.
struct YAMLScalar {
    private var rest: Substring
    private let line: Int

    init(_ text: Substring, line: Int) {
        rest = text
        self.line = line
    }

    /// The name that a line of a mapping begins with, and what follows its colon; nil if the line has none.
    static func key(of text: Substring, _ line: Int) throws(YAMLFault) -> (name: String, rest: Substring)? {
        var name: String
        var behind: Substring
        if text.hasPrefix("'") || text.hasPrefix("\"") {
            var scalar = YAMLScalar(text, line: line)
            name = try scalar.quoted()
            behind = scalar.rest
            guard behind == ":" || behind.hasPrefix(": ") else { return nil }
        } else {
            guard let colon = Self.colon(in: text), !text.hasPrefix("["), !text.hasPrefix("{") else { return nil }
            behind = text[colon...]
            guard case .string(let plain) = try plain(text[..<colon], line) else {
                throw YAMLFault(line: line, problem: "a name that looks like a number or a flag must be quoted")
            }
            name = plain
        }
        behind = behind.dropFirst().drop { $0 == " " }
        return (name, behind)
    }

    private static func colon(in text: Substring) -> Substring.Index? {
        text.indices.first { at in
            guard text[at] == ":" else { return false }
            let next = text.index(after: at)
            return next == text.endIndex || text[next] == " "
        }
    }

    mutating func value(in brackets: Bool = false) throws(YAMLFault) -> YAMLValue {
        switch rest.first {
        case "'", "\"": return .string(try quoted())
        case "[": return try list()
        case "{":
            guard rest.hasPrefix("{}") else { throw fault("of mappings in braces only the empty one is read") }
            rest = rest.dropFirst(2)
            return .object([])
        default: break
        }
        let end = brackets ? rest.firstIndex { ",[]{}".contains($0) } : nil
        let text = rest[..<(end ?? rest.endIndex)]
        rest = rest[text.endIndex...]
        if Self.colon(in: text) != nil { throw fault("a colon within a scalar needs quotes around it") }
        return try Self.plain(text, line)
    }

    /// - Throws: unless nothing but a comment is left.
    mutating func end() throws(YAMLFault) {
        let left = rest.drop { $0 == " " }
        guard left.isEmpty || (left.hasPrefix("#") && left.startIndex > rest.startIndex) else {
            throw fault("'\(left)' is behind what ends here")
        }
    }

    private mutating func list() throws(YAMLFault) -> YAMLValue {
        rest = rest.dropFirst()
        var values: [YAMLValue] = []
        while true {
            rest = rest.drop { $0 == " " }
            if rest.hasPrefix("]") {
                rest = rest.dropFirst()
                return .array(values)
            }
            guard !rest.isEmpty, !rest.hasPrefix(",") else { throw fault("expected a value or ]") }
            values.append(try value(in: true))
            rest = rest.drop { $0 == " " }
            if rest.hasPrefix(",") {
                rest = rest.dropFirst()
            } else if !rest.hasPrefix("]") {
                throw fault("expected , or ]")
            }
        }
    }

    private mutating func quoted() throws(YAMLFault) -> String {
        let mark = rest.removeFirst()
        var text = ""
        while let character = rest.popFirst() {
            if character == mark {
                guard mark == "'", rest.first == mark else { return text }
                rest.removeFirst()
            } else if character == "\\", mark == "\"" {
                throw fault("escapes are not read; single quotes need none")
            }
            text.append(character)
        }
        throw fault("the quote has no end on its line")
    }

    /// A scalar without quotes, and what it stands for (10.3.2).
    private static func plain(_ text: Substring, _ line: Int) throws(YAMLFault) -> YAMLValue {
        var text = text
        if let comment = text.firstRange(of: " #") { text = text[..<comment.lowerBound] }
        while text.last == " " { text.removeLast() }
        if let first = text.first, "&*!|>%@`,]}".contains(first) || text.hasPrefix("- ") || text.hasPrefix("? ") {
            throw YAMLFault(
                line: line, problem: "'\(first)' at the beginning means something that is not read; quote it")
        }
        switch text {
        case "", "null", "~": return .null
        case "true": return .flag(true)
        case "false": return .flag(false)
        default: break
        }
        if text.wholeMatch(of: #/-?(0|[1-9][0-9]*)/#) != nil, let number = Int(text) { return .integer(number) }
        if text.wholeMatch(of: #/-?(0|[1-9][0-9]*)\.[0-9]+/#) != nil, let number = Double(text) {
            return .decimal(number)
        }
        if isDoubtful(text) {
            throw YAMLFault(line: line, problem: "readers do not agree on what '\(text)' is; quote it")
        }
        return .string(String(text))
    }

    /// Whether YAML 1.1 or 1.2 reads as a number, a flag or a time what is none of those above.
    private static func isDoubtful(_ text: Substring) -> Bool {
        let word = text.lowercased()
        if ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "="].contains(word) { return true }
        return word.wholeMatch(of: #/[-+]?\.(inf|nan)/#) != nil || word.wholeMatch(of: #/[-+]?0[xob][0-9a-f_]+/#) != nil
            || word.prefixMatch(of: #/[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}/#) != nil
            // One point at most: 0.1.0 is a version, and no number anywhere.
            || word.wholeMatch(of: #/[-+]?[0-9][0-9_:]*(\.[0-9_]*)?(e[-+]?[0-9]+)?/#) != nil
            || word.wholeMatch(of: #/[-+]?\.[0-9][0-9_]*(e[-+]?[0-9]+)?/#) != nil
    }

    private func fault(_ problem: String) -> YAMLFault { YAMLFault(line: line, problem: problem) }
}
