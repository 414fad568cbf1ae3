import Domain

/// A value of a BSON document, as far as the catalog reads or writes it (bsonspec.org, version 1.1).
enum BSONValue: Hashable, Sendable {
    case double(Double)
    case string(String)
    case document(BSONDocument)
    case array([BSONValue])
    case objectID(ObjectID)
    case bool(Bool)
    /// Milliseconds since 1970.
    case date(Int64)
    case null
    case int32(Int32)
    case int64(Int64)
    case decimal(BSONDecimal)
    /// A type that no field of ours has, or text that is not UTF-8.
    case other(type: UInt8)

    /// What a person calls this type, for sentences about data that can't be used.
    var typeName: String {
        switch self {
        case .double, .int32, .int64, .decimal: "a number"
        case .string: "text"
        case .document: "a document"
        case .array: "an array"
        case .objectID: "an ObjectId"
        case .bool: "a boolean"
        case .date: "a date"
        case .null: "null"
        case .other(let type): "of BSON type \(type)"
        }
    }

    /// Any of the four kinds of number. Whole numbers beyond 2⁵³ and decimals lose their last digits.
    var number: Double? {
        switch self {
        case .double(let value): value
        case .int32(let value): Double(value)
        case .int64(let value): Double(value)
        case .decimal(let value): value.approximation
        default: nil
        }
    }

    var integer: Int64? {
        switch self {
        case .int32(let value): Int64(value)
        case .int64(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }
}

/// Fields in their order. A name that occurs twice counts as its first.
struct BSONDocument: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    struct Field: Hashable, Sendable {
        let name: String
        let value: BSONValue
    }

    var fields: [Field]

    init(_ fields: [Field] = []) { self.fields = fields }

    init(dictionaryLiteral elements: (String, BSONValue)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    subscript(name: String) -> BSONValue? { fields.first { $0.name == name }?.value }

    /// The text of a field, if it is there and is text.
    func string(_ name: String) -> String? {
        if case .string(let text) = self[name] { text } else { nil }
    }

    func document(_ name: String) -> BSONDocument? {
        if case .document(let document) = self[name] { document } else { nil }
    }

    func objectID(_ name: String) -> ObjectID? {
        if case .objectID(let id) = self[name] { id } else { nil }
    }
}
