import Domain
import FoundationEssentials
import Testing

@Suite("what is told of an episode")
struct EpisodeAboutTests {
    @Test("is on one line, bounded, and without what turns or hides text")
    func cleaned() {
        let about = EpisodeAbout(
            episodeTitle: " a\n\u{202E}b\u{0}c ", feedTitle: String(repeating: "é", count: 10_000))
        #expect(about.episodeTitle == "a b c")
        #expect(about.feedTitle == String(repeating: "é", count: 128))
        #expect(EpisodeAbout(episodeTitle: "\u{202E}").isEmpty)
    }

    /// RFC 3986, 2: other characters than these are percent-encoded in a URL.
    @Test(
        "has a picture only by a URL of http or https",
        arguments: [
            ("https://img.example/a.jpg?b=1", true), ("HTTP://img.example", true), ("javascript:alert(1)", false),
            ("//img.example/a", false), ("https://", false), ("https:///a", false), ("https://a/\"onx", false),
            ("https://a/ b", false), ("https://a/<", false), ("data:image/png;base64,AA", false),
            ("https://a/" + String(repeating: "b", count: 503), false),
        ])
    func pictures(url: String, isKept: Bool) { #expect((EpisodeAbout(imageURL: url).imageURL == url) == isKept) }

    @Test("is cleaned where it is read too, and what has the wrong type is an error")
    func decoded() throws {
        let about = try JSONDecoder().decode(
            EpisodeAbout.self, from: Data(#"{"feed_title":"a\u0000b","image_url":"javascript:x","later":1}"#.utf8))
        #expect(about == EpisodeAbout(feedTitle: "a b"))
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(EpisodeAbout.self, from: Data(#"{"feed_title":1}"#.utf8))
        }
    }
}
