import Fakes
import Kafka
import Synchronization
import TestStack
import Testing

@testable import Flow

@Suite("what every sink of records promises", .timeLimit(.minutes(1)))
struct RecordSinkPromiseTests {
    @Test("the sink of unit tests", arguments: RecordSinkPromise.allCases)
    func kept(promise: RecordSinkPromise) async throws {
        let sink = KeptRecords(limitBytes: 1_000_000)
        try await promise.check(on: sink, topic: "t") { count in
            try await eventually("\(count) records") { sink.sent.count >= count ? sink.sent : nil }
        }
    }

    /// What librdkafka's own broker has got of librdkafka's producer, read back by its consumer.
    @Test("the producer of a service", arguments: RecordSinkPromise.allCases)
    func producer(promise: RecordSinkPromise) async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 3)
        let settings = KafkaSettings(
            bootstrapServers: mock.bootstrapServers, clientID: "test", isEmbedded: true,
            privateBrokers: mock.privateBrokers)
        let producer = try KafkaProducer(settings)
        try await producer.prepare(topics: ["t"], within: .seconds(10))
        let read = Mutex<[OutgoingRecord]>([])
        let reader = try TopicReader(settings, topics: [("t", .beginning)]) { record in
            let same = OutgoingRecord(
                topic: record.topic, key: record.key, value: record.value, headers: record.headers)
            read.withLock { $0.append(same) }
        }
        try await promise.check(on: producer, topic: "t") { count in
            try await eventually("\(count) records") { read.withLock { $0.count >= count ? $0 : nil } }
        }
        await reader.close()
        await producer.close(flushingWithin: .seconds(5))
    }
}
