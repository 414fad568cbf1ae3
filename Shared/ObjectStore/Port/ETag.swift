import Hashing
import Text

/// An entity tag exactly as the store sent it, quotes and weakness included (RFC 9110, 8.8.3).
public struct ETag: Hashable, Sendable {
    public let text: String

    /// Whatever a store sends is kept; only what could not be sent back as a header is refused.
    ///
    /// - Returns: nil for text that is empty, longer than 1,024 bytes, or not visible ASCII.
    public init?(_ text: String) {
        guard (1...1_024).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        self.text = text
    }

    /// A version of eight letters and digits for use in object keys: the first eight characters inside the quotes; where
    /// those aren't all letters and digits, the first eight hex digits of the SHA-256 of `text`.
    public var version: String {
        var opaque = Substring(text)
        if opaque.hasPrefix("W/") { opaque = opaque.dropFirst(2) }
        if opaque.hasPrefix("\"") { opaque = opaque.dropFirst() }
        let start = opaque.utf8.prefix(8)
        let plain = start.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        if start.count == 8, plain { return String(decoding: start, as: UTF8.self) }
        return Hex.encode(SHA256.digest(text).prefix(4))
    }
}
