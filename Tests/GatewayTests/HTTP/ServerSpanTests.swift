import Fakes
import HTTPServer
import TestStack
import Testing
import Traces

@testable import GatewayService

@Suite("the trace of a request")
struct ServerSpanTests {
    private let spans = KeptSpans()
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    private static let traced = ["traceparent": parent, "tracestate": "a=1"]
    private static let clipRoute = "GET /api/v1/audio_clips/{episode}"

    private func gateway(_ topic: FakeTopic = FakeTopic()) -> GatewayUnderTest {
        GatewayUnderTest(
            topic, tracer: Tracer(Sampler(ratio: 0, followsParent: true), into: spans, scope: "gateway"))
    }

    @Test("of a hit is one span, without its query")
    func hit() async throws {
        let gateway = gateway()
        try gateway.hand.ready(1)
        #expect(await gateway.ask(GatewayUnderTest.clip(1) + "&secret=1", headers: Self.traced).status == 200)
        #expect(spans.all.map(\.name) == [Self.clipRoute])
        let span = try #require(spans.all.first)
        #expect(span.parent?.description == "00f067aa0ba902b7")
        #expect(span.kind == .server)
        #expect(span.attributes["http.request.method"] == "GET")
        #expect(span.attributes["http.route"] == "/api/v1/audio_clips/{episode}")
        #expect(span.attributes["url.path"] == "/api/v1/audio_clips/507f1f77bcf86cd799439011")
        #expect(span.attributes["http.response.status_code"] == 200)
        #expect(span.attributes["cutroom.outcome"] == "hit")
        #expect(!span.attributes.all.contains { "\($0.value)".contains("secret") })
    }

    @Test("of a miss goes on in the record, which names the span of its sending")
    func miss() async throws {
        let gateway = gateway()
        let recorder = gateway.begin(GatewayUnderTest.clip(2), headers: Self.traced)
        let sent = try await gateway.topic.sent(1)[0]
        try gateway.hand.ready(2)
        #expect(await recorder.answer().status == 200)
        _ = try await eventually("the span of the sending") { spans.first("send clip.requested") }
        let server = try #require(spans.first(Self.clipRoute))
        let sending = try #require(spans.first("send clip.requested"))
        #expect(Set(spans.all.map(\.name)) == [Self.clipRoute, "send clip.requested", "wait", "answer"])
        for name in ["send clip.requested", "wait", "answer"] {
            #expect(spans.first(name)?.parent == server.context.spanID, "\(name)")
        }
        #expect(sent.header("traceparent") == sending.context.traceparent)
        #expect(sent.header("tracestate") == "a=1")
        #expect(server.attributes["cutroom.outcome"] == "made")
    }

    @Test("of a request that joins a flight is its own, with a link to the request that began it")
    func joined() async throws {
        let gateway = gateway()
        let first = gateway.begin(GatewayUnderTest.clip(3), headers: Self.traced)
        let other = "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01"
        let second = gateway.begin(GatewayUnderTest.clip(3), headers: ["traceparent": other])
        try gateway.hand.ready(3)
        #expect(await (first.answer().status, second.answer().status) == (200, 200))
        let servers = spans.all.filter { $0.name == Self.clipRoute }
        let waits = spans.all.filter { $0.name == "wait" }
        let (began, joined) = (
            try #require(servers.first { $0.context.traceID.description.hasPrefix("4b") }),
            try #require(servers.first { $0.context.traceID.description.hasPrefix("aa") })
        )
        #expect(joined.attributes["cutroom.outcome"] == "coalesced")
        #expect(waits.first { $0.context.traceID == joined.context.traceID }?.links.map(\.context) == [began.context])
        #expect(waits.first { $0.context.traceID == began.context.traceID }?.links.isEmpty == true)
    }

    @Test("whose client goes away ends there")
    func gone() async throws {
        let gateway = gateway()
        let recorder = gateway.begin(GatewayUnderTest.clip(4), headers: Self.traced)
        recorder.hangUp()
        #expect(spans.first(Self.clipRoute)?.attributes["error.type"] == "client-gone")
        #expect(spans.first("wait") != nil)
    }

    @Test(
        "names what was refused, and is a failure only where that is ours",
        arguments: [
            ("/api/v1/audio_clips/abc?start_time_ms=x", 400, "bad-parameters", clipRoute),
            ("/nowhere", 404, "not-found", "GET"),
        ])
    func refusals(target: String, status: Int, reason: String, name: String) async throws {
        let answer = await gateway().ask(target, headers: Self.traced)
        #expect(answer.status == status)
        #expect(answer.text.contains(#""trace_id":"4bf92f3577b34da6a3ce929d0e0e4736""#))
        let span = try #require(spans.all.first)
        #expect(spans.all.count == 1)
        #expect(span.name == name)
        #expect(span.attributes["cutroom.reason"] == .string(reason))
        #expect(span.status == .unset)
    }

    @Test("of a failure of ours is one")
    func failure() async throws {
        let gateway = gateway(FakeTopic(.refuses(.unavailable(code: "away"))))
        #expect(await gateway.ask(GatewayUnderTest.clip(5), headers: Self.traced).status == 503)
        #expect(spans.first(Self.clipRoute)?.status == .error("503"))
        _ = try await eventually("the span of the sending") { spans.first("send clip.requested") }
        #expect(spans.first("send clip.requested")?.status != .unset)
    }

    @Test("what the server refuses by itself is seen too")
    func library() {
        let head = HTTPRequest(method: "GET", target: "/", headers: Self.traced.map { ($0.key, $0.value) }).head
        let answer = gateway().router.refused(status: 413, detail: "too large", head: head)
        #expect(answer.text.contains("4bf92f3577b34da6a3ce929d0e0e4736"))
        #expect(spans.all.map(\.name) == ["HTTP"])
        #expect(spans.all.first?.attributes["http.response.status_code"] == 413)
    }

    @Test("probes are not recorded, nor is what the client does not want recorded, nor anything where traces are off")
    func unrecorded() async {
        let gateway = gateway()
        for path in ["/livez", "/readyz"] { _ = await gateway.ask(path, headers: Self.traced) }
        _ = await gateway.ask("/nowhere")
        _ = await gateway.ask("/nowhere", headers: ["traceparent": Self.parent.dropLast() + "0"])
        _ = await GatewayUnderTest().ask("/nowhere", headers: Self.traced)
        #expect(spans.all.isEmpty)
    }

    @Test("the log and the problem name the same trace where the client sent none")
    func sameTrace() async throws {
        let gateway = GatewayUnderTest()
        let answer = await gateway.ask("/nowhere")
        let id = try #require(answer.text.split(separator: #""trace_id":""#).last?.prefix(32))
        #expect(id.count == 32)
        #expect(gateway.lines.holds("A request is refused", #""trace_id":"\#(id)""#))
    }
}
