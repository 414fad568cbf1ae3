import Domain
import HTTPServer
import Kafka
import TestStack
import Testing

@testable import GatewayService

@Suite("a clip that is not there yet", .timeLimit(.minutes(1)))
struct GetClipTests {
    private let target = GatewayUnderTest.clip(1)

    @Test("the connection is held until the clip is there, and tells that it was cut and what that took")
    func held() async throws {
        let gateway = GatewayUnderTest()
        let waiting = gateway.begin(target)
        _ = try await gateway.topic.sent(1)
        #expect(!waiting.hasAnswer)
        try gateway.hand.ready(1)
        let reply = await waiting.answer()
        #expect(reply.status == 200)
        #expect(reply.text.contains(#""cache_hit":false"#))
        #expect(gateway.clipState.figures.waiters == 0)
    }

    @Test("no client has a connection held for longer than the longest wait")
    func longestWait() async throws {
        let waits = GetClip.Waits(standard: .milliseconds(10), longest: .milliseconds(20))
        let gateway = GatewayUnderTest(waits: waits)
        // Nobody makes the clip: held for as long as it asks, this test would end by its time limit.
        let reply = await gateway.ask(target, headers: ["Prefer": "wait=3600"])
        #expect(reply.status == 202)
        #expect(reply.value("Location") == GatewayUnderTest.progress(1))
        #expect(reply.value("Retry-After") == "1")
        let plain = await gateway.ask(target)
        #expect(plain.status == 504)
        #expect(plain.text.contains(#""reason":"not-ready-in-time""#))
    }

    @Test("respond-async is answered though the broker says nothing", arguments: ["respond-async", "wait=0"])
    func async(prefer: String) async throws {
        let topic = FakeTopic(.holds)
        let waits = GetClip.Waits(
            standard: .seconds(3600), longest: .seconds(3600), acknowledgement: .milliseconds(1))
        let gateway = GatewayUnderTest(topic, waits: waits)
        let reply = await gateway.ask(target, headers: ["Prefer": prefer])
        #expect(reply.status == 202)
        #expect(reply.text.contains(#""status":"queued""#))
        #expect(topic.clips == [ClipStateBench.id(1).description], "it stays in the queue")
        #expect(await gateway.ask(GatewayUnderTest.progress(1)).text.contains(#""status":"queued""#))
        topic.release()
    }

    @Test("respond-async is answered as soon as the broker has the request, and at once if it has it already")
    func acknowledged() async throws {
        // Below the work's deadline, so that the second joins, and beyond this test's time limit.
        let waits = GetClip.Waits(
            standard: .seconds(100), longest: .seconds(100), acknowledgement: .seconds(100))
        let gateway = GatewayUnderTest(waits: waits)
        for _ in 0..<2 {
            let reply = await gateway.ask(target, headers: ["Prefer": "respond-async"])
            #expect(reply.status == 202)
        }
        #expect(gateway.topic.sent.count == 1)
    }

    @Test(
        "what the broker refuses for good is answered at once, and not as an outage",
        arguments: [
            (KafkaFault.recordTooLarge, 500, "internal-error"),
            (.rejected(code: "INVALID_RECORD"), 500, "internal-error"),
            (.denied(code: "TOPIC_AUTHORIZATION_FAILED"), 503, "broker-unavailable"),
            (.timedOut, 503, "broker-unavailable"),
        ])
    func refused(fault: KafkaFault, status: Int, reason: String) async {
        // With an hour to wait, an answer comes of the refusal alone.
        let waits = GetClip.Waits(standard: .seconds(3600), longest: .seconds(3600))
        let gateway = GatewayUnderTest(FakeTopic(.refuses(fault)), waits: waits)
        let reply = await gateway.ask(target)
        #expect(reply.status == status)
        #expect(reply.text.contains(#""reason":"\#(reason)""#))
        #expect(gateway.clipState.figures.flights == 0)
    }

    @Test("a permanent failure is told to all who wait, and remembered")
    func failed() async throws {
        let gateway = GatewayUnderTest()
        let waiting = [gateway.begin(target), gateway.begin(target)]
        _ = try await gateway.topic.sent(1)
        #expect(gateway.clipState.saw(failure: ClipFault(.noSuchEpisode, "…"), of: ClipStateBench.id(1)) == nil)
        for one in waiting { #expect(await one.answer().status == 404) }
        #expect(await gateway.ask(target).status == 404)
        #expect(gateway.topic.sent.count == 1)
    }

    @Test("who hangs up frees its place")
    func hangUp() {
        let gateway = GatewayUnderTest()
        let waiting = gateway.begin(target)
        #expect(gateway.clipState.figures.waiters == 1)
        waiting.hangUp()
        #expect(gateway.clipState.figures.waiters == 0)
        #expect(!waiting.hasAnswer)
    }

    @Test("every line about a request names it, and so does the event that it causes")
    func requestID() async throws {
        let gateway = GatewayUnderTest()
        let first = gateway.begin(target, headers: ["X-Request-Id": "first-1"])
        let sent = try await gateway.topic.sent(1)
        #expect(sent[0].header("ce_requestid") == "first-1")
        let second = gateway.begin(target, headers: ["X-Request-Id": "second-2"])
        _ = try await eventually("the publisher's line") {
            gateway.lines.all.contains { $0.contains("Asked for a clip") } ? true : nil
        }
        #expect(gateway.clipState.saw(failure: ClipFault(.noAudio, "…"), of: ClipStateBench.id(1)) == nil)
        for (one, id) in [(first, "first-1"), (second, "second-2")] {
            let reply = await one.answer()
            #expect(reply.value("X-Request-Id") == id)
            #expect(reply.text.contains(#""instance":"\#(id)""#))
        }
        let lines = gateway.lines.all
        // Asked, joined, and an answer each.
        #expect(lines.count == 4)
        for line in lines {
            #expect(line.contains(#""clip_id":"\#(ClipStateBench.id(1))""#), "\(line)")
            #expect(line.contains(#""request_id":"first-1""#) != line.contains(#""request_id":"second-2""#), "\(line)")
        }
    }

    @Test("no-cache has a ready clip looked at, and waits for the cutter's word")
    func recheck() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        let asked = gateway.begin(target, headers: ["Cache-Control": "max-age=0, No-Cache"])
        #expect(!asked.hasAnswer)
        #expect(await gateway.ask(target).text.contains(#""cache_hit":true"#), "others are served meanwhile")
        _ = try await gateway.topic.sent(1)
        try gateway.hand.ready(1, cut: true)
        #expect(await asked.answer().text.contains(#""cache_hit":false"#))
        // Looked at a moment ago.
        #expect(await gateway.ask(target, headers: ["Cache-Control": "no-cache"]).status == 200)
        #expect(gateway.topic.sent.count == 1)
        #expect(await gateway.ask(target, headers: ["Cache-Control": "max-age=0"]).status == 200)
    }
}
