import Domain
import Flow
import FoundationEssentials
import Kafka
import TestStack
import Testing

@testable import GatewayService

@Suite("how often clips are handed out", .timeLimit(.minutes(1)))
struct ServedCountsTests {
    private func events(_ topic: FakeTopic) throws -> [ClipServed] {
        try topic.sent.filter { $0.topic == "clip.served" }.map {
            try JSONDecoder().decode(ClipServed.self, from: Data($0.value ?? []))
        }
    }

    private func telling(_ gateway: GatewayUnderTest, to topic: FakeTopic) -> ServedTelling {
        ServedTelling(
            gateway.clipState, named: "g", to: "clip.served", topic, EventCodec(source: "/gateway/g"),
            every: .seconds(1), records: gateway.metrics.served, log: .silent)
    }

    @Test("hits are counted by clip in one record, those who waited apart, and nothing twice")
    func counted() async throws {
        let gateway = GatewayUnderTest()
        let topic = FakeTopic()
        let telling = telling(gateway, to: topic)
        let (one, two) = (ClipStateBench.id(1), ClipStateBench.id(2))
        try gateway.hand.ready(1)
        for _ in 0..<7 { _ = gateway.clipState.ready(one, now: ClipStateBench.now) }
        _ = gateway.clipState.servable(one, now: ClipStateBench.now)
        _ = gateway.clipState.ready(ClipStateBench.id(9), now: ClipStateBench.now)
        for _ in 0..<3 {
            _ = gateway.clipState.ask(.init(id: two, now: ClipStateBench.now, wait: .seconds(30))) { _ in }
        }
        try gateway.hand.ready(2)
        _ = gateway.clipState.ask(.init(id: two, now: ClipStateBench.now, wait: .seconds(30))) { _ in }
        await telling.tell()
        await telling.tell()
        let told = try events(topic)
        #expect(told.map(\.sequence) == [0])
        #expect(told.first?.clips == [one: .init(hits: 7), two: .init(hits: 1, made: 3)])
    }

    @Test("what the brokers did not take is told later, as it was and under its number")
    func later() async throws {
        let gateway = GatewayUnderTest()
        let topic = FakeTopic(.refuses(.timedOut))
        let telling = telling(gateway, to: topic)
        try gateway.hand.ready(1)
        _ = gateway.clipState.ready(ClipStateBench.id(1), now: ClipStateBench.now)
        await telling.tell()
        _ = gateway.clipState.ready(ClipStateBench.id(1), now: ClipStateBench.now)
        topic.release()
        await telling.tell()
        let told = try events(topic)
        #expect(told.map(\.sequence) == [0, 0, 1] && told[0] == told[1])
        #expect(gateway.metrics.served.total(.told) == 2)
    }

    @Test("what there is no room for, and what is not to be counted, is not")
    func bounds() {
        var counts = ServedCounts(.init(clips: 2))
        for number in [1, 2, 3, 1, 3] { counts.hit(ClipStateBench.id(number)) }
        counts.made(ClipStateBench.id(4), 5)
        #expect(counts.uncounted == 7)
        #expect(counts.take() == [ClipStateBench.id(1): .init(hits: 2), ClipStateBench.id(2): .init(hits: 1)])
        #expect(counts.take().isEmpty)
        var off = ServedCounts(.init(isOn: false))
        off.hit(ClipStateBench.id(1))
        #expect(off.take().isEmpty && off.uncounted == 0)
    }
}
