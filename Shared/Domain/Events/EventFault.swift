/// What makes a record no event of ours. It goes to the dead letters with this reason.
public enum EventFault: Error, Hashable, Sendable {
    case missingValue
    case tooLarge(bytes: Int, limit: Int)
    case unknownType(String)
    case newerMajor(found: String, known: String)
    case malformedJSON(String)
    case badField(name: String, problem: String)

    public var slug: String {
        switch self {
        case .missingValue: "missing-value"
        case .tooLarge: "too-large"
        case .unknownType: "unknown-type"
        case .newerMajor: "newer-version"
        case .malformedJSON: "malformed-json"
        case .badField: "bad-field"
        }
    }

    public var detail: String {
        switch self {
        case .missingValue: "the record has no value"
        case .tooLarge(let bytes, let limit): "the value has \(bytes) bytes; at most \(limit) are read"
        case .unknownType(let type): "ce_type is '\(type.prefix(80))'"
        case .newerMajor(let found, let known): "ce_type is '\(found.prefix(80))'; this build reads up to \(known)"
        case .malformedJSON(let why): "the value is not the JSON that was expected: \(why.prefix(200))"
        case .badField(let name, let problem): "\(name) \(problem)"
        }
    }
}
