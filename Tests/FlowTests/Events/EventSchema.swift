import FoundationEssentials

/// A part of a record, as its JSON Schema in `docs/events` describes it: which fields there may be, and which there must.
///
/// Only what tests of ours compare with lists in the code. `scripts/check-events` validates by the whole.
struct EventSchema {
    /// `docs/events`.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/events")
    private static let suffix = ".schema.json"

    private(set) var known: Set<String> = []
    private(set) var required: Set<String> = []

    /// - Parameters:
    ///   - name: of the schema, without what all their files end in.
    ///   - part: `value` or `headers`.
    init(_ name: String, _ part: String) throws {
        let file = name + Self.suffix
        try take(Self.read(file)["properties"][part], of: file)
    }

    /// The words that a text may be.
    static func words(_ name: String, at path: String...) throws -> [String] {
        let tree = try path.reduce(read(name + suffix)) { $0[$1] }
        return tree["enum"].list.compactMap(\.text)
    }

    /// The kinds of record that there are.
    static func names() throws -> Set<String> {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(suffix) }
        return Set(files.map { String($0.dropLast(suffix.count)) }).subtracting(["common"])
    }

    private mutating func take(_ schema: JSONTree, of file: String) throws {
        if let reference = schema["$ref"].text {
            let parts = reference.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
            let other = parts[0].isEmpty ? file : parts[0]
            try take(parts[1].split(separator: "/").reduce(Self.read(other)) { $0[String($1)] }, of: other)
        }
        known.formUnion(schema["properties"].keys)
        required.formUnion(schema["required"].list.compactMap(\.text))
        for part in schema["allOf"].list { try take(part, of: file) }
    }

    private static func read(_ file: String) throws -> JSONTree {
        try JSONDecoder().decode(JSONTree.self, from: Data(contentsOf: folder.appendingPathComponent(file)))
    }
}

/// Any JSON.
indirect enum JSONTree: Hashable, Codable {
    case object([String: JSONTree])
    case array([JSONTree])
    case string(String)
    case number(Int64)
    case flag(Bool)
    case null

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Int64.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let list = try? value.decode([JSONTree].self) {
            self = .array(list)
        } else {
            self = .object(try value.decode([String: JSONTree].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .object(let fields): try container.encode(fields)
        case .array(let list): try container.encode(list)
        case .string(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        case .null: try container.encodeNil()
        }
    }

    /// `null` for what is not there.
    subscript(_ name: String) -> JSONTree {
        if case .object(let fields) = self { fields[name] ?? .null } else { .null }
    }

    var keys: [String] { if case .object(let fields) = self { Array(fields.keys) } else { [] } }
    var list: [JSONTree] { if case .array(let list) = self { list } else { [] } }
    var text: String? { if case .string(let text) = self { text } else { nil } }
}
