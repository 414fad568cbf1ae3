import Domain
import FoundationEssentials
import HTTPServer
import TestStack
import Testing

@testable import GatewayService

/// A clip of which a gateway has heard everything that a page tells.
struct ToldClip {
    static let hex = "507f1f77bcf86cd799439011"
    static let page = "/c/\(hex)%2F1-30001.mp3"
    static let host = ["Host": "clips.example.org"]

    /// - Parameter said: what is spoken in it.
    static func tell(
        _ gateway: GatewayUnderTest, title: String? = "A title", feed: String? = "A feed", image: String? = nil,
        said: String = "Is 1 < 2?"
    ) throws {
        try gateway.hand.ready(1)
        let window = try #require(ClipWindow(startMs: 1, endMs: 30_001))
        gateway.take(
            try ClipResolved(
                clipID: ClipStateBench.id(1), budget: .seconds(100), episode: try #require(ObjectID(hex: hex)),
                guid: "guid", feedSlug: "feed", title: title,
                about: EpisodeAbout(feedTitle: feed, imageURL: image), window: window))
        let words = try SaidInClip(1, said)
        try words.resolved(for: gateway, title: title, about: EpisodeAbout(feedTitle: feed, imageURL: image))
        try words.stored(for: gateway)
    }
}

/// A page as Python's own HTML parser reads it, which is none of ours.
struct ReadPage: Decodable {
    struct Element: Decodable {
        let tag: String
        let attributes: [String: String]
    }

    let elements: [Element]
    /// What is read as text, without what stands in `script` and `title`.
    let text: String
    let title: String
    /// What stands in `script`.
    let data: String

    init(_ html: String) async throws {
        let read = """
            import json, sys
            from html.parser import HTMLParser
            class Reader(HTMLParser):
                def __init__(self):
                    super().__init__(convert_charrefs=True)
                    self.elements, self.open = [], []
                    self.found = {"text": "", "title": "", "script": ""}
                def handle_starttag(self, tag, attributes):
                    self.elements.append({"tag": tag, "attributes": {name: value or "" for name, value in attributes}})
                    if tag in ("title", "script"): self.open.append(tag)
                def handle_endtag(self, tag):
                    if self.open and self.open[-1] == tag: self.open.pop()
                def handle_data(self, data):
                    self.found[self.open[-1] if self.open else "text"] += data
            reader = Reader()
            reader.feed(sys.stdin.read())
            reader.close()
            assert not reader.open, "unclosed"
            print(json.dumps({"elements": reader.elements, "text": reader.found["text"], "title": reader.found["title"],
                              "data": reader.found["script"]}))
            """
        let told = try await Tool.run("python3", ["-c", read], input: Array(html.utf8))
        self = try JSONDecoder().decode(ReadPage.self, from: Data(told))
    }

    func all(_ tag: String) -> [[String: String]] { elements.filter { $0.tag == tag }.map(\.attributes) }

    /// Of `meta` with this `property` or `name`.
    func meta(_ name: String) -> String? {
        all("meta").first { $0["property"] == name || $0["name"] == name }?["content"]
    }
}
