/// Percent-encoding (RFC 3986, 2.1).
public enum Percent {
    /// The bytes that `text` stands for; nil if a `%` is not followed by two hexadecimal digits.
    public static func decodeBytes(_ text: some StringProtocol) -> [UInt8]? {
        decode(text.utf8, plusIsSpace: false)
    }

    /// The text that `text` stands for; nil if an escape is malformed or the bytes are not UTF-8. `+` stays `+`.
    public static func decode(_ text: some StringProtocol) -> String? {
        // Ids and numbers have nothing to decode, and every hit has some.
        if text.utf8.isFree(of: UInt8(ascii: "%"), UInt8(ascii: "%")) { return String(text) }
        guard let bytes = decodeBytes(text) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Escapes all but RFC 3986's unreserved characters, `/` included: what comes out is one path segment.
    public static func encode(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Parameter plusIsSpace: as in `application/x-www-form-urlencoded`.
    static func decode(_ text: some Sequence<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.underestimatedCount)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(value), let low = rest.next().flatMap(value) else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace:
                bytes.append(UInt8(ascii: " "))
            default:
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Sequence<UInt8> {
    /// Whether neither byte is in it; false also where that can't be told at a glance.
    func isFree(of one: UInt8, _ other: UInt8) -> Bool {
        withContiguousStorageIfAvailable { bytes in bytes.allSatisfy { $0 != one && $0 != other } } ?? false
    }
}
