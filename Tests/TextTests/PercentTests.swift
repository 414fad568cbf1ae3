import Testing
import Text

@Suite("percent-encoding")
struct PercentTests {
    @Test(
        "percent-encoded text is decoded once, strictly",
        arguments: [
            ("", ""), ("a%2Fb", "a/b"), ("%252F", "%2F"), ("a+b", "a+b"), ("%C3%BC", "\u{fc}"), ("%00", "\u{0}"),
            ("%", nil), ("%2", nil), ("%2x", nil), ("%+1", nil), ("%ff", nil), ("%C3", nil), ("%ED%A0%80", nil),
            ("%C0%AF", nil), ("\u{fc}", "\u{fc}"), ("%2f", "/"), ("a%", nil),
        ] as [(String, String?)])
    func decode(text: String, expected: String?) { #expect(Percent.decode(text) == expected) }

    @Test("bytes need not be text", arguments: [("%ff%00", [255, 0]), ("%f", nil)] as [(String, [UInt8]?)])
    func bytes(text: String, expected: [UInt8]?) { #expect(Percent.decodeBytes(text) == expected) }

    /// RFC 3986, 2.3: the unreserved characters.
    @Test("what is encoded is one segment and comes back")
    func encode() {
        #expect(Percent.encode("AZaz09-._~") == "AZaz09-._~")
        #expect(Percent.encode("http://a/b?c=d&e f+\u{fc}%") == "http%3A%2F%2Fa%2Fb%3Fc%3Dd%26e%20f%2B%C3%BC%25")
        let all = String(decoding: (0..<128).map { UInt8($0) }, as: UTF8.self) + "\u{fc}\u{1f3b5}"
        #expect(Percent.decode(Percent.encode(all)) == all)
    }

    /// RFC 3986, 2.3: letters, digits and `-._~` stay.
    @Test("every byte but the unreserved is encoded, in upper case; a path keeps its slashes")
    func encoding() {
        let unreserved = "ABCXYZabcxyz0189-._~"
        #expect(Percent.encode(unreserved) == unreserved)
        #expect(
            Percent.encode(" !\"#$%&'()*+,/:;<=>?@[\\]^`{|}")
                == "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D")
        #expect(Percent.encode("a/b c/ü", keeping: .path) == "a/b%20c/%C3%BC")
        #expect(Percent.encode("\u{0}\u{7F}日") == "%00%7F%E6%97%A5")
    }

    @Test("decoding takes both cases, leaves plus alone, and refuses what is half a code or no text")
    func decoding() {
        #expect(Percent.decode("a%2fb%2Fc+%C3%BC") == "a/b/c+ü")
        for broken in ["%", "%2", "%2G", "a%zz", "%FF", "%C3"] { #expect(Percent.decode(broken) == nil) }
    }

    @Test("what is kept can be chosen")
    func kept() {
        #expect(Percent.encode("a%b c\u{fc}", keeping: .printable.removing("%")) == "a%25b c%C3%BC")
        #expect(Percent.decode("a+b%2B".utf8, plusIsSpace: true) == Array("a b+".utf8))
    }
}
