import Text

/// What a `Range` header asks of something that is `size` bytes long (RFC 9110, 14.1.2 and 14.2).
public enum ByteRange: Equatable, Sendable {
    /// No header, one to be ignored (another unit, malformed), or several ranges, which this server does not serve:
    /// answer 200 with all.
    case whole
    /// Never empty, and never past the end: answer 206.
    case part(Range<UInt64>)
    /// Answer 416.
    case unsatisfiable

    public init(_ header: String?, size: UInt64) {
        guard let header, let set = Self.set(header) else {
            self = .whole
            return
        }
        let ranges = set.split(separator: ",").map(\.trimmingOWS).filter { !$0.isEmpty }
        guard ranges.count == 1, let dash = ranges[0].firstIndex(of: "-") else {
            self = .whole
            return
        }
        self = Self.resolve(first: ranges[0][..<dash], last: ranges[0][ranges[0].index(after: dash)...], size: size)
    }

    /// The `Content-Range` of the answer; nil for `.whole`.
    public func contentRange(size: UInt64) -> String? {
        switch self {
        case .whole: nil
        case .part(let range): "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
        case .unsatisfiable: "bytes */\(size)"
        }
    }

    private static func set(_ header: String) -> Substring? {
        guard let equals = header.firstIndex(of: "=") else { return nil }
        guard header[..<equals].trimmingOWS.lowercased() == "bytes" else { return nil }
        return header[header.index(after: equals)...]
    }

    private static func resolve(first: Substring, last: Substring, size: UInt64) -> ByteRange {
        guard isDigits(first), isDigits(last), !(first.isEmpty && last.isEmpty) else { return .whole }
        if first.isEmpty {
            let length = number(last)
            if length == 0 { return .unsatisfiable }
            return size == 0 ? .whole : .part((size - min(length, size))..<size)
        }
        let start = number(first)
        let end = last.isEmpty ? UInt64.max : number(last)
        if end < start { return .whole }
        return start < size ? .part(start..<(min(end, size - 1) + 1)) : .unsatisfiable
    }

    private static func isDigits(_ text: Substring) -> Bool { text.utf8.allSatisfy { $0 &- 0x30 < 10 } }

    /// What does not fit is past the end of anything.
    private static func number(_ digits: Substring) -> UInt64 { UInt64(digits) ?? .max }
}
