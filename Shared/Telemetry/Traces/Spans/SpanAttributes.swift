/// A value that describes a span, an event or a link.
public enum SpanValue: Equatable, Sendable {
    case string(String)
    case int(Int)
    case double(Double)
    case bool(Bool)
}

extension SpanValue: ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self = .string(value) }
}

extension SpanValue: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self = .int(value) }
}

/// Attributes in the order given: `["http.route": "/livez", "http.response.status_code": .int(status)]`.
///
/// Names are those of OpenTelemetry's [semantic conventions](https://opentelemetry.io/docs/specs/semconv/), with `cutroom.`
/// before our own.
public struct SpanAttributes: ExpressibleByDictionaryLiteral, Equatable, Sendable {
    public struct Pair: Equatable, Sendable {
        public let name: String
        public let value: SpanValue
    }

    public private(set) var all: [Pair]

    public init(dictionaryLiteral elements: (String, SpanValue)...) {
        all = elements.map { Pair(name: $0.0, value: $0.1) }
    }

    public subscript(name: String) -> SpanValue? { all.first { $0.name == name }?.value }

    /// Values of a name that is there already are replaced; texts are cut.
    ///
    /// - Returns: how many found no room.
    mutating func merge(_ others: SpanAttributes) -> Int {
        var dropped = 0
        for pair in others.all {
            let pair = Pair(name: pair.name, value: pair.value.cut)
            if let place = all.firstIndex(where: { $0.name == pair.name }) {
                all[place] = pair
            } else if all.count < SpanLimits.attributes {
                all.append(pair)
            } else {
                dropped += 1
            }
        }
        return dropped
    }
}

/// How large one span may grow, whatever it is told.
///
/// Source: OpenTelemetry, [Span Limits](https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-limits), which has 128 of each and texts
/// without a bound.
enum SpanLimits {
    static let attributes = 32
    static let events = 32
    static let links = 32
    /// Of one text, in bytes of UTF-8.
    static let textBytes = 512
}

extension String {
    /// As much of it as may stand in a span, whole characters only.
    var cutForSpan: String {
        guard utf8.count > SpanLimits.textBytes else { return self }
        var end = utf8.index(startIndex, offsetBy: SpanLimits.textBytes)
        while end > startIndex, unicodeScalars.index(atOrBefore: end) != end { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}

extension String.UnicodeScalarView {
    /// Where the character begins that the byte at `index` belongs to.
    fileprivate func index(atOrBefore index: Index) -> Index {
        guard index < endIndex else { return index }
        return index.samePosition(in: self) ?? self.index(before: self.index(after: index))
    }
}

extension SpanValue {
    fileprivate var cut: SpanValue { if case .string(let text) = self { .string(text.cutForSpan) } else { self } }
}
