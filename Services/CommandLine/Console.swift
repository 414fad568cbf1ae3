import Glibc
import Text

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

    static func json(_ fields: [(String, JSONField)]) -> String { JSONField.object(fields).json }
}

/// A value in a line of JSON.
enum JSONField: Sendable {
    case text(String)
    case number(Int64)
    case list([JSONField])
    case object([(String, JSONField)])
    case null

    var json: String {
        var json = JSONWriter(escapes: .terminal)
        write(into: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func write(into json: inout JSONWriter) {
        switch self {
        case .text(let text): json.value(text)
        case .number(let number): json.value(number)
        case .null: json.null()
        case .list(let items):
            json.array { json in
                for item in items { item.write(into: &json) }
            }
        case .object(let fields):
            json.object { json in
                for (name, field) in fields {
                    json.key(named: name)
                    field.write(into: &json)
                }
            }
        }
    }
}
