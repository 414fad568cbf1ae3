import Text

/// What a document in YAML says, as far as JSON can say it.
public indirect enum YAMLValue: Equatable, Sendable {
    /// In the document's order; each name once.
    case object([Field])
    case array([YAMLValue])
    case string(String)
    case integer(Int)
    case decimal(Double)
    case flag(Bool)
    case null

    public struct Field: Equatable, Sendable {
        let name: String
        let value: YAMLValue
    }

    public init(parsing text: String) throws(YAMLFault) {
        var reader = YAMLReader(text)
        self = try reader.document()
    }

    public func write(to json: inout JSONWriter) {
        switch self {
        case .object(let fields):
            json.object { json in
                for field in fields {
                    json.key(named: field.name)
                    field.value.write(to: &json)
                }
            }
        case .array(let values): json.array { json in for value in values { value.write(to: &json) } }
        case .string(let text): json.value(text)
        case .integer(let number): json.value(number)
        case .decimal(let number): json.value(number)
        case .flag(let flag): json.value(flag)
        case .null: json.null()
        }
    }
}

/// Why a document is not read.
public struct YAMLFault: Error, Equatable {
    /// The first is 1.
    public let line: Int
    public let problem: String
}
