import Testing
import Text

@Suite("sets of bytes")
struct ByteSetTests {
    private func members(_ set: ByteSet) -> String {
        String(decoding: (0...255).filter { set.contains($0) } as [UInt8], as: UTF8.self)
    }

    /// In the order of ASCII: RFC 3986, 2.3, and RFC 9110, 5.6.2.
    @Test("unreserved characters and those of a token are the RFCs'")
    func grammars() {
        let letters = (upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", lower: "abcdefghijklmnopqrstuvwxyz")
        #expect(members(.unreserved) == "-.0123456789\(letters.upper)_\(letters.lower)~")
        #expect(members(.token) == "!#$%&'*+-.0123456789\(letters.upper)^_`\(letters.lower)|~")
    }

    @Test("nothing beyond printable ASCII is in any, and sets can be added to and taken from")
    func edges() {
        #expect(Array(members(.printable).utf8) == Array(0x20...0x7E))
        #expect(members(ByteSet("aü\u{7F}@?")) == "?@a\u{7F}")
        #expect(members(ByteSet("ab").adding("c?").removing("b")) == "?ac")
        #expect(ByteSet.token.holds("Content-Type") && !ByteSet.token.holds("a b") && ByteSet.token.holds(""))
    }
}
