import Domain
import HTTPServer
import Testing

@testable import GatewayService

@Suite("the routes")
struct RouteTests {
    private let router = GatewayUnderTest().router
    private static let clips = "/api/v1/audio_clips/"

    private func found(_ path: String) -> (pattern: String, segment: String)? {
        router.route(of: path).map { ($0.route.path.description, String($0.segment)) }
    }

    @Test(
        "the raw path decides, so that an encoded slash stays inside its segment",
        arguments: [
            ("abc", "{episode}", "abc"), ("a%2Fb", "{episode}", "a%2Fb"), ("health", "health", ""),
            ("batch", "batch", ""), ("batches", "{episode}", "batches"), ("requests", "{episode}", "requests"),
            ("é", "{episode}", "é"), ("{episode}", "{episode}", "{episode}"),
            ("requests/a%2F0-1.mp3", "requests/{clip}", "a%2F0-1.mp3"),
            ("requests/events", "requests/{clip}", "events"), ("requests/play", "requests/{clip}", "play"),
            ("abc/play", "{episode}/play", "abc"), ("a%2Fplay", "{episode}", "a%2Fplay"),
            ("play", "{episode}", "play"), ("play/play.mp3", "{episode}/play.{format}", "play"),
            ("abc.mp3", "{episode}", "abc.mp3"), ("a%2Fb/play.m4a", "{episode}/play.{format}", "a%2Fb"),
            ("abc/play.a.b", "{episode}/play.{format}", "abc"),
            ("requests/a%2F0-1.mp3/events", "requests/{clip}/events", "a%2F0-1.mp3"),
        ])
    func routes(path: String, pattern: String, segment: String) throws {
        let match = try #require(found(Self.clips + path))
        #expect(match.pattern == Self.clips + pattern)
        #expect(match.segment == segment)
    }

    @Test(
        "what is no path of the API has no route",
        arguments: [
            "//", "", clips, "/api/v1/audio_clips", clips + "a/b", clips + "requests/", "/livez/", "/livezz", "/live",
            clips + "requests//events",
            clips + "requests/a/b", clips + "requests/a/b/events", "/api/v1/audio_clip/a",
        ])
    func unknown(path: String) {
        #expect(found(path) == nil)
    }

    @Test(
        "an address that plays has one segment for the episode, and an end that is there",
        arguments: [
            "/play", "abc/play.", "abc/play/", "abc/playmp3", "abc/play.mp3/", "abc/def/play.mp3", "/play.mp3",
            "abc/display.mp3",
        ])
    func noPlay(path: String) {
        #expect(found(Self.clips + path) == nil)
    }

    @Test("every route is reached by its own pattern, and words in an episode's place are reserved")
    func table() throws {
        for route in router.routes {
            #expect(found(route.path.description)?.pattern == route.path.description)
        }
        #expect(router.routes.count > 5)
        #expect(GatewayAPI.reserved.isSuperset(of: ["health", "batch", "requests"]))
        #expect(!GatewayAPI.reserved.contains { $0.contains("{") || $0.isEmpty })
    }

    @Test("each route has a name of its own in metrics, unlike those of what is no route")
    func names() {
        let words = RouteLabel.allCases.map(\.word)
        #expect(Set(words).count == words.count)
        #expect(words.allSatisfy { $0.wholeMatch(of: /[a-z][a-z_]*/) != nil })
        #expect(router.routes.map(\.label.word) == GatewayAPI.table.map(\.name))
        #expect(RouteLabel(rawValue: words.count) == nil && RouteLabel(rawValue: 0) == .embedder)
    }

    @Test("the path of a clip's status leads back to its id")
    func statusPath() throws {
        let id = try ClipID(parsing: "https://example.com/x/0-1.mp3")
        let match = try #require(found(GatewayAPI.statusPath(of: id)))
        #expect(match.pattern == Self.clips + "requests/{clip}")
        #expect(match.segment == "https%3A%2F%2Fexample.com%2Fx%2F0-1.mp3")
    }

    /// RFC 9110, 10.2.1 and 15.5.6.
    @Test(
        "a path takes the methods that Allow lists, and no other",
        arguments: [
            (clips + "abc?start_time_ms=x", "GET, HEAD, OPTIONS"), (clips + "health", "GET, HEAD, OPTIONS"),
            ("/livez", "GET, HEAD, OPTIONS"), (clips + "requests/a%2F0-1.mp3", "GET, HEAD, OPTIONS"),
            (clips + "requests/a%2F0-1.mp3/events", "GET, HEAD, OPTIONS"), (clips + "batch", "POST, OPTIONS"),
            ("/api/v1/audio_clips/abc/play", "GET, HEAD, OPTIONS"),
            ("/api/v1/audio_clips/abc/play.wav", "GET, HEAD, OPTIONS"),
            ("/api/generate-audio-clip", "POST, OPTIONS"),
        ])
    func methods(path: String, allow: String) async {
        let gateway = GatewayUnderTest()
        let allowed = allow.split(separator: ", ").map(String.init)
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "TRACE"] {
            let reply = await gateway.ask(method, path, body: "{}")
            #expect((reply.status != 405) == allowed.contains(method), "\(method)")
            if reply.status == 405 {
                #expect(reply.value("Allow") == allow)
                #expect(reply.text.contains(#""reason":"method-not-allowed""#))
            }
        }
        #expect(await gateway.ask("OPTIONS", path).value("Allow") == allow)
    }
}

