import Testing

@testable import Text

@Suite("base 64 for URLs")
struct Base64Tests {
    /// RFC 4648, 10, in the alphabet of its section 5 and without padding; the last from section 5's own two characters.
    private static let vectors: [(bytes: [UInt8], text: String)] = [
        ([], ""), (Array("f".utf8), "Zg"), (Array("fo".utf8), "Zm8"), (Array("foo".utf8), "Zm9v"),
        (Array("foob".utf8), "Zm9vYg"), (Array("fooba".utf8), "Zm9vYmE"), (Array("foobar".utf8), "Zm9vYmFy"),
        ([0xFB, 0xFF, 0xBF], "-_-_"),
    ]

    @Test("writes and reads the vectors of RFC 4648", arguments: vectors)
    func vectors(bytes: [UInt8], text: String) {
        #expect(Base64.encodeForURL(bytes) == text)
        #expect(Base64.decodeForURL(text) == bytes)
    }

    @Test(
        "reads nothing else: no padding, no other alphabet, no bits left over",
        arguments: ["Zg==", "Z", "Zh", "Zm9", "+/+/", "Zm 9v", "Zm9vY", "é"])
    func malformed(text: String) { #expect(Base64.decodeForURL(text) == nil) }
}
