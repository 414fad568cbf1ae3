/// A named value beside a log line's constant sentence.
public enum LogValue: Equatable, Sendable {
    case string(String)
    case int(Int)
    /// A number that is not finite is written as `null`: JSON has no other word for it.
    case double(Double)
    case bool(Bool)
    /// Written as a number of milliseconds under the field's name with `_ms` behind it.
    case duration(Duration)
}

extension LogValue: ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self = .string(value) }
}

extension LogValue: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self = .int(value) }
}

extension LogValue: ExpressibleByFloatLiteral {
    public init(floatLiteral value: Double) { self = .double(value) }
}

extension LogValue: ExpressibleByBooleanLiteral {
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// The fields of a line in the order given: `["key": .string(key), "bytes": .int(size), "took": .duration(elapsed)]`.
public struct LogFields: ExpressibleByDictionaryLiteral, Equatable, Sendable {
    struct Field: Equatable {
        let name: String
        let value: LogValue
    }

    private(set) var all: [Field]

    public init(dictionaryLiteral elements: (String, LogValue)...) {
        all = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// These fields, with `others` behind them; of two with one name the later stays.
    public func adding(_ others: LogFields) -> LogFields {
        if all.isEmpty { return others }
        if others.all.isEmpty { return self }
        var sum = self
        sum.all.removeAll { field in others.all.contains { $0.name == field.name } }
        sum.all += others.all
        return sum
    }
}
