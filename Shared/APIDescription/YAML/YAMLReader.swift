/// Reads the part of YAML in which descriptions of interfaces are written: block mappings and sequences, scalars on one line,
/// block scalars, and sequences and empty mappings in brackets. All else is refused by its line, and so is a plain scalar that
/// readers of YAML 1.1 and 1.2 take for different things: nothing is guessed.
///
/// Source: YAML 1.2.2, chapters 7 to 9.
struct YAMLReader {
    private struct Line {
        /// Spaces before the text.
        var indent: Int
        var text: Substring
        let number: Int
        let raw: Substring
    }

    private var lines: [Line] = []
    private var at = 0

    init(_ document: String) {
        let raw = document.split(separator: "\n", omittingEmptySubsequences: false)
        lines = raw.enumerated().map { index, raw in
            let text = raw.drop { $0 == " " }
            return Line(indent: raw.count - text.count, text: text, number: index + 1, raw: raw)
        }
    }

    mutating func document() throws(YAMLFault) -> YAMLValue {
        if let line = lines.first(where: { $0.raw.utf8.contains { $0 == 0x09 || $0 == 0x0D } }) {
            throw YAMLFault(line: line.number, problem: "tabs and carriage returns are not read")
        }
        guard let first = next() else { return .null }
        let value = try node(at: first.indent)
        guard let rest = next() else { return value }
        throw YAMLFault(line: rest.number, problem: "this does not belong to what is before it")
    }

    /// The line that comes next, without those that are blank or hold nothing but a comment.
    private mutating func next() -> Line? {
        while at < lines.count, lines[at].text.isEmpty || lines[at].text.hasPrefix("#") { at += 1 }
        return at < lines.count ? lines[at] : nil
    }

    private static func isEntry(_ line: Line) -> Bool { line.text == "-" || line.text.hasPrefix("- ") }

    private mutating func node(at indent: Int) throws(YAMLFault) -> YAMLValue {
        guard let line = next() else { return .null }
        if Self.isEntry(line) { return try sequence(at: indent) }
        if try YAMLScalar.key(of: line.text, line.number) != nil { return try mapping(at: indent) }
        at += 1
        return try inline(line.text, line, deeperThan: indent - 1)
    }

    private mutating func mapping(at indent: Int) throws(YAMLFault) -> YAMLValue {
        var fields: [YAMLValue.Field] = []
        while let line = next(), line.indent == indent, !Self.isEntry(line) {
            guard let (name, rest) = try YAMLScalar.key(of: line.text, line.number) else {
                throw YAMLFault(line: line.number, problem: "expected a name and a colon")
            }
            guard !fields.contains(where: { $0.name == name }) else {
                throw YAMLFault(line: line.number, problem: "'\(name)' is there twice")
            }
            at += 1
            fields.append(.init(name: name, value: try value(rest, line, of: indent)))
        }
        return .object(fields)
    }

    private mutating func sequence(at indent: Int) throws(YAMLFault) -> YAMLValue {
        var values: [YAMLValue] = []
        while let line = next(), line.indent == indent, Self.isEntry(line) {
            let rest = line.text.dropFirst().drop { $0 == " " }
            if rest.isEmpty || rest.hasPrefix("#") || rest.hasPrefix("|") || rest.hasPrefix(">") {
                at += 1
                values.append(try value(rest, line, of: indent))
            } else {
                // What stands behind the dash is as if it stood on a line of its own.
                lines[at].text = rest
                lines[at].indent = indent + line.text.count - rest.count
                values.append(try node(at: lines[at].indent))
            }
        }
        return .array(values)
    }

    /// What stands behind a colon or a dash, or on the lines below it.
    private mutating func value(_ rest: Substring, _ line: Line, of indent: Int) throws(YAMLFault) -> YAMLValue {
        if rest.hasPrefix("|") || rest.hasPrefix(">") { return try block(rest, line, of: indent) }
        guard rest.isEmpty || rest.hasPrefix("#") else { return try inline(rest, line, deeperThan: indent) }
        guard let below = next() else { return .null }
        if below.indent > indent { return try node(at: below.indent) }
        // A sequence may stand right below the name that it belongs to.
        if below.indent == indent, Self.isEntry(below), !Self.isEntry(line) { return try sequence(at: indent) }
        return .null
    }

    /// A scalar, or brackets, on one line.
    private mutating func inline(
        _ text: Substring, _ line: Line, deeperThan indent: Int
    ) throws(YAMLFault) -> YAMLValue {
        var scalar = YAMLScalar(text, line: line.number)
        let value = try scalar.value()
        try scalar.end()
        if let below = next(), below.indent > indent {
            throw YAMLFault(line: below.number, problem: "a scalar of more than one line needs >- or | before it")
        }
        return value
    }

    /// The lines below `|` or `>`, as far as they lie deeper than what they belong to.
    private mutating func block(_ header: Substring, _ line: Line, of indent: Int) throws(YAMLFault) -> YAMLValue {
        guard ["|", "|-", ">", ">-"].contains(header) else {
            throw YAMLFault(line: line.number, problem: "of block scalars |, |-, > and >- are read")
        }
        var texts: [Substring] = []
        var depth: Int?
        while at < lines.count {
            let line = lines[at]
            if line.text.isEmpty {
                // Of a line of spaces alone, those beyond the block's own count.
                texts.append(line.raw.dropFirst(depth ?? line.raw.count))
            } else {
                guard line.indent > indent else { break }
                let own = depth ?? line.indent
                depth = own
                guard line.indent >= own else {
                    throw YAMLFault(line: line.number, problem: "this lies less deep than the block that it is in")
                }
                if header.hasPrefix(">"), line.indent > own {
                    throw YAMLFault(line: line.number, problem: "this lies deeper than the folded block that it is in")
                }
                texts.append(line.raw.dropFirst(own))
            }
            at += 1
        }
        while texts.last?.isEmpty == true { texts.removeLast() }
        let text = header.hasPrefix("|") ? texts.joined(separator: "\n") : Self.folded(texts)
        return .string(header.hasSuffix("-") || text.isEmpty ? text : text + "\n")
    }

    /// Line ends become spaces, and of several the first goes (8.1.3).
    private static func folded(_ texts: [Substring]) -> String {
        var folded = ""
        var ends = 0
        for (index, text) in texts.enumerated() {
            if text.isEmpty {
                ends += 1
                continue
            }
            if ends > 0 {
                folded += String(repeating: "\n", count: ends)
            } else if index > 0 {
                folded += " "
            }
            folded += text
            ends = 0
        }
        return folded
    }
}
