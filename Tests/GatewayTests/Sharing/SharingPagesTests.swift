import Domain
import FoundationEssentials
import HTTPServer
import TestStack
import Testing

@testable import GatewayService

@Suite("the page of a clip", .timeLimit(.minutes(2)))
struct SharingPagesTests {
    private static let play = "/api/v1/audio_clips/\(ToldClip.hex)/play.mp3?start_time_ms=1&duration_ms=30000"

    @Test("tells title, feed and words, and has an audio element whose address plays the same clip")
    func whole() async throws {
        let gateway = GatewayUnderTest()
        try ToldClip.tell(gateway)
        let reply = await gateway.ask(ToldClip.page, headers: ToldClip.host)
        #expect(reply.status == 200)
        #expect(reply.value("Content-Type") == "text/html; charset=utf-8")
        let page = try await ReadPage(reply.text)
        #expect(page.title == "A title")
        for text in ["A title", "A feed", "Ann", "Is 1 < 2?"] { #expect(page.text.contains(text), "\(text)") }
        let source = try #require(page.all("audio").first?["src"])
        #expect(source == Self.play)
        let played = await gateway.ask(source)
        #expect(played.status == 307)
        #expect(played.value("Location")?.contains("\(ToldClip.hex)/1-30001_v") == true)
        #expect(page.all("script").map { $0["type"] } == ["application/ld+json"])
        #expect(gateway.topic.sent.isEmpty, "all is known: nothing is asked for")
    }

    /// Open Graph's required properties (ogp.me), and those of Twitter's player card.
    @Test("has Open Graph, a player card, oEmbed's discovery and schema.org's Clip, with whole URLs")
    func machines() async throws {
        let gateway = GatewayUnderTest()
        try ToldClip.tell(gateway, image: "https://img.example/a.jpg")
        let page = try await ReadPage(await gateway.ask(ToldClip.page, headers: ToldClip.host).text)
        let base = "http://clips.example.org"
        #expect(page.meta("og:url") == base + ToldClip.page)
        #expect(page.meta("og:audio") == base + Self.play)
        #expect(page.meta("og:image") == "https://img.example/a.jpg")
        #expect(page.meta("og:title") == "A title" && page.meta("og:type") == "website")
        #expect(page.meta("twitter:card") == "player")
        #expect(page.meta("twitter:player") == base + ToldClip.page.replacing("/c/", with: "/embed/"))
        let discovery = page.all("link").first { $0["type"] == "application/json+oembed" }
        #expect(
            discovery?["href"]?.hasPrefix(base + "/oembed?format=json&url=http%3A%2F%2Fclips.example.org%2Fc%2F")
                == true)
        let data = try JSONDecoder().decode(Episode.self, from: Data(page.data.utf8))
        #expect(data.type == "PodcastEpisode" && data.name == "A title")
        #expect(data.hasPart.startOffset == 0.001 && data.hasPart.endOffset == 30.001)
        #expect(data.hasPart.audio.contentUrl == base + Self.play)
        #expect(!page.all("img").contains { _ in true }, "a picture elsewhere would be loaded")
    }

    private struct Episode: Decodable {
        struct Clip: Decodable {
            struct Audio: Decodable { let contentUrl: String }
            let startOffset: Double
            let endOffset: Double
            let audio: Audio
        }
        let type: String
        let name: String?
        let hasPart: Clip
        private enum CodingKeys: String, CodingKey {
            case type = "@type"
            case name, hasPart
        }
    }