@Suite("what every request passes")
struct RouterTests {
    @Test("the embedder's refusal comes first, and is a problem like any other")
    func refusal() async {
        let gateway = GatewayUnderTest(
            embedder: GatewayEmbedder(refusal: { request in
                request.header("Host") == "evil.example" ? EdgeFault(.misdirectedRequest, "…") : nil
            }))
        for path in ["/livez", "/nowhere", GatewayUnderTest.clip(1)] {
            let reply = await gateway.ask(path, headers: ["Host": "evil.example", "X-Request-Id": "abc"])
            #expect(reply.status == 421)
            #expect(reply.value("Content-Type") == "application/problem+json")
            #expect(reply.value("X-Request-Id") == "abc")
            #expect(reply.values("Access-Control-Allow-Origin") == ["*"])
            #expect(
                reply.untraced
                    == #"{"type":"urn:cutroom:problem:misdirected-request","title":"The request is for another server","#
                    + #""status":421,"detail":"…","instance":"abc","reason":"misdirected-request"}"#)
        }
        #expect(await gateway.ask("/livez", headers: ["Host": "localhost"]).status == 200)
        #expect(gateway.topic.sent.isEmpty)
    }

    @Test("the embedder answers what is not the API's, and what neither knows is 404")
    func embedded() async {
        let gateway = GatewayUnderTest(
            embedder: GatewayEmbedder(answer: { request, responder in
                guard request.rawPath.hasPrefix("/clips/") || request.rawPath == "/livez" else { return nil }
                responder.complete(HTTPResponse(status: 206))
                return .later
            }))
        #expect(await gateway.ask("/clips/x").status == 206)
        #expect(await gateway.ask("/livez").status == 200)
        let reply = await gateway.ask("/nowhere", headers: ["X-Request-Id": "abc"])
        #expect(reply.status == 404)
        #expect(reply.text.contains(#""instance":"abc","reason":"not-found""#))
        #expect(gateway.lines.all.contains { $0.contains("A request is refused") && $0.contains("not-found") })
    }

    /// RFC 9110, 15.5 and 15.6: 501 and 505 are about what the request asks the server to speak.
    @Test(
        "what the server library refuses is a problem with the status that it chose",
        arguments: [
            (400, "malformed-request"), (414, "malformed-request"), (431, "malformed-request"),
            (501, "malformed-request"), (505, "malformed-request"), (413, "body-too-large"), (500, "internal-error"),
            (503, "stopping"),
        ])
    func library(status: Int, reason: String) {
        let head = HTTPRequest(method: "GET", target: "/", headers: [("X-Request-Id", "abc")]).head
        let problem = GatewayUnderTest().router.refused(status: status, detail: #"a "quote""#, head: head)
        #expect(problem.status == status)
        #expect(problem.text.contains(#""status":\#(status),"detail":"a \"quote\"","instance":"abc""#))
        #expect(problem.text.contains(#""reason":"\#(reason)""#))
        #expect(problem.value("X-Request-Id") == "abc")
        #expect(problem.value("Retry-After") == (status == 503 ? "1" : nil))
        #expect(problem.values("Access-Control-Allow-Origin") == ["*"])
    }

    @Test("an answer that has its CORS headers gets no second ones, and one that has none gets them")
    func finish() {
        let router = GatewayUnderTest(origins: ["https://app.example"]).router
        func finished(_ headers: [(name: String, value: String)], origin: String) -> HTTPResponse {
            var response = HTTPResponse(status: 200, headers: headers)
            router.finish(&response, HTTPRequest(method: "GET", target: "/", headers: [("Origin", origin)]).head)
            return response
        }
        let bare = finished([], origin: "https://app.example")
        #expect(bare.values("Access-Control-Allow-Origin") == ["https://app.example"])
        #expect(finished(bare.headers, origin: "https://app.example").headers.count == bare.headers.count)
        let foreign = finished([("Vary", "Origin")], origin: "https://evil.example")
        #expect(foreign.values("Vary") == ["Origin"])
        #expect(!foreign.has("Access-Control-Allow-Origin"))
    }

    @Test("only what depends on Accept says so")
    func vary() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        #expect(await gateway.ask(GatewayUnderTest.clip(1)).values("Vary").isEmpty)
        let auto = await gateway.ask(GatewayUnderTest.clip(1) + "&format=auto", headers: ["Accept": "audio/*"])
        #expect(auto.status == 200)
        #expect(auto.values("Vary") == ["Accept"])
        let none = await gateway.ask(GatewayUnderTest.clip(1) + "&format=auto", headers: ["Accept": "text/html"])
        #expect(none.status == 406)
        #expect(none.values("Vary") == ["Accept"])
        #expect(none.text.contains(#""available":[{"format":"mp3","media_type":"audio/mpeg"}"#))
        let wrong = await gateway.ask("/api/v1/audio_clips/a?format=auto")
        #expect(wrong.status == 400)
        #expect(wrong.values("Vary").isEmpty)
    }
}
