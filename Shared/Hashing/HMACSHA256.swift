/// HMAC-SHA-256 (RFC 2104) with one key, which is taken in once: each code then costs two short hashes and no key schedule.
///
/// Any number of threads may use one value at once.
public final class HMACSHA256: Sendable {
    private let inner: DigestState
    private let outer: DigestState

    public init(key: [UInt8]) {
        let blockBytes = 64
        var block = key.count > blockBytes ? SHA256.digest(key) : key
        block.append(contentsOf: repeatElement(0, count: blockBytes - block.count))
        inner = DigestState(.sha256)
        outer = DigestState(.sha256)
        block.map { $0 ^ 0x36 }.withUnsafeBytes { inner.update($0) }
        block.map { $0 ^ 0x5C }.withUnsafeBytes { outer.update($0) }
    }

    /// The 32 bytes of the code for `message`.
    public func code(for message: [UInt8]) -> [UInt8] { message.withUnsafeBytes(code(for:)) }

    /// The code for the text's UTF-8 bytes.
    public func code(for message: String) -> [UInt8] { withUTF8(of: message, code(for:)) }

    public func code(for message: UnsafeRawBufferPointer) -> [UInt8] {
        let inside = inner.copied()
        inside.update(message)
        let outside = outer.copied()
        inside.finish().withUnsafeBytes { outside.update($0) }
        return outside.finish()
    }

    /// Whether `code` is this key's code for `message`; takes equally long wherever the two differ.
    public func accepts(_ code: [UInt8], for message: [UInt8]) -> Bool {
        equalInConstantTime(code, self.code(for: message))
    }
}
