/// JSON as somebody else wrote it, before anything is expected of it (RFC 8259).
public enum JSONValue: Equatable, Sendable {
    case null
    case flag(Bool)
    case integer(Int64)
    /// Whatever else is a number, with a fraction or beyond 64 bits; beyond the range of the type it is infinite.
    case number(Double)
    case string(String)
    case array([JSONValue])
    /// Of a name that came twice the last value counts, as in ECMAScript's `JSON.parse`.
    case object([String: JSONValue])

    /// What is read at most. No request of ours nests deeper than three or holds more than 500 values.
    public struct Limits: Sendable {
        /// Arrays and objects within each other.
        public var depth: Int
        /// Of every kind, arrays and objects included.
        public var values: Int

        public init(depth: Int = 8, values: Int = 2_048) {
            self.depth = depth
            self.values = values
        }
    }

    public enum Fault: Error, Equatable {
        /// The byte, counted from 0, at which it is no longer JSON in UTF-8.
        case malformed(at: Int)
        case tooDeep(limit: Int)
        case tooMany(limit: Int)

        /// Follows the name of what was read.
        public var problem: String {
            switch self {
            case .malformed(let place): "is not JSON in UTF-8 from byte \(place) on"
            case .tooDeep(let limit): "nests arrays and objects more than \(limit) deep"
            case .tooMany(let limit): "holds more than \(limit) values"
            }
        }
    }

    /// Takes time in proportion to the text's length, and no more than `limits` in memory besides the text: both limits are
    /// checked before a value is made.
    public init(parsing bytes: [UInt8], limits: Limits = Limits()) throws(Fault) {
        let read: Result<JSONValue, Fault> = bytes.withUnsafeBufferPointer { bytes in
            var reader = JSONReader(bytes, limits)
            return Result { () throws(Fault) in try reader.document() }
        }
        self = try read.get()
    }
}
