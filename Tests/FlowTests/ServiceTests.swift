import Domain
import FoundationEssentials
import Health
import Kafka
import Logging
import Settings
import Synchronization
import TestStack
import Testing
import Wiring

@testable import Flow

/// On the real broker, with topics of its own.
@Suite("a service of records", .timeLimit(.minutes(2)))
struct ServiceTests {
    private let broker: BrokerSettings
    private let codec = EventCodec(source: "/test")

    init() throws {
        var read = SettingsReader(environment: [
            "KAFKA_BOOTSTRAP_SERVERS": try TestStack.kafka, "KAFKA_TOPIC_PARTITIONS": "1",
            "KAFKA_TOPIC_PREFIX": TestStack.uniqueName("service") + ".",
        ])
        broker = BrokerSettings(from: &read)
        try read.finish()
    }

    private func episode(_ number: Int) throws -> ObjectID {
        try #require(ObjectID(hex: String(String(number + (1 << 40), radix: 16).suffix(8)) + "bcf86cd799439011"))
    }

    private func resolved(_ episode: ObjectID) throws -> OutgoingRecord {
        let event = try ClipResolved(
            clipID: try ClipID(parsing: "\(episode)/0-30000.mp3"), budget: .seconds(600), episode: episode,
            guid: "a-guid",
            feedSlug: "feed", title: nil, window: try #require(ClipWindow(startMs: 0, endMs: 30_000)))
        return codec.encode(event, to: broker.topics.resolved.live, trace: .new())
    }

    private func purged(_ episode: ObjectID) -> OutgoingRecord {
        codec.encode(EpisodePurged(episode: episode), to: broker.topics.purged, trace: .new())
    }

    private func makeTopics() async throws {
        let inspector = try TopicInspector(broker.client(of: "test", log: .silent))
        for need in broker.needs(of: .cutter) { try await inspector.create(need.spec, within: .seconds(30)) }
        await inspector.close()
    }

    @Test("it knows all purges before it takes its first record, however many there were")
    func purgesFirst() async throws {
        try await makeTopics()
        let topics = broker.topics
        let (gone, there) = (try episode(0), try episode(1))
        let producer = try KafkaProducer(broker.client(of: "test", log: .silent))
        try await producer.send(resolved(gone))
        // A long topic, in which the mark that counts comes last.
        let others = try (2..<5_002).map { purged(try episode($0)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in 0..<50 {
                group.addTask {
                    for record in others.dropFirst(part * 100).prefix(100) { try await producer.deliver(record) }
                }
            }
            try await group.waitForAll()
        }
        try await producer.send(purged(gone))
        try await producer.send(resolved(there))

        let worked = Mutex<[String]>([])
        let failed = Mutex<[String]>([])
        let marked = Mutex(false)
        let reader = try TopicReader(
            broker.client(of: "test", log: .silent), topics: [(topics.failed, .beginning)]
        ) { record in failed.withLock { $0.append(String(decoding: record.key ?? [], as: UTF8.self)) } }
        let isOver = Mutex(false)
        let stopping: @Sendable () async -> Void = {
            while !isOver.withLock({ $0 }), (try? await Task.sleep(for: .milliseconds(20))) != nil {}
        }
        let health = HealthRegistry(service: "cutter", version: "1")
        let service = try Flow.Service(
            .cutter, broker, clipLifetime: .seconds(86_400), version: "1", health: health, log: .silent
        )
        .step(
            "cuts", from: topics.resolved.live, to: [topics.ready], group: "cutter",
            onFailure: .tell(topic: topics.failed),
            limits: ConsumerLimits()
        ) { (incoming: Incoming<ClipResolved>) throws(ClipFault) in
            worked.withLock { $0.append(incoming.event.clipID.description) }
            return .nothing
        }
        .whenPurged { episode in
            guard episode == gone else { return }
            // No consumer has begun.
            #expect(health.report.dependencies.map(\.presence) == [.missing("the service is beginning")])
            marked.withLock { $0 = true }
        }
        let running = Task { try await service.run(until: stopping, drainWithin: .seconds(5)) }
        _ = try await eventually("both records to be settled", within: .seconds(60)) {
            worked.withLock { $0.count } + failed.withLock { $0.count } == 2 ? true : nil
        }
        #expect(worked.withLock { $0 } == ["\(there)/0-30000.mp3"])
        #expect(failed.withLock { $0 } == ["\(gone)/0-30000.mp3"])
        #expect(marked.withLock { $0 })
        _ = try await eventually("the service to be ready") { health.report.status == .ready ? true : nil }
        isOver.withLock { $0 = true }
        try await running.value
        #expect(health.report.status == .stopping)
        await reader.close()
        await producer.close(flushingWithin: .seconds(1))
    }

    @Test("one that is stopped before a broker answers ends at once, with what it opened")
    func neverBegun() async throws {
        var read = SettingsReader(environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
        let away = BrokerSettings(from: &read)
        let ended = Mutex<[String]>([])
        let service = try Flow.Service(
            .gateway, away, clipLifetime: .seconds(86_400), version: "1", log: .silent
        )
        .atStop("first") { ended.withLock { $0.append("first") } }
        .whenDrained("then") { ended.withLock { $0.append("then") } }
        try await service.run(until: {})
        #expect(ended.withLock { $0 } == ["first", "then"])
        await #expect(throws: KafkaFault.closed) {
            try await service.producer.send(OutgoingRecord(topic: "t", key: nil, value: [], headers: []))
        }
    }
}
