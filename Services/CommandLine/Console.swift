import Glibc

/// Where a command's result goes: text for a person at a terminal, a line of JSON for a pipe.
struct Console: Sendable {
    let isTerminal: Bool

    init() { isTerminal = isatty(STDOUT_FILENO) == 1 }

    /// - Parameters:
    ///   - text: for a person.
    ///   - fields: the same for a program, in order.
    func tell(_ text: String, _ fields: [(String, JSONField)]) {
        let line = isTerminal ? SafeName.lines(text) : Self.json(fields)
        _ = OutputFile.writeAll(Array((line + "\n").utf8), to: STDOUT_FILENO, named: "standard output")
    }

    static func complain(_ text: String) {
        _ = OutputFile.writeAll(Array((SafeName.lines(text) + "\n").utf8), to: STDERR_FILENO, named: "standard error")
    }

    static func json(_ fields: [(String, JSONField)]) -> String {
        "{" + fields.map { "\(JSONField.text($0.0).json):\($0.1.json)" }.joined(separator: ",") + "}"
    }
}

/// A value in a line of JSON (RFC 8259).
///
/// Escaped beyond what JSON asks for: what a terminal would obey, since lines of JSON end up on terminals too.
enum JSONField: Sendable {
    case text(String)
    case number(Int64)
    case list([JSONField])
    case object([(String, JSONField)])
    case null

    var json: String {
        switch self {
        case .number(let number): String(number)
        case .null: "null"
        case .list(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
        case .object(let fields): Console.json(fields)
        case .text(let text):
            "\""
                + text.unicodeScalars.map { scalar in
                    switch scalar {
                    case "\"": "\\\""
                    case "\\": "\\\\"
                    case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{61C}", "\u{200E}"..."\u{200F}",
                        "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                        "\\u" + String(String(scalar.value + 0x1_0000, radix: 16).suffix(4))
                    default: String(scalar)
                    }
                }.joined() + "\""
        }
    }
}
