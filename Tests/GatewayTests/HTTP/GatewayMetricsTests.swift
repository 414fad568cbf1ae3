import Domain
import Fakes
import HTTPServer
import Telemetry
import TestStack
import Testing
import Traces

@testable import GatewayService

@Suite("what a gateway counts", .timeLimit(.minutes(1)))
struct GatewayMetricsTests {
    private let target = GatewayUnderTest.clip(1)

    @Test("of three who want one clip, the first has it made, the second joins, and the third has a hit")
    func outcomes() async throws {
        let gateway = GatewayUnderTest()
        let clips = gateway.metrics.clips
        let first = gateway.begin(target)
        let second = gateway.begin(target)
        _ = try await gateway.topic.sent(1)
        #expect(clips.total(.clip, .success, .made) + clips.total(.clip, .success, .coalesced) == 0)
        try gateway.hand.ready(1)
        #expect(await first.answer().status == 200)
        #expect(await second.answer().status == 200)
        #expect(await gateway.ask(target).status == 200)
        for outcome in [ClipOutcome.made, .coalesced, .hit] {
            #expect(clips.total(.clip, .success, outcome) == 1, "\(outcome)")
            #expect(gateway.metrics.waits.count(outcome) == 1, "\(outcome)")
        }
        #expect(gateway.metrics.requests.total(.clip, .read, .success) == 3)
        #expect(gateway.metrics.answers.count(.clip) == 3)
        #expect(gateway.metrics.stages.count(.answer) == 2)
        #expect(gateway.metrics.asked.total(.miss) == 1)
    }

    /// W3C, Server Timing, 3: a name and its parameters; `dur` is in milliseconds.
    @Test("an answer says what became of the request and how long it was held, for pages that may read it")
    func serverTiming() async throws {
        let gateway = GatewayUnderTest(origins: ["https://a.example"])
        let origin = ["Origin": "https://a.example"]
        let waiting = gateway.begin(target, headers: origin)
        _ = try await gateway.topic.sent(1)
        try gateway.hand.ready(1)
        let made = await waiting.answer()
        let hit = await gateway.ask(target, headers: origin)
        #expect(try #require(made.value("Server-Timing")).wholeMatch(of: /made;dur=[0-9]+\.[0-9]{3}/) != nil)
        #expect(try #require(hit.value("Server-Timing")).wholeMatch(of: /hit;dur=[0-9]+\.[0-9]{3}/) != nil)
        #expect(hit.value("Timing-Allow-Origin") == "https://a.example")
        #expect(await gateway.ask(target).value("Timing-Allow-Origin") == nil)
        #expect(ClipOutcome.allCases.map(\.word) == ClipOutcome.allCases.map { "\($0)" })
    }

    /// Prometheus does not see the first count of a series that was not there before.
    @Test("the failures that alerts count are told from the start, and what never comes is not")
    func fromStart() {
        let gateway = GatewayUnderTest()
        func told() -> [Substring] {
            String(decoding: MetricsText.prometheus.write(gateway.instruments), as: UTF8.self).split(separator: "\n")
                .filter { $0.hasPrefix("cutroom_clip_requests_total{") }
        }
        let before = told()
        for route in ["clip", "play", "play_as", "chunk", "batch"] {
            for outcome in ["failed", "refused", "late"] {
                let series = #"cutroom_clip_requests_total{route="\#(route)",status="5xx",outcome="\#(outcome)"} 0"#
                #expect(before.contains(Substring(series)), "\(series)")
            }
        }
        #expect(before.count == 15)
    }

    /// OpenMetrics 1.0, "Exemplars".
    @Test("a request whose trace is recorded is the example of its buckets, and neither another one nor a probe is")
    func exemplars() async throws {
        let gateway = GatewayUnderTest(
            tracer: Tracer(Sampler(ratio: 0, followsParent: true), into: KeptSpans(), scope: "gateway"))
        func trace(_ id: Int, isSampled: Bool) -> [String: String] {
            ["traceparent": "00-4bf92f3577b34da6a3ce929d0e0e473\(id)-00f067aa0ba902b7-0\(isSampled ? 1 : 0)"]
        }
        func examples(of id: Int) -> [Substring] {
            String(decoding: MetricsText.openMetrics.write(gateway.instruments), as: UTF8.self).split(separator: "\n")
                .filter { $0.contains("# {trace_id=\"4bf92f3577b34da6a3ce929d0e0e473\(id)\"} ") }
        }
        let made = gateway.begin(target, headers: trace(1, isSampled: true))
        _ = try await gateway.topic.sent(1)
        try gateway.hand.ready(1)
        #expect(await made.answer().status == 200)
        for series in [
            #"cutroom_http_request_duration_seconds_bucket{route="clip","#,
            #"cutroom_clip_request_duration_seconds_bucket{outcome="made","#,
            #"cutroom_stage_duration_seconds_bucket{stage="answer","#,
        ] {
            #expect(examples(of: 1).count { $0.hasPrefix(series) } == 1, "\(series)")
        }
        #expect(examples(of: 1).count == 3)
        #expect(await gateway.ask(target, headers: trace(2, isSampled: true)).status == 200)
        #expect(examples(of: 2).contains { $0.contains(#"outcome="hit""#) })
        #expect(await gateway.ask(target, headers: trace(3, isSampled: false)).status == 200)
        _ = await gateway.ask("/livez", headers: trace(4, isSampled: true))
        #expect(examples(of: 3).isEmpty && examples(of: 4).isEmpty)
    }

