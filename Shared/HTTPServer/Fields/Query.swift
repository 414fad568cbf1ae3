import Text

/// The names and values of a query, as `application/x-www-form-urlencoded` (WHATWG URL, 5.1): `+` is a space.
public struct Query: Sendable {
    public enum Fault: Error, Equatable, Sendable {
        /// A `%` that is not followed by two hexadecimal digits; `pair` as it came.
        case malformedEscape(pair: String)
        /// A name or value whose bytes are not UTF-8; `pair` as it came.
        case notUTF8(pair: String)
    }

    /// In the order they came; a name without `=` has the value `""`.
    public let pairs: [(name: String, value: String)]

    /// - Parameter raw: what follows the `?`, undecoded; nil and empty are a query without names.
    public init(raw: String?) throws(Fault) {
        var pairs: [(name: String, value: String)] = []
        for pair in (raw ?? "").utf8.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = try Self.decode(pair[..<equals], of: pair)
            let value = equals < pair.endIndex ? try Self.decode(pair[equals...].dropFirst(), of: pair) : ""
            pairs.append((name, value))
        }
        self.pairs = pairs
    }

    /// The first value of `name`, nil without one. Whether there are more, `repeated` tells.
    public subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// Names that came more than once, each told once.
    public var repeated: [String] {
        // By hash: comparing each with all before it would cost seconds for a few thousand names.
        var times: [String: Int] = [:]
        return pairs.compactMap { pair in
            times[pair.name, default: 0] += 1
            return times[pair.name] == 2 ? pair.name : nil
        }
    }

    private static func decode(_ part: Substring.UTF8View, of pair: Substring.UTF8View) throws(Fault) -> String {
        if !part.mayContain(UInt8(ascii: "%"), UInt8(ascii: "+")) { return String(Substring(part)) }
        guard let bytes = Percent.decode(part, plusIsSpace: true) else {
            throw .malformedEscape(pair: String(Substring(pair)))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .notUTF8(pair: String(Substring(pair)))
        }
        return text
    }
}
