private let hexDigits: [UInt8] = Array("0123456789abcdef".utf8)
private let base64Digits: [UInt8] = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// Two lower-case hex digits a byte (RFC 4648, 8, in lower case).
public func hex(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { text in
        hexDigits.withUnsafeBufferPointer { digits in
            for (index, byte) in bytes.enumerated() {
                text[index * 2] = digits[Int(byte >> 4)]
                text[index * 2 + 1] = digits[Int(byte & 15)]
            }
        }
        return bytes.count * 2
    }
}

/// Base 64 with padding (RFC 4648, 4).
public func base64(_ bytes: [UInt8]) -> String {
    let count = (bytes.count + 2) / 3 * 4
    return String(unsafeUninitializedCapacity: count) { text in
        var at = 0
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let have = min(3, bytes.count - start)
            var group = Int(bytes[start]) << 16
            if have > 1 { group |= Int(bytes[start + 1]) << 8 }
            if have > 2 { group |= Int(bytes[start + 2]) }
            for digit in 0..<4 {
                text[at] = digit <= have ? base64Digits[(group >> (18 - 6 * digit)) & 63] : UInt8(ascii: "=")
                at += 1
            }
        }
        return count
    }
}
