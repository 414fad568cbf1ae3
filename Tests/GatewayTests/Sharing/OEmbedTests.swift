import Domain
import FoundationEssentials
import HTTPServer
import TestStack
import Testing
import Text

@testable import GatewayService

/// oembed.com, 2.2 to 2.3.4.
@Suite("oEmbed, short links and soundbites", .timeLimit(.minutes(2)))
struct OEmbedTests {
    private static let page = "http://clips.example.org" + ToldClip.page

    private func ask(_ gateway: GatewayUnderTest, _ url: String = page, _ further: String = "") async -> HTTPResponse {
        await gateway.ask("/oembed?url=" + Percent.encode(url) + further, headers: ToldClip.host)
    }

    private struct Answer: Decodable {
        let type: String
        let version: String
        let title: String
        let html: String
        let width: Int
        let height: Int
    }

    @Test("JSON has what type rich requires, and its HTML is one frame of that size with the clip's player")
    func json() async throws {
        let gateway = GatewayUnderTest()
        try ToldClip.tell(gateway, title: "<b> & \"so\"")
        let reply = await ask(gateway, Self.page, "&maxwidth=320&maxheight=100")
        #expect(reply.status == 200 && reply.value("Content-Type") == "application/json")
        let answer = try JSONDecoder().decode(Answer.self, from: Data(reply.text.utf8))
        #expect(answer.type == "rich" && answer.version == "1.0" && answer.title == "<b> & \"so\"")
        #expect((answer.width, answer.height) == (320, 100))
        let html = try await ReadPage(answer.html)
        #expect(html.elements.map(\.tag) == ["iframe"])
        let frame = try #require(html.all("iframe").first)
        #expect(frame["width"] == "320" && frame["height"] == "100" && frame["title"] == "<b> & \"so\"")
        let source = try #require(frame["src"])
        #expect(source == Self.page.replacing("/c/", with: "/embed/"))
        let path = source.dropFirst("http://clips.example.org".count)
        #expect(await gateway.ask(String(path)).text.contains("<audio "))
    }

    @Test("XML says the same, as another parser reads it")
    func xml() async throws {
        let gateway = GatewayUnderTest()
        try ToldClip.tell(gateway, title: "<b> & 'so'")
        let reply = await ask(gateway, Self.page, "&format=xml")
        #expect(reply.status == 200 && reply.value("Content-Type") == "text/xml")
        let list = """
            import sys, xml.etree.ElementTree as tree
            root = tree.fromstring(sys.stdin.buffer.read())
            assert root.tag == "oembed"
            print(*[root.findtext(name) for name in ("type", "version", "title", "width", "height")], sep="|")
            """
        let told = try await Tool.run("python3", ["-c", list], input: Array(reply.text.utf8))
        #expect(String(decoding: told, as: UTF8.self) == "rich|1.0|<b> & 'so'|600|160\n")
    }

    @Test("refuses as the specification says: 404 for other addresses, 501 for other formats")
    func refusals() async throws {
        let gateway = GatewayUnderTest()
        try ToldClip.tell(gateway)
        #expect(await ask(gateway, "http://other.example" + ToldClip.page).status == 404)
        #expect(await ask(gateway, "http://clips.example.org/api/v1/audio_clips/health").status == 404)
        #expect(await ask(gateway, "http://clips.example.org/c/nothing").status == 404)
        #expect(await ask(gateway, Self.page, "&format=yaml").status == 501)
        for wrong in ["&maxwidth=0", "&maxwidth=-1", "&maxheight=wide", "&url=x"] {
            #expect(await ask(gateway, Self.page, wrong).status == 400, "\(wrong)")
        }
        #expect(await gateway.ask("/oembed", headers: ToldClip.host).status == 400)
        #expect(await ask(gateway, Self.page.replacing("/c/", with: "/embed/") + "#x").status == 200)
        gateway.clipState.sawRemoval(of: ClipStateBench.id(1))
        #expect(await ask(gateway).status == 410)
    }

