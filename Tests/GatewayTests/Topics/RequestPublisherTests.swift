import Domain
import Fakes
import Flow
import HTTPServer
import Kafka
import Logging
import TestStack
import Testing
import Text

@testable import GatewayService

@Suite("what a gateway asks for", .timeLimit(.minutes(1)))
struct RequestPublisherTests {
    private let id = ClipStateBench.id(30_000)
    private var event: ClipRequested { ClipRequested(clipID: id, budget: .seconds(120)) }

    private var context: RequestContext {
        let headers = [
            (name: "X-Request-Id", value: "abc"),
            (name: "Traceparent", value: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ]
        return RequestContext(HTTPRequest(method: "GET", target: "/", headers: headers).head, cors: CORS(origins: []))
    }

    @Test("the topic of these tests keeps what every sink of records promises", arguments: RecordSinkPromise.allCases)
    func sink(promise: RecordSinkPromise) async throws {
        let topic = FakeTopic()
        try await promise.check(on: topic, topic: "clip.requested") { try await topic.sent($0) }
    }

    /// docs/asyncapi.yaml, `clipRequested`: key, payload and headers (CloudEvents 1.0.2, Kafka Protocol Binding, 3.2).
    @Test("a request is the event that docs/asyncapi.yaml describes, in the client's trace")
    func record() async throws {
        let gateway = GatewayUnderTest()
        gateway.api.clip.publisher.publish(event, id: id, context: context)
        let sent = try #require(try await gateway.topic.sent(1).first)
        #expect(sent.topic == "clip.requested")
        #expect(sent.key == Array("507f1f77bcf86cd799439011/30000-60000.mp3".utf8))
        let value = String(decoding: sent.value ?? [], as: UTF8.self)
        #expect(
            try JSONValue(parsing: Array(value.utf8))
                == .object([
                    "clip_id": .string("507f1f77bcf86cd799439011/30000-60000.mp3"), "budget_ms": .integer(120_000),
                ]))
        #expect(sent.header("ce_specversion") == "1.0")
        #expect(sent.header("ce_type") == "cutroom.clip.requested.v1")
        #expect(sent.header("ce_source") == "/gateway/test")
        #expect(sent.header("ce_subject") == "507f1f77bcf86cd799439011/30000-60000.mp3")
        #expect(sent.header("content-type") == "application/json")
        #expect(sent.header("ce_requestid") == "abc")
        // By a gateway that records nothing, as it came.
        #expect(sent.header("traceparent") == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    }

    private static let faults: [(KafkaFault, Int, String)] = [
        (.recordTooLarge, 500, "internal-error"), (.rejected(code: "INVALID_RECORD"), 500, "internal-error"),
        (.settingRefused(property: "acks"), 500, "internal-error"),
        (.denied(code: "TOPIC_AUTHORIZATION_FAILED"), 503, "broker-unavailable"),
        (.unknownTopic("clip.requested"), 503, "broker-unavailable"),
        (.clientNotStarted(), 503, "broker-unavailable"), (.queueFull, 503, "broker-unavailable"),
        (.timedOut, 503, "broker-unavailable"), (.unavailable(code: "_TRANSPORT"), 503, "broker-unavailable"),
        (.clientLost(code: "_FATAL"), 503, "broker-unavailable"), (.closed, 503, "broker-unavailable"),
    ]

    @Test(
        "what the broker does with a request is told to all who wait for the clip, by whose fault it is",
        arguments: faults)
    func faults(fault: KafkaFault, status: Int, reason: String) async {
        let gateway = GatewayUnderTest(FakeTopic(.refuses(fault)))
        let (first, second) = (gateway.begin(GatewayUnderTest.clip(1)), gateway.begin(GatewayUnderTest.clip(1)))
        for waiting in [first, second] {
            let reply = await waiting.answer()
            #expect(reply.status == status)
            #expect(reply.text.contains(#""reason":"\#(reason)""#))
        }
        #expect(gateway.lines.holds("A request for a clip could not be published", #""level":"error""#))
    }

    @Test("a second request that fails is logged, and those who wait go on waiting for the first")
    func hedge() async throws {
        let gateway = GatewayUnderTest(FakeTopic(.refuses(.timedOut)))
        gateway.hand.ask(30_000)
        gateway.api.clip.publisher.hedge(event, id: id, context: context)
        try await eventually("the failure is logged") {
            gateway.lines.holds("A clip could not be asked for once more", #""request_id":"abc""#)
        }
        #expect(gateway.topic.clips == [id.description])
        #expect(gateway.clipState.figures.waiters == 1)
    }

    @Test("a clip of which nothing is heard is asked for once more by whoever waits for it, in its own trace")
    func heldClientHedges() async throws {
        let bench = ClipStateBench(hedgeAfter: .milliseconds(1))
        let gateway = GatewayUnderTest(hand: bench)
        let waiting = gateway.begin(GatewayUnderTest.clip(1), headers: ["X-Request-Id": "held"])
        // The broker has the first one by then; the clock that says how long nothing was heard is the test's.
        _ = try await gateway.topic.sent(1)
        try await eventually("the broker's acknowledgement") { gateway.lines.holds("Asked for a clip", "held") }
        bench.clock.advance(by: .seconds(20))
        let sent = try await gateway.topic.sent(2)
        #expect(sent.map { $0.header("ce_requestid") } == ["held", "held"])
        #expect(gateway.topic.clips == [ClipStateBench.id(1).description, ClipStateBench.id(1).description])
        #expect(gateway.clipState.figures.hedged == 1)
        try bench.ready(1)
        #expect(await waiting.answer().status == 200)
    }

    @Test("background looks at sources are bounded, go by the bulk lane, and are worth half an hour of work")
    func revalidations() async throws {
        let gateway = GatewayUnderTest(revalidationsPerMinute: 2)
        for number in 1...5 { gateway.api.clip.publisher.revalidate(ClipStateBench.id(number), context: context) }
        let sent = try await gateway.topic.sent(2)
        for record in sent {
            #expect(String(decoding: record.value ?? [], as: UTF8.self).contains(#""budget_ms":1800000"#))
            #expect(record.topic == "clip.requested.bulk")
        }
        // Whatever was admitted has been handed to the sink by the time that its line is there.
        try await eventually("both lines") {
            gateway.lines.all.filter { $0.contains("Asked for a background look at a source") }.count == 2
        }
        #expect(gateway.topic.sent.count == 2)
    }

    @Test("a hit whose source was last looked at long ago is served, and has a cutter look at it")
    func stale() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1, checkedAgo: 2 * 86_400)
        #expect(await gateway.ask(GatewayUnderTest.clip(1)).text.contains(#""cache_hit":true"#))
        _ = try await gateway.topic.sent(1)
        #expect(gateway.topic.clips == [ClipStateBench.id(1).description])
    }
}
