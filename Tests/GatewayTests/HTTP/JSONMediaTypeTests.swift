import HTTPServer
import Testing

@testable import GatewayService

@Suite("bodies that say that they are JSON")
struct JSONMediaTypeTests {
    private func check(_ type: String?) throws(Problem) {
        try JSONMediaType.check(
            HTTPRequest(method: "POST", target: "/", headers: type.map { [("content-type", $0)] } ?? []))
    }

    /// RFC 9110, 8.3.1: type and subtype are case-insensitive, parameters may follow; RFC 6839, 3.1: the suffix `+json`.
    @Test(
        "JSON is taken by every name that it has",
        arguments: [
            "application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=\"a\"",
            " application/json\t", "application/problem+json", "application/vnd.example.v1+json ; q=1",
        ])
    func taken(type: String) throws(Problem) { try check(type) }

    /// The first three are the ones that a page of another site may send without a preflight (Fetch Standard,
    /// "CORS-safelisted request-header").
    @Test(
        "what is not said to be JSON is refused, and the answer says what it was said to be",
        arguments: [
            ("text/plain", "'text/plain'"),
            ("application/x-www-form-urlencoded", "'application/x-www-form-urlencoded'"),
            ("multipart/form-data; boundary=a", "'multipart/form-data'"), (nil, "missing"), ("", "missing"),
            (";application/json", "missing"), ("text/json", "'text/json'"), ("text/plain+json", "'text/plain+json'"),
            ("application/jsonp", "'application/jsonp'"),
            ("application/json, text/plain", "'application/json,text/plain'"),
            ("text/plain; application/json", "'text/plain'"),
            (String(repeating: "a", count: 5000), "'" + String(repeating: "a", count: 100) + "'"),
        ] as [(String?, String)])
    func refused(type: String?, shown: String) {
        do {
            try check(type)
            Issue.record("taken")
        } catch {
            #expect(error.status == 415)
            #expect(error.slug == "unsupported-media-type")
            #expect(error.detail.hasSuffix("it is \(shown)"), "\(error.detail)")
        }
    }

    @Test(
        "both calls that take a body hold it to that",
        arguments: ["/api/v1/audio_clips/batch", "/api/generate-audio-clip"])
    func routes(path: String) async {
        let gateway = GatewayUnderTest()
        let body = #"{"clips":[{"episode_id":"x","start_time_ms":0}],"episode_id":"x","chunk_index":0}"#
        let refused = await gateway.ask("POST", path, headers: ["Content-Type": "text/plain"], body: body)
        #expect(refused.status == 415)
        #expect(gateway.topic.sent.isEmpty)
        let taken = gateway.begin("POST", path, headers: ["Content-Type": "application/b+json"], body: body)
        if taken.hasAnswer { #expect(await taken.answer().status == 200) }
    }
}
