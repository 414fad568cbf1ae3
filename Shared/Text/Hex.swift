/// Base 16 (RFC 4648, 8), written in lower case.
public enum Hex {
    /// Two digits a byte.
    @inlinable public static func encode(_ bytes: some Collection<UInt8>) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            var at = 0
            for byte in bytes {
                text[at] = digit(byte >> 4)
                text[at + 1] = digit(byte & 15)
                at += 2
            }
            return at
        }
    }

    /// Always 16 digits.
    @inlinable public static func encode(_ number: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { text in
            for at in 0..<16 { text[at] = digit(UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * at)) & 15) }
            return 16
        }
    }

    /// - Parameter nibble: 0 to 15.
    @inlinable public static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }

    /// - Parameter nibble: 0 to 15.
    @inlinable public static func upperDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }

    /// The bytes that pairs of digits of either case stand for; nil for any other text.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var rest = text.utf8.makeIterator()
        while let high = rest.next() {
            guard let high = value(of: high), let low = rest.next().flatMap(value(of:)) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// What a digit of either case stands for; nil for any other byte.
    @inlinable public static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
