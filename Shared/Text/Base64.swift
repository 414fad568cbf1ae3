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

    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
