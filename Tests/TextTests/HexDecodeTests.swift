import Testing
import Text

@Suite("reading base 16")
struct HexDecodeTests {
    /// RFC 4648, 10.
    @Test(
        "pairs of digits of either case are bytes, and any other text is none",
        arguments: [
            ("", []), ("666F6F626172", Array("foobar".utf8)), ("666f6f", Array("foo".utf8)), ("0", nil), ("0g", nil),
            ("666", nil), (" 66", nil), ("é", nil),
        ] as [(String, [UInt8]?)])
    func decode(text: String, bytes: [UInt8]?) { #expect(Hex.decode(text) == bytes) }
}
