import Domain
import Fakes
import Health
import Kafka
import Logging
import Settings
import Synchronization
import TestStack
import Testing
import Wiring

@testable import Flow

@Suite("a service of two lanes", .timeLimit(.minutes(3)))
final class ServiceLanesTests: Sendable {
    private struct Work: Hashable {
        let clip: String
        let lane: Lane
    }

    private let worked = Mutex<[Work]>([])
    private let isOver = Mutex(false)
    private let codec = EventCodec(source: "/test")
    private let episode = "507f1f77bcf86cd799439011"

    private func broker(_ environment: [String: String]) throws -> BrokerSettings {
        var read = SettingsReader(environment: environment.merging(["KAFKA_TOPIC_PARTITIONS": "1"]) { $1 })
        let broker = BrokerSettings(from: &read)
        try read.finish()
        return broker
    }

    @Sendable private func stopping() async {
        while !isOver.withLock({ $0 }), (try? await Task.sleep(for: .milliseconds(20))) != nil {}
    }

    private func make(_ needs: [TopicNeed], _ broker: BrokerSettings) async throws {
        let inspector = try TopicInspector(broker.client(of: "test", log: .silent))
        for need in needs { try await inspector.create(need.spec, within: .seconds(30)) }
        await inspector.close()
    }

    private func resolved(_ second: Int32, to topic: String) throws -> OutgoingRecord {
        let event = try ClipResolved(
            clipID: try ClipID(parsing: "\(episode)/\(second * 1000)-\(second * 1000 + 500).mp3"),
            budget: .seconds(600), episode: try #require(ObjectID(hex: episode)), guid: "a-guid", feedSlug: "feed",
            title: nil, window: try #require(ClipWindow(startMs: second * 1000, endMs: second * 1000 + 500)))
        return codec.encode(event, to: topic, trace: .new())
    }

    private func service(
        _ broker: BrokerSettings, _ health: HealthRegistry, _ log: Log,
        _ work: @escaping @Sendable (Lane) async -> Void = { _ in }
    ) throws -> Flow.Service {
        let topics = broker.topics
        return try Flow.Service(
            .cutter, broker, clipLifetime: .seconds(86_400), version: "1", health: health, log: log
        )
        .step(
            "cuts", from: topics.resolved,
            lanes: [.live: ConsumerLimits(maxInFlight: 2), .bulk: ConsumerLimits(maxInFlight: 1)], to: [topics.ready],
            group: "cutter", onFailure: .tell(topic: topics.failed)
        ) { [self] (incoming: Incoming<ClipResolved>) throws(ClipFault) in
            worked.withLock { $0.append(Work(clip: incoming.event.clipID.description, lane: incoming.lane)) }
            await work(incoming.lane)
            return .nothing
        }
    }

    /// On the real broker: live records pass while the bulk lane has all in hand that it may, and the rest of it lies there.
    @Test("it works on live records while bulk ones fill their lane, however long they take")
    func besideEachOther() async throws {
        let broker = try broker([
            "KAFKA_BOOTSTRAP_SERVERS": try TestStack.kafka,
            "KAFKA_TOPIC_PREFIX": TestStack.uniqueName("lanes") + ".",
        ])
        try await make(broker.needs(of: .cutter), broker)
        let topics = broker.topics
        let producer = try KafkaProducer(broker.client(of: "test", log: .silent))
        for second in 0..<5 { try await producer.send(resolved(Int32(second), to: topics.resolved.bulk)) }
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let health = HealthRegistry(service: "cutter", version: "1")
        let service = try service(broker, health, .silent) { lane in
            if lane == .bulk { for await _ in gate { return } }
        }
        let running = Task {
            try await service.run(until: stopping, drainWithin: .seconds(5))
        }
        _ = try await eventually("the first bulk record to be worked on", within: .seconds(60)) {
            worked.withLock { $0.isEmpty } ? nil : true
        }
        for second in 10..<13 { try await producer.send(resolved(Int32(second), to: topics.resolved.live)) }
        _ = try await eventually("the live records") { worked.withLock { $0.count } == 4 ? true : nil }
        #expect(worked.withLock { $0.map(\.lane) } == [.bulk, .live, .live, .live])
        for _ in 0..<5 { open.yield() }
        _ = try await eventually("the bulk records") { worked.withLock { $0.count } == 8 ? true : nil }
        isOver.withLock { $0 = true }
        try await running.value
        await producer.close(flushingWithin: .seconds(1))
    }

    /// docs/operations.md, "Rights at Kafka", as it was before there were lanes: so an upgrade stops no live work.
    @Test("without the bulk lane's topics and the rights to them it is ready, does live work, and says what is missing")
    func withoutBulk() async throws {
        let stack = try await KafkaWithRights()
        try await stack.tool(
            "acls", "--add", "--allow-principal", "User:cutter", "--operation", "Read", "--topic", "clip.resolved",
            "--topic", "clip.purged", "--group", "cutroom-cutter")
        try await stack.tool(
            "acls", "--add", "--allow-principal", "User:cutter", "--operation", "Write", "--topic", "clip.ready",
            "--topic", "clip.failed", "--topic", "clip.dead-letter")
        let open = try broker(["KAFKA_BOOTSTRAP_SERVERS": stack.open])
        try await make(open.needs(of: .cutter).filter { !$0.spec.name.hasSuffix(".bulk") }, open)
        let secured = try broker([
            "KAFKA_BOOTSTRAP_SERVERS": stack.secured, "KAFKA_PROPERTY_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
            "KAFKA_PROPERTY_SASL_MECHANISM": "PLAIN", "KAFKA_PROPERTY_SASL_USERNAME": "cutter",
            "KAFKA_PROPERTY_SASL_PASSWORD": "cutter-secret",
        ])
        let lines = LineSink()
        let health = HealthRegistry(service: "cutter", version: "1")
        let service = try service(secured, health, Log(service: "cutter", version: "1", sink: lines))
        let running = Task {
            try await service.run(until: stopping, drainWithin: .seconds(5))
        }
        _ = try await eventually("the service to be ready", within: .seconds(60)) {
            health.report.status == .ready ? true : nil
        }
        let producer = try KafkaProducer(open.client(of: "test", log: .silent))
        try await producer.send(resolved(1, to: open.topics.resolved.live))
        _ = try await eventually("the live record") { worked.withLock { $0.count } == 1 ? true : nil }
        _ = try await eventually("what is missing to be said") {
            lines.holds("Kafka lacks what this service needs", "clip.resolved.bulk", "warning") ? true : nil
        }
        #expect(health.report.status == .ready)

        // Somebody follows the upgrade's notes.
        try await make(open.needs(of: .cutter).filter { $0.spec.name.hasSuffix(".bulk") }, open)
        try await producer.send(resolved(2, to: open.topics.resolved.bulk))
        try await stack.tool(
            "acls", "--add", "--allow-principal", "User:cutter", "--operation", "Read", "--topic",
            "clip.resolved.bulk", "--group", "cutroom-cutter-bulk")
        _ = try await eventually("the record that had waited", within: .seconds(60)) {
            worked.withLock { $0.last?.lane } == .bulk ? true : nil
        }
        isOver.withLock { $0 = true }
        try await running.value
        // Each lane has a group of its own, whose lag Kafka tells.
        for (group, topic) in [("cutroom-cutter", "clip.resolved"), ("cutroom-cutter-bulk", "clip.resolved.bulk")] {
            let told = try await stack.tool("consumer-groups", "--describe", "--group", group)
            let rows = told.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.first == group[...] }
            // Group, topic, partition, committed offset, end, lag.
            #expect(rows.map { $0.dropFirst().prefix(5) } == [[topic[...], "0", "1", "1", "0"]], "\(told)")
        }
        await producer.close(flushingWithin: .seconds(1))
        try await stack.end()
    }
}
