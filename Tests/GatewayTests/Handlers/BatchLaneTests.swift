import Domain
import HTTPServer
import Kafka
import Synchronization
import TestStack
import Testing

@testable import GatewayService

@Suite("a batch by the bulk lane", .timeLimit(.minutes(1)))
struct BatchLaneTests {
    private static let path = "/api/v1/audio_clips/batch"

    private static func body(_ numbers: [Int], _ more: String = #""make":true,"lane":"bulk""#) -> String {
        let entries = numbers.map { #"{"episode_id":"507f1f77bcf86cd799439011","start_time_ms":\#($0)}"# }
        return #"{"clips":[\#(entries.joined(separator: ","))],\#(more)}"#
    }

    private func ask(
        _ gateway: GatewayUnderTest, _ numbers: [Int], key: String? = nil
    ) async -> HTTPResponse {
        let headers = key.map { ["X-Api-Key": $0] } ?? [:]
        return await gateway.ask("POST", Self.path, headers: headers, body: Self.body(numbers))
    }

    private func fail(_ gateway: GatewayUnderTest, _ number: Int, _ reason: FailureReason) {
        #expect(
            gateway.clipState.saw(failure: ClipFault(reason, "…"), of: ClipStateBench.id(number), in: .bulk) == nil)
    }

    @Test("has what is missing made in its topic, with its budget, and loads no live request with it")
    func lane() async throws {
        // A single live clip would be as many as may be begun while nothing is measured.
        let gateway = GatewayUnderTest(hand: ClipStateBench(unmeasured: 1))
        try gateway.hand.ready(7)
        let reply = await ask(gateway, [1, 7, 2])
        #expect(reply.status == 200)
        #expect(reply.text.ranges(of: #""status":"pending""#).count == 2)
        #expect(reply.text.ranges(of: #""clip_url""#).count == 1)
        let sent = try await gateway.topic.sent(2)
        #expect(sent.map(\.topic) == ["clip.requested.bulk", "clip.requested.bulk"])
        #expect(Set(gateway.topic.clips) == [ClipStateBench.id(1).description, ClipStateBench.id(2).description])
        for record in sent {
            #expect(String(decoding: record.value ?? [], as: UTF8.self).contains(#""budget_ms":1800000"#))
        }
        let figures = gateway.clipState.figures
        #expect(figures.bulk == 2 && figures.backlog == 0 && figures.flights == 0 && figures.waiters == 0)
        // One of them and another one are asked for by somebody who waits.
        let same = gateway.begin(GatewayUnderTest.clip(1))
        _ = try await gateway.topic.sent(3)
        #expect(gateway.topic.sent[2].topic == "clip.requested" && gateway.topic.clips[2] == gateway.topic.clips[0])
        try gateway.hand.ready(1)
        #expect(await same.answer().status == 200)
        #expect(gateway.clipState.figures.bulk == 1)
    }

    @Test("asks for a clip once until its end is seen, and joins what is under way for somebody who waits")
    func once() async throws {
        let gateway = GatewayUnderTest()
        _ = gateway.begin(GatewayUnderTest.clip(3))
        _ = try await gateway.topic.sent(1)
        for _ in 0..<3 { #expect(await ask(gateway, [1, 2, 3, 1]).text.ranges(of: "pending").count == 4) }
        _ = try await gateway.topic.sent(3)
        // What is sent, is sent in order.
        #expect(gateway.topic.clips.count == 3)
        try gateway.hand.ready(1)
        fail(gateway, 2, .storeUnavailable)
        #expect(gateway.clipState.figures.bulk == 0)
        #expect(await ask(gateway, [1, 2]).text.ranges(of: "pending").count == 1)
        #expect(
            try await gateway.topic.sent(4)[3].key.map { String(decoding: $0, as: UTF8.self) }
                == ClipStateBench.id(2).description)
        // What is wrong with the clip itself is told, and nothing asked for.
        fail(gateway, 2, .noAudio)
        #expect(await ask(gateway, [2]).text.contains(#""reason":"no-audio""#))
        #expect(gateway.topic.sent.count == 4)
    }

    @Test("forgets a clip when the work on it is not worth doing any more")
    func deadline() async throws {
        let gateway = GatewayUnderTest()
        _ = await ask(gateway, [1])
        gateway.hand.clock.advance(by: .seconds(1799))
        _ = await ask(gateway, [1])
        _ = try await gateway.topic.sent(1)
        gateway.hand.clock.advance(by: .seconds(1))
        _ = await ask(gateway, [1])
        _ = try await gateway.topic.sent(2)
        #expect(gateway.clipState.figures.bulk == 1)
    }

