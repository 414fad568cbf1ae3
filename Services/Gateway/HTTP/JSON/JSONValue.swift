/// JSON as a client sent it, before anything is expected of it (RFC 8259).
enum JSONValue: Equatable, Sendable {
    case null
    case flag(Bool)
    case integer(Int64)
    /// Of whatever else is a number: with a fraction, or beyond 64 bits.
    case number
    case string(String)
    case array([JSONValue])
    /// Of a name that came twice the last value counts, as in ECMAScript's `JSON.parse`.
    case object([String: JSONValue])

    /// What is read of a body at most. No request of ours nests deeper than three or holds more than 500 values.
    struct Limits: Sendable {
        /// Arrays and objects within each other.
        var depth = 8
        /// Of every kind, arrays and objects included.
        var values = 2_048
    }

    enum Fault: Error, Equatable {
        /// The byte, counted from 0, at which it is no longer JSON in UTF-8.
        case malformed(at: Int)
        case tooDeep(limit: Int)
        case tooMany(limit: Int)

        var sentence: String {
            switch self {
            case .malformed(let place): "the body is not JSON in UTF-8 from byte \(place) on"
            case .tooDeep(let limit): "the body nests arrays and objects more than \(limit) deep"
            case .tooMany(let limit): "the body holds more than \(limit) values"
            }
        }
    }

    /// Takes time in proportion to the body's length, and no more than `limits` in memory besides the text: both limits are
    /// checked before a value is made.
    init(parsing bytes: [UInt8], limits: Limits = Limits()) throws(Fault) {
        let read: Result<JSONValue, Fault> = bytes.withUnsafeBufferPointer { bytes in
            var reader = JSONReader(bytes, limits)
            return Result { () throws(Fault) in try reader.document() }
        }
        self = try read.get()
    }
}
