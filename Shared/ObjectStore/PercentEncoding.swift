/// Percent-encoding as SigV4 wants it: RFC 3986's unreserved characters stay, every other byte becomes `%XX` in upper case.
public enum PercentEncoding {
    /// For a path: `/` stays too.
    public static func path(_ text: String) -> String { keeping(text) { isUnreserved($0) || $0 == UInt8(ascii: "/") } }

    /// For a name or value in a query.
    public static func query(_ text: String) -> String { keeping(text, isUnreserved) }

    /// The text behind `%XX`s; other bytes, `+` among them, stay.
    ///
    /// - Returns: nil where a `%` is not followed by two hex digits, or the bytes are not UTF-8.
    public static func decoded(_ text: String) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    static func keeping(_ text: String, _ isKept: (UInt8) -> Bool) -> String {
        if text.utf8.allSatisfy(isKept) { return text }
        let digits = StaticString("0123456789ABCDEF").utf8Start
        return String(unsafeUninitializedCapacity: text.utf8.count * 3) { buffer in
            var at = 0
            for byte in text.utf8 {
                if isKept(byte) {
                    buffer[at] = byte
                    at += 1
                } else {
                    buffer[at] = UInt8(ascii: "%")
                    buffer[at + 1] = digits[Int(byte >> 4)]
                    buffer[at + 2] = digits[Int(byte & 15)]
                    at += 3
                }
            }
            return at
        }
    }
}

private func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        true
    default: false
    }
}

private func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}
