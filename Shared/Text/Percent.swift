/// Percent-encoding (RFC 3986, 2.1).
public enum Percent {
    /// Escapes every byte that is not in `kept` as `%XX` in upper case. As it is, what comes out is one path segment, or a
    /// name or value of a query; with ``ByteSet/path`` slashes stay.
    public static func encode(_ text: String, keeping kept: ByteSet = .unreserved) -> String {
        if kept.holds(text) { return text }
        return String(unsafeUninitializedCapacity: text.utf8.count * 3) { buffer in
            var at = 0
            for byte in text.utf8 {
                if kept.contains(byte) {
                    buffer[at] = byte
                    at += 1
                } else {
                    buffer[at] = UInt8(ascii: "%")
                    buffer[at + 1] = Hex.upperDigit(byte >> 4)
                    buffer[at + 2] = Hex.upperDigit(byte & 15)
                    at += 3
                }
            }
            return at
        }
    }

    /// The text that `text` stands for; nil if a `%` is not followed by two hexadecimal digits of either case, or the bytes
    /// are not UTF-8. `+` stays `+`.
    @inlinable public static func decode(_ text: some StringProtocol) -> String? {
        // Ids and numbers have nothing to decode, and every hit has some.
        if !text.utf8.mayContain(UInt8(ascii: "%"), UInt8(ascii: "%")) { return String(text) }
        guard let bytes = decodeBytes(text) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The bytes that `text` stands for, UTF-8 or not; nil if a `%` is not followed by two hexadecimal digits.
    @inlinable public static func decodeBytes(_ text: some StringProtocol) -> [UInt8]? {
        decode(text.utf8, plusIsSpace: false)
    }

    /// - Parameter plusIsSpace: as in `application/x-www-form-urlencoded`.
    @inlinable public static func decode(_ text: some Sequence<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.underestimatedCount)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(Hex.value(of:)), let low = rest.next().flatMap(Hex.value(of:))
                else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace:
                bytes.append(UInt8(ascii: " "))
            default:
                bytes.append(byte)
            }
        }
        return bytes
    }
}

extension Sequence<UInt8> {
    /// Whether one of the two is in it; true also where that can't be told at a glance.
    @inlinable public func mayContain(_ one: UInt8, _ other: UInt8) -> Bool {
        withContiguousStorageIfAvailable { bytes in bytes.contains { $0 == one || $0 == other } } ?? true
    }
}
