import Domain
import HTTPServer
import ObjectStore
import Testing

@testable import GatewayService

@Suite("how far a request is")
struct RequestStatusTests {
    private let path = GatewayUnderTest.progress(1)
    private let clip = #""clip_id":"507f1f77bcf86cd799439011/1-30001.mp3""#

    /// The statuses of docs/http.md, in the order in which they come.
    @Test("each status is told with the clip's id, by GET alone and without causing any work")
    func stages() async throws {
        let gateway = GatewayUnderTest()
        #expect(await gateway.ask(path).status == 404)
        gateway.hand.ask(1)
        #expect(await gateway.ask(path).text == #"{"status":"queued",\#(clip)}"#)
        gateway.clipState.saw(.resolving, of: ClipStateBench.id(1))
        #expect(await gateway.ask(path).text == #"{"status":"resolving",\#(clip)}"#)
        gateway.clipState.saw(.cutting, of: ClipStateBench.id(1))
        let cutting = await gateway.ask(path)
        #expect(cutting.text == #"{"status":"cutting",\#(clip)}"#)
        #expect(cutting.status == 200)
        #expect(cutting.value("Cache-Control") == "no-store")
        gateway.hand.clock.advance(by: .milliseconds(250))
        try gateway.hand.ready(1)
        let ready = await gateway.ask(path).text
        #expect(ready.hasPrefix(#"{"status":"ready",\#(clip),"clip":{"clip_url":"https://clips.example/"#))
        #expect(ready.contains(#""cache_hit":false"#) && ready.contains(#""generation_time_ms":250"#))
        #expect(gateway.topic.sent.isEmpty)
    }

    @Test("a failure is told as the problem that a request for the clip would get")
    func failed() async {
        let gateway = GatewayUnderTest()
        gateway.hand.ask(1)
        let fault = ClipFault(.startPastEnd, "too late", episodeDuration: .milliseconds(600_000))
        #expect(gateway.clipState.saw(failure: fault, of: ClipStateBench.id(1)) == nil)
        let reply = await gateway.ask(path, headers: ["X-Request-Id": "abc"])
        #expect(reply.status == 200)
        #expect(
            reply.untraced
                == #"{"status":"failed",\#(clip),"problem":{"type":"urn:cutroom:problem:start-past-end","#
                + #""title":"The start lies past the episode's end","status":400,"detail":"too late","instance":"abc","#
                + #""reason":"start-past-end","episode_duration_ms":600000}}"#)
    }

    @Test("a clip whose URL can't be signed now is ready all the same, with the problem in its place")
    func unsigned() async throws {
        let gateway = GatewayUnderTest(signer: NoSigner())
        try gateway.hand.ready(1)
        let reply = await gateway.ask(path)
        #expect(reply.status == 200)
        #expect(
            reply.text.hasPrefix(#"{"status":"ready",\#(clip),"clip":{"type":"urn:cutroom:problem:store-unavailable""#))
        let asked = await gateway.ask(GatewayUnderTest.clip(1))
        #expect(asked.status == 503)
        #expect(asked.text.contains("no URL can be signed at present: store-no-credentials"))
        #expect(asked.value("Retry-After") == "2")
    }
}

/// As where temporary credentials have run out.
private struct NoSigner: URLSigner {
    func signedURL(
        key: String, for use: SignedURLUse, atUnixSeconds now: Int64
    ) throws(ObjectStoreFault) -> SignedURL {
        throw .noCredentials(reason: "expired")
    }
}
