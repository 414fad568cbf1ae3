/// Reads one JSON document in one pass (RFC 8259), strictly: no comments, no trailing commas, no byte order mark, no
/// surrogate without its other half.
///
/// `JSONDecoder` is no reader for untrusted bodies: where a value is tried as one type after another, each failure costs
/// in proportion to the depth, and 64 KiB took seconds.
struct JSONReader {
    private typealias Fault = JSONValue.Fault

    /// A longer number is none that a whole one could be.
    private static let longestWhole = 32

    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSONValue.Limits
    private var at = 0
    private var depth = 0
    private var values = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: JSONValue.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(JSONValue.Fault) -> JSONValue {
        skipSpace()
        let value = try value()
        skipSpace()
        guard at == bytes.count else { throw malformed }
        return value
    }

    private var malformed: Fault { .malformed(at: at) }

    /// 0, which begins nothing, at the end.
    private var next: UInt8 { at < bytes.count ? bytes[at] : 0 }

    private mutating func skipSpace() {
        while next == 0x20 || next == 0x09 || next == 0x0A || next == 0x0D { at += 1 }
    }

    private mutating func value() throws(Fault) -> JSONValue {
        values += 1
        guard values <= limits.values else { throw .tooMany(limit: limits.values) }
        switch next {
        case UInt8(ascii: "{"): return try nested { (reader) throws(Fault) in try reader.object() }
        case UInt8(ascii: "["): return try nested { (reader) throws(Fault) in try reader.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "t"): return try word("true", .flag(true))
        case UInt8(ascii: "f"): return try word("false", .flag(false))
        default: return try number()
        }
    }

    private mutating func nested(
        _ read: (inout JSONReader) throws(Fault) -> JSONValue
    ) throws(Fault) -> JSONValue {
        guard depth < limits.depth else { throw .tooDeep(limit: limits.depth) }
        depth += 1
        at += 1
        skipSpace()
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func array() throws(Fault) -> JSONValue {
        var elements: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            skipSpace()
            elements.append(try value())
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw malformed }
        return .array(elements)
    }

    private mutating func object() throws(Fault) -> JSONValue {
        var fields: [String: JSONValue] = [:]
        if take(UInt8(ascii: "}")) { return .object(fields) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw malformed }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw malformed }
            skipSpace()
            fields[name] = try value()
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw malformed }
        return .object(fields)
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(Fault) -> JSONValue {
        let end = at + word.utf8CodeUnitCount
        let wanted = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[at..<end].elementsEqual(wanted) else { throw malformed }
        at = end
        return value
    }

    // MARK: Numbers

    private mutating func number() throws(Fault) -> JSONValue {
        let start = at
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try digits()
        }
        if next | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            at += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isWhole, at - start <= Self.longestWhole, let whole = Int64(text) { return .integer(whole) }
        // What the grammar allows, this reads; beyond its range it is infinite.
        let number = Double(text) ?? .infinity
        // 1e3 and 1.0 are whole numbers too, written otherwise.
        guard !isWhole, let whole = Int64(exactly: number) else { return .number(number) }
        return .integer(whole)
    }

    /// One or more.
    private mutating func digits() throws(Fault) {
        guard Self.isDigit(next) else { throw malformed }
        while Self.isDigit(next) { at += 1 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    // MARK: Strings

    private mutating func string() throws(Fault) -> String {
        at += 1
        let start = at
        // What holds no escape is taken in one piece: nearly always that is all of it.
        while at < bytes.count, bytes[at] >= 0x20, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") {
            at += 1
        }
        if take(UInt8(ascii: "\"")) { return try text(bytes[start..<(at - 1)], from: start) }
        var unescaped = Array(bytes[start..<at])
        while !take(UInt8(ascii: "\"")) {
            guard at < bytes.count, bytes[at] >= 0x20 else { throw malformed }
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\\") { try escape(into: &unescaped) } else { unescaped.append(byte) }
        }
        return try text(unescaped, from: start)
    }

    private func text(_ bytes: some Collection<UInt8>, from start: Int) throws(Fault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed(at: start) }
        return text
    }

    private mutating func escape(into text: inout [UInt8]) throws(Fault) {
        let byte = next
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = UInt32(try fourHexDigits())
            if 0xD800...0xDBFF ~= code {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw malformed }
                let low = UInt32(try fourHexDigits())
                guard 0xDC00...0xDFFF ~= low else { throw malformed }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            // Nil for the second half of a pair that stands alone.
            guard let scalar = Unicode.Scalar(code) else { throw malformed }
            text.append(contentsOf: String(scalar).utf8)
        default:
            at -= 1
            throw malformed
        }
    }

    private mutating func fourHexDigits() throws(Fault) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Hex.value(of: next) else { throw malformed }
            value = value << 4 | UInt16(digit)
            at += 1
        }
        return value
    }
}
