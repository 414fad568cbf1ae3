import CRdkafka
import Synchronization
import TestStack
import Testing

@testable import Kafka

/// Against the broker that `CUTROOM_TEST_KAFKA` names; without it each of these fails.
@Suite("Real broker: topics, producer and reader", .serialized, .timeLimit(.minutes(2)))
struct RealBrokerTests {
    @Test("a topic is made once, with its configuration, and one that differs is reported and left alone")
    func ensuresTopics() async throws {
        let settings = try RealBroker.settings("admin")
        let name = TestStack.uniqueName("ensure")
        let configuration = ["message.timestamp.type": "LogAppendTime", "max.message.bytes": "2000"]
        let admin = TopicAdmin(settings)
        let spec = TopicSpec(name: name, partitions: 3, configuration: configuration)
        let made = try await admin.ensure([spec], within: .seconds(30))
        #expect(made == [EnsuredTopic(name: name, origin: .created, partitions: 3, wantedPartitions: 3)])
        let more = TopicSpec(name: name, partitions: 5, configuration: [:])
        let found = try await admin.ensure([more], within: .seconds(30))
        #expect(found == [EnsuredTopic(name: name, origin: .found, partitions: 3, wantedPartitions: 5)])
        #expect(found.first?.isAsWanted == false)

        let producer = try KafkaProducer(settings)
        try await producer.prepare(topics: [name], within: .seconds(10))
        try await producer.send(OutgoingRecord(topic: name, key: [1], value: [1]))
        await #expect(throws: KafkaFault.recordTooLarge) {
            try await producer.send(
                OutgoingRecord(topic: name, key: [1], value: [UInt8](repeating: 0, count: 5000)))
        }
        let seen = Seen<Record>()
        let reader = try TopicReader(settings, topics: [(name, .beginning)]) { record in
            seen.add(record)
        }
        await seen.wait(for: 1)
        #expect(seen.all.first?.brokerTimestampMs != nil)
        await reader.close()
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("two that make the same topic at once both end well")
    func ensuresTogether() async throws {
        let spec = TopicSpec(name: TestStack.uniqueName("race"), partitions: 2)
        let settings = try RealBroker.settings("admin")
        let origins = try await withThrowingTaskGroup(of: [EnsuredTopic].self) { group in
            for _ in 0..<4 {
                group.addTask { try await TopicAdmin(settings).ensure([spec], within: .seconds(30)) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(origins.count == 4)
        #expect(origins.filter { $0.origin == .created }.count == 1)
    }

    @Test("a configuration that the broker refuses is an error at once, not tried until the time is up")
    func refusedConfiguration() async throws {
        let spec = TopicSpec(
            name: TestStack.uniqueName("bad"), partitions: 1, configuration: ["retention.ms": "soon"])
        await #expect(throws: KafkaFault.rejected(code: "INVALID_CONFIG")) {
            try await TopicAdmin(try RealBroker.settings("admin")).ensure([spec], within: .seconds(60))
        }
    }

    @Test("a topic that is not there is unknown, and asking for it does not make it")
    func unknownTopic() async throws {
        let producer = try KafkaProducer(try RealBroker.settings("t"))
        let name = TestStack.uniqueName("absent")
        await #expect(throws: KafkaFault.unknownTopic(name)) {
            try await producer.prepare(topics: [name], within: .seconds(3))
        }
        await producer.close(flushingWithin: .zero)
    }

    @Test("100,000 records of a whole topic are read within 5 s, each once and in order")
    func readsWholeTopic() async throws {
        let settings = try RealBroker.settings("bulk")
        let topic = try await RealBroker.topic("bulk", partitions: 6)
        let producer = try KafkaProducer(settings, queueLimit: QueueLimit(records: 20_000, bytes: 64 << 20))
        try await producer.prepare(topics: [topic], within: .seconds(10))
        let value = [UInt8](repeating: 7, count: 300)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<10 {
                group.addTask {
                    try await withThrowingTaskGroup(of: Void.self) { sends in
                        for number in 0..<10_000 {
                            if number >= 500 { try await sends.next() }
                            sends.addTask {
                                let record = OutgoingRecord(
                                    topic: topic, key: Bench.bytes("\(lane)/\(number)"), value: value)
                                try await producer.send(record)
                            }
                        }
                        try await sends.waitForAll()
                    }
                }
            }
            try await group.waitForAll()
        }
        let got = Mutex((count: 0, inOrder: true, last: [Int32: Int64]()))
        let begun = ContinuousClock.now
        let reader = try TopicReader(settings, topics: [(topic, .beginning)]) { record in
            got.withLock { got in
                got.count += 1
                if record.offset != (got.last[record.partition] ?? -1) + 1 { got.inOrder = false }
                got.last[record.partition] = record.offset
            }
        }
        #expect(await reader.caughtUp(within: .seconds(60)))
        let took = ContinuousClock.now - begun
        #expect(got.withLock { $0.count } == 100_000)
        #expect(got.withLock { $0.inOrder })
        #expect(took < .seconds(5))
        await reader.close()
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("a reader from the end reads a partition that is added later from its beginning")
    func newPartitions() async throws {
        let settings = try RealBroker.settings("grow")
        let topic = try await RealBroker.topic("grow", partitions: 1)
        let seen = Seen<TopicPartition>()
        let reader = try TopicReader(settings, topics: [(topic, .end)], partitionRefresh: .milliseconds(100)) {
            record in
            seen.add(TopicPartition(topic: record.topic, partition: record.partition))
        }
        #expect(await reader.caughtUp())
        try RealBroker.grow(topic, to: 3, settings)
        let producer = try KafkaProducer(settings)
        // Its own look at the partitions may be older than the new ones.
        _ = try await eventually("a record goes to each partition") { () -> Bool? in
            try await producer.prepare(topics: [topic], within: .seconds(5))
            let sent = try await producer.send(OutgoingRecord(topic: topic, key: nil, value: []))
            return sent.partition == 2 ? true : nil
        }
        await seen.wait { $0.contains { $0.partition == 2 } }
        await reader.close()
        await producer.close(flushingWithin: .seconds(5))
    }
}

/// The broker of the local stack.
enum RealBroker {
    static func settings(_ id: String, properties: [String: String] = [:]) throws -> KafkaSettings {
        KafkaSettings(bootstrapServers: try TestStack.kafka, clientID: "test-\(id)", properties: properties)
    }

    static func topic(_ purpose: String, partitions: Int) async throws -> String {
        let name = TestStack.uniqueName(purpose)
        let spec = TopicSpec(name: name, partitions: partitions)
        try await TopicAdmin(try settings("admin")).ensure([spec], within: .seconds(30))
        return name
    }

    /// Adds partitions by librdkafka's own call, which the product has no use for.
    static func grow(_ topic: String, to count: Int, _ settings: KafkaSettings) throws {
        let client = try Client(.producer, settings, properties: [:], context: ClientContext(onEvent: { _ in }))
        var wish = rd_kafka_NewPartitions_new(topic, count, nil, 0)
        defer { rd_kafka_NewPartitions_destroy(wish) }
        let queue = rd_kafka_queue_new(client.raw)
        defer { rd_kafka_queue_destroy(queue) }
        rd_kafka_CreatePartitions(client.raw, &wish, 1, nil, queue)
        let event = try #require(rd_kafka_queue_poll(queue, 20_000))
        defer { rd_kafka_event_destroy(event) }
        #expect(rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR)
    }
}
