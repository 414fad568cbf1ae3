import Fakes
import Kafka
import Logging
import Settings
import Synchronization
import TestStack
import Testing
import Wiring

@testable import Flow

/// On a broker of its own that checks rights, with users and commands as docs/operations.md gives them.
@Suite("the watch over a service's topics", .timeLimit(.minutes(3)))
struct TopicWatchTests {
    private func broker(_ servers: String, user: String?) throws -> BrokerSettings {
        var environment = ["KAFKA_BOOTSTRAP_SERVERS": servers, "KAFKA_TOPIC_PARTITIONS": "2"]
        if let user {
            environment["KAFKA_PROPERTY_SECURITY_PROTOCOL"] = "SASL_PLAINTEXT"
            environment["KAFKA_PROPERTY_SASL_MECHANISM"] = "PLAIN"
            environment["KAFKA_PROPERTY_SASL_USERNAME"] = user
            environment["KAFKA_PROPERTY_SASL_PASSWORD"] = "\(user)-secret"
        }
        var read = SettingsReader(environment: environment)
        let broker = BrokerSettings(from: &read)
        try read.finish()
        return broker
    }

    private func watch(_ service: ServiceName, _ broker: BrokerSettings, _ log: Log) throws -> TopicWatch {
        try TopicWatch(of: broker, kafka: broker.client(of: service.rawValue, log: log), log: log)
    }

    private func never() async { try? await Task.sleep(for: .seconds(3600)) }

    @Test("missing topics are made at the start and again while running, and readers hear of it and of new partitions")
    func topics() async throws {
        let stack = try await KafkaWithRights()
        let lines = LineSink()
        let log = Log(service: "test", version: "1", sink: lines)
        let open = try broker(stack.open, user: nil)
        let watch = try watch(.gateway, open, log)
        let replaced = Mutex<[String]>([])
        let grown = Mutex<[String]>([])
        watch.whenChanged { topic, change in
            switch change {
            case .replaced: replaced.withLock { $0.append(topic) }
            case .grown: grown.withLock { $0.append(topic) }
            }
        }
        #expect(await watch.begin(open.needs(of: .gateway), stopping: never))
        #expect(watch.problems == [])
        // Of its own topics only.
        let made = try await stack.tool("topics", "--list")
        #expect(
            made.split(separator: "\n").sorted() == [
                "clip.failed", "clip.ready", "clip.requested", "clip.requested.bulk", "clip.resolved",
                "gateway.usage",
            ])

        try await stack.tool("topics", "--delete", "--topic", "clip.resolved")
        _ = try await eventually("the readers to hear of the new topic") {
            replaced.withLock { $0 } == ["clip.resolved"] ? true : nil
        }
        #expect(lines.holds("A topic was missing and is made", "clip.resolved", "warning"))
        _ = try await eventually("no problem to be left") { watch.problems.isEmpty ? true : nil }

        try await stack.tool("topics", "--alter", "--topic", "clip.ready", "--partitions", "3")
        _ = try await eventually("the readers to hear of the new partition") {
            grown.withLock { $0 } == ["clip.ready"] ? true : nil
        }

        try await stack.tool(
            "configs", "--alter", "--entity-type", "topics", "--entity-name", "clip.requested", "--add-config",
            "message.timestamp.type=CreateTime,cleanup.policy=compact")
        _ = try await eventually("the changed settings to be noticed", within: .seconds(60)) {
            watch.problems.contains { $0.contains("clip.requested has cleanup.policy=compact") } ? true : nil
        }
        #expect(lines.holds("not as configured", "message.timestamp.type=CreateTime"))
        await watch.end()
        try await stack.end()
    }

    @Test("a missing right is named with its topic, at the start and while running, and nothing ends")
    func rights() async throws {
        let stack = try await KafkaWithRights()
        let secured = try broker(stack.secured, user: "cutter")
        let lines = LineSink()
        let log = Log(service: "test", version: "1", sink: lines)
        // Somebody makes the topics, and the cutter has no right at all.
        let open = try broker(stack.open, user: nil)
        let maker = try watch(.resolver, open, .silent)
        #expect(await maker.begin(open.needs(of: .resolver), stopping: never))
        await maker.end()
        let watch = try watch(.cutter, secured, log)
        #expect(await watch.begin(secured.needs(of: .cutter), stopping: never))
        #expect(watch.problems.count == 6)
        #expect(watch.problems.contains("Kafka denies Write, and even Describe, on topic clip.ready"))
        #expect(lines.holds("Kafka lacks what this service needs", "Write", "clip.ready", "warning"))

        try await stack.tool(
            "acls", "--add", "--allow-principal", "User:cutter", "--operation", "Read", "--topic", "clip.resolved",
            "--topic", "clip.resolved.bulk", "--topic", "clip.purged")
        try await stack.tool(
            "acls", "--add", "--allow-principal", "User:cutter", "--operation", "Write", "--topic", "clip.ready",
            "--topic", "clip.failed", "--topic", "clip.dead-letter")
        _ = try await eventually("all rights to be seen") { watch.problems.isEmpty ? true : nil }
        #expect(lines.holds("its settings are not checked", "DescribeConfigs on topic clip.ready"))

        // Describe stays, so only asking for the rights themselves tells.
        try await stack.tool(
            "acls", "--add", "--allow-principal", "User:cutter", "--operation", "Describe", "--topic", "clip.ready")
        try await stack.tool(
            "acls", "--remove", "--force", "--allow-principal", "User:cutter", "--operation", "Write", "--topic",
            "clip.ready")
        _ = try await eventually("the revoked right to be named") {
            watch.problems == ["Kafka denies Write on topic clip.ready"] ? true : nil
        }
        await watch.end()
        try await stack.end()
    }

    @Test("who may not make a missing topic says so, with the right, and goes on when it is there")
    func create() async throws {
        let stack = try await KafkaWithRights()
        for topic in [
            "clip.requested", "clip.requested.bulk", "clip.resolved", "clip.ready", "clip.failed", "gateway.usage",
        ] {
            try await stack.tool(
                "acls", "--add", "--allow-principal", "User:gateway", "--operation", "Read", "--operation", "Write",
                "--topic", topic)
        }
        let secured = try broker(stack.secured, user: "gateway")
        let watch = try watch(.gateway, secured, .silent)
        #expect(await watch.begin(secured.needs(of: .gateway), stopping: never))
        #expect(
            watch.problems.contains {
                $0.hasPrefix("topic clip.ready is missing and can't be made: Kafka denies Create on topic clip.ready")
            }, "\(watch.problems)")
        let open = try broker(stack.open, user: nil)
        let maker = try self.watch(.gateway, open, .silent)
        #expect(await maker.begin(open.needs(of: .gateway), stopping: never))
        await maker.end()
        _ = try await eventually("the topics to be seen") { watch.problems.isEmpty ? true : nil }
        await watch.end()
        try await stack.end()
    }
}
