import Testing

@testable import ObjectStore

@Suite struct KeyTests {
    @Test(
        "a key that means something else on the way is refused",
        arguments: [
            "", "/a", "a//b", "a/", ".", "..", "a/../b", "./a", "a/.", "a\u{0}b", "a\nb", "a\u{7F}",
            String(repeating: "k", count: 1_025),
        ])
    func refused(key: String) {
        #expect { try ObjectKeyRules.check(key) } throws: { error in
            guard case .invalidKey? = error as? ObjectStoreFault else { return false }
            return true
        }
    }

    @Test(
        "odd keys are keys",
        arguments: [
            "a", "...", "a/...", ".hidden", "a b+c%d&e=f?g#h", "ü/é/日本", "'\"<>|*",
            String(repeating: "k", count: 1_024),
        ])
    func accepted(key: String) throws { try ObjectKeyRules.check(key) }

    /// The hash: `printf %s 'W/"x"' | sha256sum`, and the like for the others.
    @Test(
        "an entity tag's version is eight letters and digits",
        arguments: [
            ("\"fba9dede5f27731c9771645a39863328\"", "fba9dede"), ("\"ABCdef12-3\"", "ABCdef12"),
            ("W/\"0123456789\"", "01234567"), ("0123456789", "01234567"),
            ("W/\"x\"", "034152cd"), ("\"a-b-c-d-e-f\"", "c4db7d44"),
        ])
    func versions(text: String, version: String) throws { #expect(try #require(ETag(text)).version == version) }

    @Test(
        "a tag that no header can carry is none",
        arguments: ["", "\"a b\"", "\"a\r\n\"", "\"ü\"", String(repeating: "e", count: 1_025)])
    func tags(text: String) { #expect(ETag(text) == nil) }
}