    @Test("beyond its bound is told to come again and when, which is no server's error, and live requests go on")
    func bound() async throws {
        let gateway = GatewayUnderTest(hand: ClipStateBench(bulkClips: 2))
        let reply = await ask(gateway, [1, 2, 3])
        #expect(reply.status == 200)
        #expect(reply.text.ranges(of: "pending").count == 2)
        #expect(reply.text.contains(#""status":429"#) && reply.text.contains(#""reason":"rate-limited""#))
        #expect(reply.text.firstMatch(of: #/"retry_after_seconds":[2-4]\}/#) != nil, "\(reply.text)")
        #expect(gateway.clipState.figures.bulkRefused == 1)
        _ = gateway.begin(GatewayUnderTest.clip(3))
        _ = try await gateway.topic.sent(3)
        try gateway.hand.ready(1)
        #expect(await ask(gateway, [4]).text.contains("pending"))
        // Answers of before have no such field.
        let live = GatewayUnderTest(hand: ClipStateBench(unmeasured: 1))
        let refused = await live.ask("POST", Self.path, body: Self.body([1, 2], #""make":true"#))
        #expect(refused.text.contains(#""reason":"overloaded""#) && !refused.text.contains("retry_after_seconds"))
    }

    @Test(
        "is chosen by its name, which alone says that what is missing is made",
        arguments: [
            (#""lane":"bulk""#, "clip.requested.bulk"), (#""lane":"bulk","make":null"#, "clip.requested.bulk"),
            (#""lane":"live""#, "clip.requested"), (#""lane":null,"make":true"#, "clip.requested"),
            (#""lane":"bulk","make":false"#, nil), (#""lane":null"#, nil),
        ] as [(String, String?)])
    func word(more: String, topic: String?) async throws {
        let gateway = GatewayUnderTest()
        let reply = await gateway.ask("POST", Self.path, body: Self.body([1], more))
        #expect(reply.status == 200 && reply.text.contains("pending"))
        if let topic {
            #expect(try await gateway.topic.sent(1)[0].topic == topic)
        } else {
            #expect(gateway.clipState.figures.bulk == 0 && gateway.clipState.figures.flights == 0)
        }
    }

    @Test("is no other word, and all that is wrong is named at once", arguments: [#""fast""#, "1", "[]", #""BULK""#])
    func wrong(lane: String) async {
        let reply = await GatewayUnderTest().ask("POST", Self.path, body: Self.body([1], #""make":3,"lane":\#(lane)"#))
        #expect(reply.status == 400)
        #expect(reply.text.contains("must be live or bulk") && reply.text.contains("must be true or false"))
    }

    @Test("that the broker does not take goes by no other lane: it is told with the next one, and tried again later")
    func refused() async throws {
        let topic = FakeTopic(.refusesOn("clip.requested.bulk", .unknownTopic("clip.requested.bulk")))
        let gateway = GatewayUnderTest(topic)
        #expect(await ask(gateway, [1]).text.contains("pending"))
        let status = try await gateway.clipState.eventuallyFailed(1)
        #expect(status.slug == "broker-unavailable")
        let told = await ask(gateway, [1, 2]).text
        #expect(told.ranges(of: #""status":503"#).count == 2 && told.contains("retry_after_seconds"), "\(told)")
        #expect(topic.sent.map(\.topic) == ["clip.requested.bulk"])
        #expect(gateway.lines.holds("A request of the bulk lane could not be published", "error"))
        gateway.hand.clock.advance(by: .seconds(5))
        #expect(await ask(gateway, [2]).text.contains("pending"))
        _ = try await topic.sent(2)
        #expect(topic.sent.allSatisfy { $0.topic == "clip.requested.bulk" })
    }

    @Test("costs its key a miss for each clip that it begins, and none for what is under way")
    func keys() async throws {
        let gateway = GatewayUnderTest(
            access: try .made([
                "GATEWAY_KEYS": SampleKey.abc.line("web", "misses=2/h"), "GATEWAY_KEYS_NEEDED_FOR": "making",
            ]))
        #expect(await ask(gateway, [1, 2], key: "abc").text.ranges(of: "pending").count == 2)
        let more = await ask(gateway, [1, 2, 3], key: "abc").text
        #expect(more.ranges(of: "pending").count == 2 && more.ranges(of: #""status":429"#).count == 1)
        #expect(more.firstMatch(of: #/"retry_after_seconds":1[78][0-9]{2}\}/#) != nil, "\(more)")
        // Without a key nothing is begun, and coming again does not help.
        let none = await ask(gateway, [1, 4]).text
        #expect(none.ranges(of: "pending").count == 1 && none.ranges(of: #""status":401"#).count == 1)
        #expect(!none.contains("retry_after_seconds"))
        #expect(gateway.clipState.figures.bulk == 2)
    }

    @Test("leaves a status to ask for: queued, then how it failed, of which followers are told")
    func status() async throws {
        let gateway = GatewayUnderTest()
        #expect(await gateway.ask(GatewayUnderTest.progress(1)).status == 404)
        _ = await ask(gateway, [1])
        #expect(await gateway.ask(GatewayUnderTest.progress(1)).text.contains(#""status":"queued""#))
        let told = Mutex(0)
        _ = gateway.clipState.follow(ClipStateBench.id(1)) { told.withLock { $0 += 1 } }
        fail(gateway, 1, .expired)
        #expect(told.withLock { $0 } == 1)
        let failed = await gateway.ask(GatewayUnderTest.progress(1)).text
        #expect(failed.contains(#""status":"failed""#) && failed.contains(#""reason":"expired""#))
        _ = await ask(gateway, [1])
        #expect(await gateway.ask(GatewayUnderTest.progress(1)).text.contains(#""status":"queued""#))
    }
}

extension ClipState {
    /// How the work on a clip has failed, once that is known.
    fileprivate func eventuallyFailed(_ number: Int) async throws -> Problem {
        try await eventually("the clip to fail") { status(ClipStateBench.id(number), now: ClipStateBench.now)?.fault }
    }
}
