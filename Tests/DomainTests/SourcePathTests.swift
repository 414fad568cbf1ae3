import Testing

@testable import Domain

@Suite("where an episode's audio lies")
struct SourcePathTests {
    @Test("a guid whose segments are safe stands in the key as it is")
    func plain() {
        for guid in ["1a4f7e52", "tag:example,2024:1", "a/b/c", "https%3A%2F%2Fx", "http:", "…"] {
            #expect(SourcePath.prefixes(feedSlug: "feed", guid: guid) == ["feed/\(guid)/audio/"])
        }
    }

    /// The encoded ones: `python3 -c 'import urllib.parse, sys; print(urllib.parse.quote(sys.argv[1], safe=""))'`. The folded
    /// ones: what versitygw 1.8.0 lists after a PUT of the key with the guid as it is.
    @Test(
        "a guid that is a URL is looked for in one encoded segment, and then without its empty segments",
        arguments: [
            (
                "https://blog.example/?p=123", "https%3A%2F%2Fblog.example%2F%3Fp%3D123",
                "https:/blog.example/?p=123"
            ),
            ("http://x.example/a//b/", "http%3A%2F%2Fx.example%2Fa%2F%2Fb%2F", "http:/x.example/a/b"),
            ("x-feed.1+a://ü", "x-feed.1%2Ba%3A%2F%2F%C3%BC", "x-feed.1+a:/ü"),
        ])
    func urls(guid: String, encoded: String, folded: String) {
        #expect(
            SourcePath.prefixes(feedSlug: "feed", guid: guid) == ["feed/\(encoded)/audio/", "feed/\(folded)/audio/"])
        #expect(SourcePath.isUsable(guid: guid))
    }

    @Test("a URL with dots as segments is looked for in its encoded form alone, which leads nowhere else")
    func dots() {
        #expect(
            SourcePath.prefixes(feedSlug: "feed", guid: "https://x/../../other/secret")
                == ["feed/https%3A%2F%2Fx%2F..%2F..%2Fother%2Fsecret/audio/"])
    }

    @Test(
        "what could lead elsewhere, and is no URL, is not usable",
        arguments: [
            "", "/a", "a//b", "a/../b", ".", "..", "a/", "a\nb", "://x", "https://", "1https://x/", "ht tp://x/",
            "https://x/\u{7F}", "//x/y", String(repeating: "g", count: 1025),
            "https://" + String(repeating: "g", count: 1017),
        ])
    func unusable(guid: String) {
        #expect(!SourcePath.isUsable(guid: guid))
        #expect(SourcePath.prefixes(feedSlug: "feed", guid: guid) == [])
    }
}
