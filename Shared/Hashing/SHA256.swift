/// SHA-256 (FIPS 180-4) of bytes that come one after another.
///
/// For bytes that are all there, `SHA256.digest` is shorter.
public struct SHA256: ~Copyable, Sendable {
    /// The length of a digest.
    public static let byteCount = 32

    private let state = DigestState(.sha256)

    public init() {}

    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { state.update($0) } }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) { state.update(bytes) }

    /// The 32 bytes of the digest of all bytes since the start; then it starts anew.
    public mutating func finish() -> [UInt8] {
        defer { state.restart() }
        return state.finish()
    }

    public static func digest(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes(Digest.sha256.of) }

    public static func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { Digest.sha256.of(bytes) }

    /// The digest of the text's UTF-8 bytes.
    public static func digest(_ text: String) -> [UInt8] { withUTF8(of: text, Digest.sha256.of) }
}

/// SHA-384 (FIPS 180-4), by which pages name the scripts that they load (W3C Subresource Integrity).
public enum SHA384 {
    public static func digest(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes(Digest.sha384.of) }
}

/// MD5 (RFC 1321), for `Content-MD5` and entity tags, never as protection against a person.
public enum MD5 {
    public static func digest(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes(Digest.md5.of) }

    public static func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { Digest.md5.of(bytes) }
}

func withUTF8<Value>(of text: String, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    var text = text
    return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
}
