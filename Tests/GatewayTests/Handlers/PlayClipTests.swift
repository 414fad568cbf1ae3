import Domain
import HTTPServer
import Telemetry
import Testing

@testable import GatewayService

/// RFC 9110, 15.4.8: a 307 keeps the method, and `Location` is where to go.
@Suite("an address that plays", .timeLimit(.minutes(1)))
struct PlayClipTests {
    private static let episode = "/api/v1/audio_clips/507f1f77bcf86cd799439011"
    private static let play = "\(episode)/play?start_time_ms=1"

    /// The URL of the clip that `ClipStateBench.ready(1)` makes ready.
    private func location(_ gateway: GatewayUnderTest) async throws -> String {
        let text = await gateway.ask(GatewayUnderTest.clip(1)).text
        return try #require(text.firstMatch(of: #/"clip_url":"([^"]+)"/#).map { String($0.1) }).replacing(
            "\\/", with: "/")
    }

    @Test("leads to the very URL that the clip's answer names, by GET and by HEAD", arguments: ["GET", "HEAD"])
    func hit(method: String) async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        let reply = await gateway.ask(method, Self.play)
        #expect(reply.status == 307)
        let url = try await location(gateway)
        #expect(reply.value("Location") == url + (method == "HEAD" ? "?HEAD" : ""))
        #expect(reply.text.isEmpty)
        #expect(reply.value("Content-Type") == nil)
        #expect(reply.value("Server-Timing")?.hasPrefix("hit;") == true)
        #expect(reply.value("Access-Control-Allow-Origin") == "*")
    }

    private static let lives: [(expiresIn: Int64, maxAge: Int64)] = {
        let hour: Int64 = 3600
        let left: Int64 = hour - ClipStateBench.now % hour
        return [(90_000, left), (100, 50), (1, 0), (-5, 0)]
    }()

    /// `ClipStateBench.now` is so many seconds after a full hour, in which all URLs are the same.
    @Test(
        "is kept by a cache only as long as its URL stays the same, and never beyond half of what that has left",
        arguments: lives)
    func cached(expiresIn: Int64, maxAge: Int64) async throws {
        let gateway = GatewayUnderTest(signer: FixedSigner(expiresIn: expiresIn))
        try gateway.hand.ready(1)
        #expect(await gateway.ask(Self.play).value("Cache-Control") == "private, max-age=\(maxAge)")
        #expect(await gateway.ask("HEAD", Self.play).value("Cache-Control") == "no-store", "it is signed for HEAD")
    }

    @Test("waits for a clip that is not there yet, and leads to it then")
    func cold() async throws {
        let gateway = GatewayUnderTest()
        let waiting = gateway.begin(Self.play)
        #expect(try await gateway.topic.sent(1).count == 1)
        #expect(gateway.topic.clips == [ClipStateBench.id(1).description])
        #expect(!waiting.hasAnswer)
        try gateway.hand.ready(1)
        #expect(await waiting.answer().status == 307)
        #expect(gateway.clipState.figures.waiters == 0)
    }

    @Test("a client that hangs up frees its waiter")
    func hangUp() {
        let gateway = GatewayUnderTest()
        let waiting = gateway.begin(Self.play)
        #expect(gateway.clipState.figures.waiters == 1)
        waiting.hangUp()
        #expect(gateway.clipState.figures.waiters == 0)
        #expect(!waiting.hasAnswer)
    }

    @Test(
        "download=1 has the clip saved under a name that says what it is",
        arguments: [("&download=1", true), ("&download=0", false), ("", false)])
    func download(query: String, isSaved: Bool) async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        let location = try #require(await gateway.ask(Self.play + query).value("Location"))
        #expect(location.hasSuffix("?as=507f1f77bcf86cd799439011 0h00m00s.mp3") == isSaved)
    }

    @Test("its end may name the format instead of the query")
    func endings() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        #expect(await gateway.ask("\(Self.episode)/play.mp3?start_time_ms=1").status == 307)
        for format in ClipFormat.each where format != .mp3 {
            _ = gateway.begin("\(Self.episode)/play.\(format.name)?start_time_ms=1")
            _ = gateway.begin("\(Self.episode)/play?start_time_ms=1&format=\(format.name)")
        }
        _ = try await gateway.topic.sent(ClipFormat.each.count - 1)
        #expect(
            Set(gateway.topic.clips)
                == Set(ClipFormat.each.dropFirst().map { "507f1f77bcf86cd799439011/1-30001.\($0.name)" }))
    }

    @Test(
        "what is wrong is a problem like the clip's own, with all of it named",
        arguments: [
            ("/play", ["start_time_ms"]), ("/play?start_time_ms=-1&download=yes", ["download", "start_time_ms"]),
            ("/play.exe?start_time_ms=1", ["format"]), ("/play.auto?start_time_ms=1", ["format"]),
            ("/play.mp3?start_time_ms=1&format=mp3", ["format"]), ("/play.mp3?start_time_ms=1&format=auto", ["format"]),
            ("/play?start_time_ms=1&download=1&download=1", ["download"]),
            ("/play?start_time_ms=1&duration=5", ["duration"]), ("/play.%6D%703?start_time_ms=1", ["format"]),
        ])
    func wrong(path: String, names: [String]) async throws {
        let reply = await GatewayUnderTest().ask(Self.episode + path)
        #expect(reply.status == 400)
        #expect(reply.value("Content-Type") == "application/problem+json")
        let errors = try #require(reply.text.firstRange(of: #""errors":"#)).upperBound
        let told = reply.text[errors...].matches(of: #/"name":"([a-z_]+)"/#).map { String($0.1) }
        #expect(told.sorted() == names.sorted(), "\(reply.text)")
    }

    @Test("failures, refusals and progress are told as for the clip itself")
    func problems() async throws {
        let gateway = GatewayUnderTest(hand: ClipStateBench(unmeasured: 1))
        #expect(gateway.clipState.saw(failure: ClipFault(.noAudio, "…"), of: ClipStateBench.id(1)) == nil)
        let failed = await gateway.ask(Self.play)
        #expect((failed.status, failed.value("Cache-Control")) == (422, "no-store"))
        let accepted = await gateway.ask(
            "\(Self.episode)/play?start_time_ms=2", headers: ["Prefer": "respond-async"])
        #expect(accepted.status == 202)
        #expect(accepted.value("Location") == GatewayUnderTest.progress(2))
        #expect(await gateway.ask("\(Self.episode)/play?start_time_ms=3").status == 503)
        #expect(await gateway.ask("POST", Self.play, body: "{}").status == 405)
    }

    @Test("without a key that is needed nothing begins, and Accept counts where the format is left to it")
    func negotiated() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        let auto = await gateway.ask(Self.play + "&format=auto", headers: ["Accept": "audio/*"])
        #expect(auto.status == 307)
        #expect(auto.values("Vary") == ["Accept"])
        #expect(await gateway.ask(Self.play).values("Vary").isEmpty)
        #expect(await gateway.ask(Self.play + "&format=auto", headers: ["Accept": "text/html"]).status == 406)
    }

    @Test("counts under a name of its own in metrics")
    func counted() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        _ = await gateway.ask(Self.play)
        _ = await gateway.ask("\(Self.episode)/play.mp3?start_time_ms=1")
        let text = String(decoding: MetricsText.prometheus.write(gateway.instruments), as: UTF8.self)
        for route in ["play", "play_as"] {
            #expect(
                text.contains(#"cutroom_clip_requests_total{route="\#(route)",status="3xx",outcome="hit"} 1"#),
                "\(route)")
        }
    }
}
