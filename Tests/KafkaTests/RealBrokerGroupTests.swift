import TestStack
import Testing

@testable import Kafka

/// Against the broker that `CUTROOM_TEST_KAFKA` names: the mock's rebalances have their own pace, real ones don't.
@Suite("Real broker: groups", .serialized, .timeLimit(.minutes(2)))
struct RealBrokerGroupTests {
    private struct Handled: Sendable, Hashable {
        let consumer: Int
        let number: Int
    }

    /// Sends 0..<count, over all partitions.
    private func fill(_ topic: String, _ range: Range<Int>) async throws {
        let producer = try KafkaProducer(try RealBroker.settings("filler"))
        try await producer.prepare(topics: [topic], within: .seconds(10))
        for number in range {
            try await producer.send(
                OutgoingRecord(topic: topic, key: Bench.bytes("\(number)"), value: Bench.bytes("\(number)")))
        }
        await producer.close(flushingWithin: .seconds(5))
    }

    private static func number(_ record: Record) -> Int {
        record.value.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? -1
    }

    @Test("consumers that join and leave while work is in flight lose no record and repeat none")
    func joinAndLeave() async throws {
        let topic = try await RealBroker.topic("share", partitions: 6)
        let settled = Seen<Handled>()
        func consumer(_ id: Int) throws -> GroupConsumer {
            try GroupConsumer(
                try RealBroker.settings("share-\(id)"), group: topic, topics: [topic],
                limits: ConsumerLimits(maxInFlight: 8)
            ) { record in
                // Longer than a hop, shorter than the grace: something is always in hand.
                try? await Task.sleep(for: .milliseconds(20))
                settled.add(Handled(consumer: id, number: Self.number(record)))
                return .settled
            }
        }
        let first = try consumer(1)
        let total = 1500
        let filling = Task { try await fill(topic, 0..<total) }
        await settled.wait(for: 50)
        let second = try consumer(2)
        let third = try consumer(3)
        await settled.wait { all in Set(all.map(\.consumer)).count == 3 }
        await second.drain(within: .seconds(10))
        try await filling.value
        await settled.wait(within: .seconds(60)) { Set($0.map(\.number)).count == total }
        await first.drain(within: .seconds(10))
        await third.drain(within: .seconds(10))
        let all = settled.all
        #expect(Set(all.map(\.number)) == Set(0..<total))
        #expect(all.count == total, "repeated: \(all.count - total)")
    }

    @Test("what can't end within the grace is cancelled, and the partition's next owner gets it")
    func cancelsAfterGrace() async throws {
        let topic = try await RealBroker.topic("grace", partitions: 2)
        try await fill(topic, 0..<20)
        let begun = Seen<Int>()
        let cancelled = Seen<Int>()
        let limits = ConsumerLimits(revokeGrace: .milliseconds(200))
        let first = try GroupConsumer(
            try RealBroker.settings("grace-1"), group: topic, topics: [topic], limits: limits
        ) { record in
            begun.add(Self.number(record))
            try? await Task.sleep(for: .seconds(3600))
            cancelled.add(Self.number(record))
            return .abandoned
        }
        await begun.wait(for: 20)
        let again = Seen<Int>()
        let second = try GroupConsumer(
            try RealBroker.settings("grace-2"), group: topic, topics: [topic], limits: limits
        ) { record in
            again.add(Self.number(record))
            return .settled
        }
        await cancelled.wait(for: 1)
        _ = try await eventually("each has one partition") {
            first.assignment.count == 1 && second.assignment.count == 1 ? true : nil
        }
        await again.wait { all in all.count >= 1 }
        let moved = Set(cancelled.all)
        await again.wait { Set($0).isSuperset(of: moved) }
        // The partition that stayed was not disturbed.
        #expect(first.inFlight == 20 - moved.count)
        await first.drain(within: .zero)
        await again.wait { Set($0) == Set(0..<20) }
        await second.drain(within: .seconds(5))
    }

    @Test("what a vanished consumer had in hand comes to the others when its session is over, and little else")
    func vanishes() async throws {
        let topic = try await RealBroker.topic("vanish", partitions: 4)
        // 6 s is the least that brokers allow by default.
        let short = ["session.timeout.ms": "6000", "heartbeat.interval.ms": "1000"]
        let doomedBegan = Seen<Int>()
        let settled = Seen<Int>()
        let doomed = try GroupConsumer(
            try RealBroker.settings("vanish-1", properties: short), group: topic, topics: [topic]
        ) { record in
            doomedBegan.add(Self.number(record))
            if Self.number(record) % 10 == 0 { try? await Task.sleep(for: .seconds(3600)) }
            if Task.isCancelled { return .abandoned }
            settled.add(Self.number(record))
            return .settled
        }
        try await fill(topic, 0..<100)
        await doomedBegan.wait(for: 100)
        await settled.wait(for: 90)
        let other = try GroupConsumer(
            try RealBroker.settings("vanish-2", properties: short), group: topic, topics: [topic]
        ) { record in
            settled.add(Self.number(record))
            return .settled
        }
        await doomed.vanish()
        try await fill(topic, 100..<150)
        await settled.wait(within: .seconds(40)) { Set($0) == Set(0..<150) }
        _ = try await eventually("the other has all partitions") { other.assignment.count == 4 ? true : nil }
        await other.drain(within: .seconds(5))
    }

    @Test("a consumer that comes back goes on where the group was, and its lag says so")
    func comesBack() async throws {
        let topic = try await RealBroker.topic("back", partitions: 1)
        try await fill(topic, 0..<30)
        let seen = Seen<Int>()
        let first = try GroupConsumer(try RealBroker.settings("back"), group: topic, topics: [topic]) { record in
            seen.add(Self.number(record))
            return .settled
        }
        await seen.wait(for: 30)
        _ = try await eventually("no lag") { first.partitions.first?.lag == 0 ? true : nil }
        await first.drain(within: .seconds(5))
        try await fill(topic, 30..<40)
        let second = try GroupConsumer(try RealBroker.settings("back"), group: topic, topics: [topic]) { record in
            seen.add(Self.number(record))
            return .settled
        }
        await seen.wait(for: 40)
        _ = try await eventually("no lag") { second.partitions.first?.lag == 0 ? true : nil }
        await second.drain(within: .seconds(5))
        #expect(seen.all.sorted() == Array(0..<40))
    }
}