    @Test("a client that leaves is counted as gone, once, and no answer of its own")
    func gone() async throws {
        let gateway = GatewayUnderTest()
        let client = gateway.begin(target)
        _ = try await gateway.topic.sent(1)
        client.hangUp()
        try gateway.hand.ready(1)
        #expect(gateway.metrics.requests.total(.clip, .read, .gone) == 1)
        #expect(gateway.metrics.requests.total(.clip, .read, .success) == 0)
        #expect(gateway.metrics.clips.total(.clip, .gone, .gone) == 1)
        #expect(gateway.metrics.clips.total(.clip, .success, .made) == 0)
    }

    @Test("what is pending, late, failed and refused is told apart")
    func others() async throws {
        let waits = GetClip.Waits(standard: .milliseconds(10), longest: .milliseconds(20))
        let gateway = GatewayUnderTest(hand: ClipStateBench(unmeasured: 2), waits: waits)
        #expect(await gateway.ask(target, headers: ["Prefer": "wait=10"]).status == 202)
        #expect(await gateway.ask(target).status == 504)
        #expect(await gateway.ask(GatewayUnderTest.clip(2)).status == 504)
        #expect(await gateway.ask(GatewayUnderTest.clip(3)).status == 503)
        _ = gateway.clipState.saw(failure: ClipFault(.noSuchEpisode, "no"), of: ClipStateBench.id(1))
        #expect(await gateway.ask(target).status == 404)
        let clips = gateway.metrics.clips
        #expect(clips.total(.clip, .success, .pending) == 1)
        #expect(clips.total(.clip, .serverError, .late) == 2)
        #expect(clips.total(.clip, .serverError, .refused) == 1)
        #expect(clips.total(.clip, .clientError, .failed) == 1)
        let figures = gateway.clipState.figures
        #expect(figures.unmeasured == 1 && figures.late == 0 && figures.full == 0 && figures.refused == 1)
    }

    @Test("every request is counted under its route, whoever answers it")
    func routes() async {
        let gateway = GatewayUnderTest(
            embedder: GatewayEmbedder(
                refusal: { $0.rawPath == "/forbidden" ? EdgeFault(.crossSite, "no") : nil },
                answer: { request, _ in request.rawPath == "/own" ? .now(HTTPResponse(status: 304)) : nil }))
        _ = await gateway.ask("/livez")
        _ = await gateway.ask("HEAD", "/readyz")
        _ = await gateway.ask("OPTIONS", "/api/v1/audio_clips/batch")
        _ = await gateway.ask("DELETE", target)
        _ = await gateway.ask("/own")
        _ = await gateway.ask("/forbidden")
        _ = await gateway.ask("/nowhere")
        _ = gateway.router.refused(status: 431, detail: "…", head: HTTPRequest(method: "GET", target: "/").head)
        let requests = gateway.metrics.requests
        #expect(requests.total(.livez, .read, .success) == 1)
        #expect(requests.total(.readyz, .read, .serverError) == 1)
        #expect(requests.total(.batch, .preflight, .success) == 1)
        #expect(requests.total(.clip, .other, .clientError) == 1)
        #expect(requests.total(.embedder, .read, .redirection) == 1)
        #expect(requests.total(.refused, .read, .clientError) == 1)
        #expect(requests.total(.unknown, .read, .clientError) == 1)
        #expect(requests.total(.refused, .other, .clientError) == 1)
    }

    @Test("a clip that has to go from the table is counted, and one that is replaced is not")
    func evictions() throws {
        let room = 40
        var table = ClipTable(
            .init(bytes: room * 120), signedSeconds: 90_000, missingLimit: 10)
        func clip(_ number: Int) throws -> ReadyClip {
            ReadyClip(
                ClipReady(
                    clipID: ClipStateBench.id(number), objectKey: try ClipStateBench.key(number),
                    startMs: Int32(number), durationMs: 30_000, sizeBytes: 1, storedAt: ClipStateBench.now,
                    objectExpiresAt: ClipStateBench.now + 2_592_000, sourceCheckedAt: ClipStateBench.now,
                    exact: .sample, cut: true))
        }
        for number in 0..<100 {
            _ = table.insert(try clip(number), for: ClipStateBench.id(number), now: ClipStateBench.now)
        }
        #expect(table.count < 100 && Int(table.evictions) == 100 - table.count)
        let before = table.evictions
        _ = table.insert(try clip(99), for: ClipStateBench.id(99), now: ClipStateBench.now)
        #expect(table.evictions == before)
    }
}