    @Test("PUBLIC_URL is the address, whatever Host says, and a Host that is none names nothing")
    func base() async throws {
        let gateway = GatewayUnderTest(sharing: SharingSettings(publicURL: BaseURL("https://Clips.example.org:8443/")))
        try ToldClip.tell(gateway)
        let page = try await ReadPage(await gateway.ask(ToldClip.page, headers: ["Host": "evil.example"]).text)
        #expect(page.meta("og:url") == "https://clips.example.org:8443" + ToldClip.page)
        let plain = GatewayUnderTest()
        try ToldClip.tell(plain)
        for host in ["a\"b", "a b", "a/b", "<x>", "a:b", "[::1", "", "a@b"] {
            let read = try await ReadPage(await plain.ask(ToldClip.page, headers: ["Host": host]).text)
            #expect(read.meta("og:url") == nil, "\(host)")
        }
        for host in ["localhost:8080", "[::1]:8080", "192.0.2.1"] { #expect(BaseURL(host: host) != nil, "\(host)") }
        for wrong in ["clips.example.org", "ftp://a", "https://a/b", "https://"] {
            #expect(BaseURL(wrong) == nil, "\(wrong)")
        }
    }

    private static let ids = [
        "507f1f77bcf86cd799439011/30000-60000.mp3", "507f1f77bcf86cd799439011/0-1.opus",
        "507f1f77bcf86cd799439011/2147483600-2147483647.mp3", "507f1f77bcf86cd799439011/30000-60000~sentence-4000.mp3",
        "507f1f77bcf86cd799439011/30000-60000~sentence-4000-at-45000.m4a", "https://blog.example/?p=1&q=ü/0-15000.webm",
    ]

    @Test("a short link leads to its clip's page, and with one character changed nowhere", arguments: ids)
    func short(text: String) async throws {
        let id = try ClipID(parsing: text)
        let code = ShortCode.encode(id)
        let reply = await GatewayUnderTest().ask("/s/\(code)")
        #expect(reply.status == 308)
        #expect(reply.value("Location") == "/c/" + Percent.encode(text))
        #expect(code.utf8.allSatisfy { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "+") })
        if text.hasSuffix("/30000-60000.mp3") { #expect(code.utf8.count <= 32) }
        for place in code.indices {
            for other in "A0_" where other != code[place] {
                #expect(ShortCode.decode(code.replacingCharacter(at: place, by: other)) == nil)
            }
        }
        for count in [0, 1, 5, code.count - 1] { #expect(ShortCode.decode(code.prefix(count)) == nil) }
        #expect(ShortCode.decode(code + "A") == nil)
    }

    /// podcastindex.org/namespace/1.0, "Soundbite": seconds as decimal numbers, and a text of at most 128 characters.
    @Test("a soundbite has the clip's start, length and title, as another parser reads them")
    func soundbite() async throws {
        let gateway = GatewayUnderTest()
        try ToldClip.tell(gateway, title: String(repeating: "<&> ", count: 60))
        let reply = await gateway.ask(ToldClip.page + "/soundbite.xml")
        #expect(reply.status == 200 && reply.value("Content-Type") == "application/xml")
        let list = """
            import sys, xml.etree.ElementTree as tree
            root = tree.fromstring(sys.stdin.buffer.read())
            assert root.tag == "{https://podcastindex.org/namespace/1.0}soundbite", root.tag
            assert root.text.startswith("<&> <&>") and len(root.text) <= 128, root.text
            print(root.get("startTime"), root.get("duration"))
            """
        let told = try await Tool.run("python3", ["-c", list], input: Array(reply.text.utf8))
        #expect(String(decoding: told, as: UTF8.self) == "0.001 30.000\n")
    }
}

extension String {
    fileprivate func replacingCharacter(at place: Index, by other: Character) -> String {
        String(self[..<place]) + String(other) + String(self[index(after: place)...])
    }
}