    @Test("says by CSP that nothing runs and nothing is loaded from elsewhere but the clip, and sets no cookie")
    func policy() async throws {
        let gateway = GatewayUnderTest(
            sharing: SharingSettings(frameAncestors: ["https://a.example", "https://*.b.example"]))
        try ToldClip.tell(gateway)
        let shared = "default-src 'none'; style-src 'self'; media-src 'self' https://clips.example; base-uri 'none'; "
        let page = await gateway.ask(ToldClip.page)
        #expect(page.value("Content-Security-Policy") == shared + "form-action 'none'; frame-ancestors 'none'")
        let embed = await gateway.ask(ToldClip.page.replacing("/c/", with: "/embed/"))
        #expect(
            embed.value("Content-Security-Policy") == shared
                + "form-action 'none'; frame-ancestors https://a.example https://*.b.example")
        for reply in [page, embed, await gateway.ask("/c/nothing")] {
            #expect(reply.value("X-Content-Type-Options") == "nosniff")
            #expect(reply.value("Referrer-Policy") == "no-referrer")
            #expect(reply.value("Set-Cookie") == nil)
            let read = try await ReadPage(reply.text)
            #expect(read.elements.allSatisfy { $0.attributes.keys.allSatisfy { !$0.hasPrefix("on") && $0 != "style" } })
            #expect(read.all("link").filter { $0["rel"] == "stylesheet" }.map { $0["href"] } == ["/c.css"])
        }
        #expect(await gateway.ask("/c.css").value("Content-Type") == "text/css; charset=utf-8")
    }

    private static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</title><script>alert(1)</script>", "--><b>",
        "' onx='",
        "</script><script>alert(1)</script>", "<!--<script>", "&lt;script&gt; &amp;", "]]>", "\u{202E}evil\u{2066}",
        String(repeating: "<b>", count: 4_000), "\u{0}\u{1B}[2J", "{{7*7}}", "javascript:alert(1)",
    ]

    @Test("shows as text whatever the catalog and the transcript say", arguments: hostile)
    func hostile(text: String) async throws {
        let gateway = GatewayUnderTest()
        // What is longer than an answer may say is not shown at all.
        try ToldClip.tell(gateway, title: text, feed: text, said: text)
        let plain = GatewayUnderTest()
        try ToldClip.tell(plain, title: "x", feed: "x", said: "x")
        for target in [ToldClip.page, ToldClip.page.replacing("/c/", with: "/embed/")] {
            let reply = await gateway.ask(target, headers: ToldClip.host)
            #expect(reply.status == 200 && reply.text.utf8.count < 200_000)
            let page = try await ReadPage(reply.text)
            let expected = try await ReadPage(await plain.ask(target, headers: ToldClip.host).text)
            let tags = page.elements.map(\.tag).filter { !["p", "cite", "bdi", "blockquote"].contains($0) }
            #expect(tags == expected.elements.map(\.tag).filter { !["p", "cite", "bdi", "blockquote"].contains($0) })
            #expect(
                page.elements.map { Set($0.attributes.keys) }.reduce(into: Set()) { $0.formUnion($1) }
                    == expected.elements.map { Set($0.attributes.keys) }.reduce(into: Set()) { $0.formUnion($1) })
            if target == ToldClip.page { _ = try JSONDecoder().decode(Episode.self, from: Data(page.data.utf8)) }
            let turning: [Unicode.Scalar] = ["\u{202E}", "\u{2066}", "\u{1B}", "\u{0}"]
            #expect(!reply.text.unicodeScalars.contains { turning.contains($0) })
        }
    }

    @Test("links to the whole episode at its moment where the operator says how")
    func link() async throws {
        let template = try LinkTemplate("https://listen.example/{episode}?t={start_s}&to={end_ms}")
        let gateway = GatewayUnderTest(sharing: SharingSettings(link: template))
        try ToldClip.tell(gateway)
        let page = try await ReadPage(await gateway.ask(ToldClip.page).text)
        #expect(page.all("a").contains { $0["href"] == "https://listen.example/\(ToldClip.hex)?t=0&to=30001" })
        for wrong in [
            "/listen/{episode}", "https://", "https://a.example/{guid}", "https://a.example/}", "https://a.example/{",
        ] {
            #expect(throws: LinkTemplate.Fault.self, "\(wrong)") { try LinkTemplate(wrong) }
        }
    }

    @Test("is 410 for a clip that was taken down, begins nothing then, and comes back with the clip")
    func gone() async throws {
        let gateway = GatewayUnderTest()
        try ToldClip.tell(gateway)
        gateway.clipState.sawRemoval(of: ClipStateBench.id(1))
        for target in [
            ToldClip.page, ToldClip.page.replacing("/c/", with: "/embed/"), ToldClip.page + "/soundbite.xml",
        ] {
            #expect(await gateway.ask(target).status == 410)
        }
        #expect(gateway.topic.sent.isEmpty)
        try gateway.hand.ready(1)
        #expect(await gateway.ask(ToldClip.page).status == 200)
    }

    @Test("is 410 too for a clip that a look at it has found to be beyond making")
    func lost() async throws {
        let gateway = GatewayUnderTest()
        try ToldClip.tell(gateway)
        gateway.hand.ask(1, recheck: true)
        #expect(gateway.clipState.saw(failure: ClipFault(.noSuchEpisode, "…"), of: ClipStateBench.id(1)) == nil)
        #expect(await gateway.ask(ToldClip.page).status == 410)
    }

    @Test(
        "says what is wrong with an address that can have no page",
        arguments: [
            ("/c/nothing", 400), ("/c/%FF", 400), ("/c/507f1f77bcf86cd799439011%2F5-1.mp3", 400),
            ("/c/507f1f77bcf86cd799439011%2Fchunk-1.mp3", 400), ("/c/507f1f77bcf86cd799439011%2F1-30001.peaks", 400),
            ("/c/507f1f77bcf86cd799439011%2F0-90000.mp3", 400),
            ("/c/507f1f77bcf86cd799439011%2F10000-40000~sentence-4000-at-39999.mp3", 400),
            ("/s/nothing", 404),
        ])
    func malformed(target: String, status: Int) async throws {
        let gateway = GatewayUnderTest()
        let reply = await gateway.ask(target)
        #expect(reply.status == status)
        #expect(reply.value("Content-Type") == "text/html; charset=utf-8")
        #expect(try await ReadPage(reply.text).all("h1").count == 1)
        #expect(gateway.topic.sent.isEmpty)
    }

    @Test(
        "of an unknown clip has clip and words asked for, and is answered as soon as their words are known, without the sound"
    )
    func cold() async throws {
        let gateway = GatewayUnderTest(sharing: SharingSettings(wait: .seconds(3600)))
        let waiting = gateway.begin(ToldClip.page)
        _ = try await gateway.topic.sent(2)
        #expect(gateway.topic.clips.sorted() == ["\(ToldClip.hex)/1-30001.mp3", "\(ToldClip.hex)/1-30001.transcript"])
        let words = try SaidInClip(1)
        try words.resolved(for: gateway, title: "Late", about: nil)
        #expect(!waiting.hasAnswer)
        try words.stored(for: gateway)
        let reply = await waiting.answer()
        #expect(reply.status == 200 && reply.text.contains("Is 1 &lt; 2?") && reply.text.contains("<bdi>Late</bdi>"))
    }

    @Test("is 404 where the episode is unknown, and tells what there is when its time is up or nothing may begin")
    func unknown() async throws {
        let gateway = GatewayUnderTest(sharing: SharingSettings(wait: .seconds(3600)))
        let waiting = gateway.begin(ToldClip.page)
        _ = try await gateway.topic.sent(2)
        _ = gateway.clipState.saw(failure: ClipFault(.noSuchEpisode, "…"), of: ClipStateBench.id(1))
        #expect(await waiting.answer().status == 404)
        let impatient = GatewayUnderTest(sharing: SharingSettings(wait: .milliseconds(1)))
        let reply = await impatient.ask(ToldClip.page)
        #expect(reply.status == 200 && reply.text.contains("<audio "))
        let leaving = impatient.begin(ToldClip.page.replacing("mp3", with: "opus"))
        leaving.hangUp()
        #expect(impatient.clipState.follow(ClipStateBench.id(1), {}) != nil)
    }
}
