import Domain
import Flow
import Kafka
import Logging
import Testing

@testable import GatewayService

@Suite("the gateway and the bulk lane", .timeLimit(.minutes(1)))
struct BulkLaneTests {
    private let gateway = GatewayUnderTest()
    private let codec = EventCodec(source: "/test")
    private let id = ClipStateBench.id(1)

    private func project(_ record: OutgoingRecord) {
        let projection = TopicProjection(
            clipState: gateway.clipState, topics: Topics(), codec: codec, cues: CueCache(), log: .silent,
            clock: { ClipStateBench.now }, askAgain: { _, _, _ in Issue.record("asked again") })
        projection.handle(
            Record(
                topic: record.topic, partition: 0, offset: 0, key: record.key, value: record.value,
                headers: record.headers))
        #expect(projection.skipped == 0)
    }

    private func failed(_ reason: FailureReason, _ lane: Lane) -> OutgoingRecord {
        codec.encode(
            ClipFailed(clipID: id, fault: ClipFault(reason, "…"), lane: lane), to: Topics().failed, trace: .new())
    }

    @Test("a look in the background goes by the bulk lane and counts as no load; a live request is published at once")
    func revalidation() async throws {
        try gateway.hand.ready(1, checkedAgo: 100_000)
        #expect(await gateway.ask(GatewayUnderTest.clip(1)).status == 200)
        let look = try await gateway.topic.sent(1)[0]
        #expect(look.topic == "clip.requested.bulk")
        #expect(String(decoding: look.value ?? [], as: UTF8.self).contains(#""budget_ms":1800000"#))
        project(look)
        #expect(gateway.clipState.figures.backlog == 0 && gateway.clipState.figures.flights == 0)
        // The clip is gone, and is being made again in the bulk lane for all that anybody knows.
        gateway.clipState.sawRemoval(of: id)
        let waiting = gateway.begin(GatewayUnderTest.clip(1))
        let asked = try await gateway.topic.sent(2)[1]
        #expect(asked.topic == "clip.requested")
        #expect(gateway.clipState.figures.backlog == 1)
        try gateway.hand.ready(1)
        #expect(await waiting.answer().status == 200)
    }

    @Test(
        "bulk work that fails for a passing reason ends no live request, nor has it asked again",
        arguments: [FailureReason.expired, .overloaded, .storeUnavailable, .stopping])
    func passing(reason: FailureReason) async throws {
        let waiting = gateway.begin(GatewayUnderTest.clip(1))
        _ = try await gateway.topic.sent(1)
        project(failed(reason, .bulk))
        #expect(!waiting.hasAnswer && gateway.clipState.figures.waiters == 1)
        #expect(gateway.clipState.figures.backlog == 1)
        try gateway.hand.ready(1)
        #expect(await waiting.answer().status == 200)
        #expect(gateway.topic.sent.count == 1)
    }

    @Test("what is wrong with the clip itself is told by either lane")
    func permanent() async throws {
        let waiting = gateway.begin(GatewayUnderTest.clip(1))
        _ = try await gateway.topic.sent(1)
        project(failed(.noSuchEpisode, .bulk))
        #expect(await waiting.answer().status == 404)
    }
}
