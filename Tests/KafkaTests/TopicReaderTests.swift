import TestStack
import Testing

@testable import Kafka

@Suite("Topic reader on the mock broker", .timeLimit(.minutes(1)))
struct TopicReaderTests {
    @Test("from the beginning it has caught up once it handled all that was there at the start")
    func catchesUp() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 3)
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.prepare(topics: ["t"], within: .seconds(10))
        for number in 0..<300 {
            try await producer.send(OutgoingRecord(topic: "t", key: Bench.bytes("\(number)"), value: []))
        }
        let handled = Counter()
        let reader = try TopicReader(Bench.settings(mock), topics: [("t", .beginning)]) { _ in handled.add() }
        #expect(await reader.caughtUp(within: .seconds(20)))
        #expect(handled.count >= 300)
        #expect(reader.isCaughtUp)
        await reader.close()
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("what partitions hold at the start is asked of their broker at once, not of one after the other")
    func limitsAtOnce() async throws {
        let mock = try MockCluster()
        try mock.createTopic("wide", partitions: 100)
        let roundTrip = Duration.milliseconds(100)
        try mock.setRoundTrip(roundTrip)
        let began = ContinuousClock.now
        let reader = try TopicReader(Bench.settings(mock), topics: [("wide", .beginning)]) { _ in }
        #expect(await reader.caughtUp(within: .seconds(30)))
        #expect(began.duration(to: .now) < roundTrip * 100, "it takes longer only if each partition costs a round trip")
        await reader.close()
    }

    @Test("from the end it sees only what comes later; an empty topic is caught up with at once")
    func fromTheEnd() async throws {
        let mock = try MockCluster()
        try mock.createTopic("old", partitions: 1)
        try mock.createTopic("empty", partitions: 2)
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.prepare(topics: ["old", "empty"], within: .seconds(10))
        try await producer.send(OutgoingRecord(topic: "old", key: nil, value: [1]))
        let seen = Seen<[UInt8]?>()
        let reader = try TopicReader(
            Bench.settings(mock), topics: [("old", .end), ("empty", .beginning)]
        ) { record in
            seen.add(record.value)
        }
        #expect(await reader.caughtUp(within: .seconds(20)))
        try await producer.send(OutgoingRecord(topic: "old", key: nil, value: [2]))
        await seen.wait(for: 1)
        #expect(seen.all == [[2]])
        await reader.close()
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("a topic that appears later is read from the beginning, and only then has it caught up")
    func laterTopic() async throws {
        let mock = try MockCluster()
        let seen = Seen<[UInt8]?>()
        // The mock makes a topic that is asked for, so it is told to refuse at first.
        mock.refuse(.metadata, with: Array(repeating: .leaderNotAvailable, count: 3))
        let reader = try TopicReader(Bench.settings(mock), topics: [("late", .beginning)]) { record in
            seen.add(record.value)
        }
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.prepare(topics: ["late"], within: .seconds(10))
        try await producer.send(OutgoingRecord(topic: "late", key: nil, value: [1]))
        await seen.wait(for: 1)
        #expect(await reader.caughtUp(within: .seconds(20)))
        await reader.close()
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("after close nothing is handled any more")
    func closes() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.prepare(topics: ["t"], within: .seconds(10))
        let handled = Counter()
        let reader = try TopicReader(Bench.settings(mock), topics: [("t", .beginning)]) { _ in handled.add() }
        _ = await reader.caughtUp()
        await reader.close()
        let before = handled.count
        try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [1]))
        #expect(handled.count == before)
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("waiting to catch up ends with the task, and closing works where no broker is")
    func withoutBroker() async throws {
        let reader = try TopicReader(
            KafkaSettings(bootstrapServers: "127.0.0.1:1", clientID: "t"), topics: [("t", .end)]
        ) { _ in }
        let wait = Task { await reader.caughtUp() }
        wait.cancel()
        #expect(await wait.value == false)
        await reader.close()
    }
}
