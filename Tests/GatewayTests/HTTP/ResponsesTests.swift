import Domain
import HTTPServer
import Testing

@testable import GatewayService

/// One problem for each reason that there is.
private let everyProblem: [Problem] =
    FailureReason.allCases.map { .clip($0, "…") } + EdgeReason.allCases.map { .edge($0, "…") }

@Suite("what clients read")
struct AnswersTests {
    private func hit(expiresIn: Int64) async throws -> HTTPResponse {
        let gateway = GatewayUnderTest(signer: FixedSigner(expiresIn: expiresIn))
        try gateway.hand.ready(1)
        return await gateway.ask(GatewayUnderTest.clip(1))
    }

    @Test("a hit is the contract's answer, and signs nothing but the clip's own object")
    func contract() async throws {
        let reply = try await hit(expiresIn: 90_000)
        #expect(reply.status == 200)
        #expect(reply.value("Content-Type") == "application/json")
        // The members as docs/openapi.yaml has them; the time is what `date -u -d @1790090000 +%FT%TZ` says.
        #expect(
            reply.text
                == #"{"clip_url":"https://clips.example/audio_clips/507f1f77bcf86cd799439011/1-30001_v2-1a2b3c4d.mp3","#
                + #""expires_at":"2026-09-22T15:13:20Z","cache_hit":true,"episode_id":"507f1f77bcf86cd799439011","#
                + #""start_time_ms":1,"duration_ms":30000,"generation_time_ms":0,"format":"mp3","exact":"sample"}"#)
    }

    @Test(
        "caches may keep an answer for half of what its URL has left, and not at all at its end",
        arguments: [(90_000, 45_000), (1001, 500), (1, 0), (0, 0), (-5, 0)])
    func maxAge(left: Int, age: Int) async throws {
        let reply = try await hit(expiresIn: Int64(left))
        #expect(reply.values("Cache-Control") == ["private, max-age=\(age)"])
    }

    @Test(
        "every problem with status 503 says when to ask again, at the earliest in a second",
        arguments: everyProblem)
    func retryAfter(problem: Problem) throws {
        let head = HTTPRequest(method: "GET", target: "/", headers: [("X-Request-Id", "abc")]).head
        let response = Responses.problem(problem, context: RequestContext(head, cors: CORS(origins: [])))
        #expect(response.status == problem.status)
        #expect(response.text.contains(#""instance":"abc","reason":"\#(problem.slug)""#))
        #expect(response.value("Cache-Control") == "no-store")
        if problem.status == 503 {
            let seconds = try #require(response.value("Retry-After").flatMap { Int($0) })
            #expect(seconds >= 1)
        } else {
            #expect(response.value("Retry-After") == nil)
        }
    }

    /// Four fifths to six fifths of what the work ahead takes, rounded up to the next second.
    @Test(
        "who is refused is told about when the work ahead will be done",
        arguments: [(40, 33...49), (1, 1...2), (0, 1...1), (100, 81...120), (3600, 120...120)])
    func refused(seconds: Int, told: ClosedRange<Int>) {
        for _ in 0..<100 {
            #expect(told.contains(Refusal.late(expected: .seconds(seconds)).retryAfterSeconds))
        }
        #expect((1...3).contains(Refusal.unmeasured.retryAfterSeconds))
        #expect(Refusal.full.retryAfterSeconds >= 1)
    }

    @Test("a refusal reaches the client with its time")
    func refusal() async throws {
        let gateway = GatewayUnderTest(hand: ClipStateBench(unmeasured: 1))
        gateway.hand.ask(1)
        let reply = await gateway.ask(GatewayUnderTest.clip(2))
        #expect(reply.status == 503)
        #expect(reply.text.contains(#""reason":"overloaded""#))
        #expect((1...3).contains(try #require(reply.value("Retry-After").flatMap { Int($0) })))
    }

    @Test("a gateway that is not ready says so with a time")
    func readiness() async {
        let gateway = GatewayUnderTest()
        let loading = await gateway.ask("/readyz")
        #expect(loading.status == 503)
        #expect(loading.value("Retry-After") == "1")
        gateway.condition.tableLoaded()
        let ready = await gateway.ask("/readyz")
        #expect(ready.status == 200)
        #expect(ready.value("Retry-After") == nil)
        gateway.condition.stopping()
        #expect(await gateway.ask("/readyz").value("Retry-After") == "1")
    }
}

@Suite("pages of other origins")
struct CORSTests {
    private let cors = CORS(origins: ["https://app.example", "https://b.example"])

    @Test(
        "an origin is allowed as a whole, and the answer to any other says that it depends on it",
        arguments: [
            "https://app.example.evil.com", "https://app.exampl", "https://app.example:8443", "http://app.example",
            "https://APP.example", "null", "*", "https://app.example,https://b.example",
        ])
    func foreign(origin: String) async {
        let gateway = GatewayUnderTest(origins: cors.origins)
        let reply = await gateway.ask("/livez", headers: ["Origin": origin])
        #expect(reply.values("Access-Control-Allow-Origin").isEmpty)
        #expect(reply.values("Vary") == ["Origin"])
    }

    @Test("an allowed origin is named, with what its pages may read")
    func allowed() async {
        let gateway = GatewayUnderTest(origins: cors.origins)
        let reply = await gateway.ask("/livez", headers: ["Origin": "https://b.example"])
        #expect(reply.values("Access-Control-Allow-Origin") == ["https://b.example"])
        #expect(reply.values("Vary") == ["Origin"])
        #expect(reply.value("Access-Control-Expose-Headers")?.contains("X-Request-Id") == true)
        let any = await GatewayUnderTest().ask("/livez", headers: ["Origin": "https://x.example"])
        #expect(any.values("Access-Control-Allow-Origin") == ["*"])
    }
    /// Fetch Standard, "CORS protocol and HTTP caches": `*` goes with every answer, and an answer that depends on the
    /// origin says so to everybody. Else a browser that fetched it without `Origin` gives it to a page out of its cache.
    @Test("an answer to a request without an Origin may be cached and given to one that has it")
    func withoutOrigin() async {
        let some = await GatewayUnderTest(origins: cors.origins).ask("/livez")
        #expect(some.values("Vary") == ["Origin"])
        #expect(some.values("Access-Control-Allow-Origin").isEmpty)
        let any = await GatewayUnderTest(origins: ["*"]).ask("/livez")
        #expect(any.values("Access-Control-Allow-Origin") == ["*"])
        #expect(any.values("Vary").isEmpty)
        let nobody = await GatewayUnderTest(origins: []).ask("/livez")
        #expect(nobody.values("Vary").isEmpty && nobody.values("Access-Control-Allow-Origin").isEmpty)
    }

    @Test("a preflight is answered with methods, headers and how long that holds")
    func preflight() async {
        let gateway = GatewayUnderTest(origins: cors.origins)
        let reply = await gateway.ask(
            "OPTIONS", "/api/v1/audio_clips/batch",
            headers: ["Origin": "https://app.example", "Access-Control-Request-Method": "POST"])
        #expect(reply.status == 204)
        #expect(reply.values("Access-Control-Allow-Origin") == ["https://app.example"])
        #expect(reply.value("Access-Control-Allow-Methods") == "POST, OPTIONS")
        #expect(reply.value("Access-Control-Max-Age") == "86400")
        // What is not on the Fetch Standard's safelist has to be named for a page to send it.
        let headers = reply.value("Access-Control-Allow-Headers")?.lowercased() ?? ""
        for name in ["content-type", "prefer", "x-request-id", "traceparent", "cache-control"] {
            #expect(headers.contains(name), "\(name)")
        }
    }
}
