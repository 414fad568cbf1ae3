/// Base 64 with padding (RFC 4648, 4).
public enum Base64 {
    public static func encode(_ bytes: [UInt8]) -> String {
        let count = (bytes.count + 2) / 3 * 4
        return String(unsafeUninitializedCapacity: count) { text in
            var at = 0
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let have = min(3, bytes.count - start)
                var group = Int(bytes[start]) << 16
                if have > 1 { group |= Int(bytes[start + 1]) << 8 }
                if have > 2 { group |= Int(bytes[start + 2]) }
                for digit in 0..<4 {
                    text[at] = digit <= have ? digits[(group >> (18 - 6 * digit)) & 63] : UInt8(ascii: "=")
                    at += 1
                }
            }
            return count
        }
    }

    /// In the alphabet for URLs and without padding (RFC 4648, 5).
    public static func encodeForURL(_ bytes: [UInt8]) -> String {
        let text = encode(bytes).utf8.prefix { $0 != UInt8(ascii: "=") }
        return String(
            decoding: text.map {
                switch $0 {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                default: $0
                }
            }, as: UTF8.self)
    }

    /// What `encodeForURL` writes; nil for anything else, bits left over that are not 0 included.
    public static func decodeForURL(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (group, bits) = (0, 0)
        for byte in text.utf8 {
            let digit: Int
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = Int(byte) - 0x41
            case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = Int(byte) - 0x61 + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = Int(byte) - 0x30 + 52
            case UInt8(ascii: "-"): digit = 62
            case UInt8(ascii: "_"): digit = 63
            default: return nil
            }
            (group, bits) = ((group << 6 | digit) & 0xFFF, bits + 6)
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(group >> bits & 0xFF))
        }
        guard bits < 6, group & ((1 << bits) - 1) == 0 else { return nil }
        return bytes
    }

    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
