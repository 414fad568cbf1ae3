import Domain
import Kafka
import Settings
import Testing
import Wiring

@testable import Flow

/// The names and values of topics' settings are Kafka's ("Topic Configs" in its documentation).
@Suite("topics beside what a service expects")
struct TopicVerdictTests {
    private let broker: BrokerSettings = {
        var read = SettingsReader(
            environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "KAFKA_TOPIC_REPLICATION": "3"])
        return BrokerSettings(from: &read)
    }()

    private func need(_ service: ServiceName, _ topic: String) throws -> TopicNeed {
        try #require(broker.needs(of: service).first { $0.spec.name == topic })
    }

    private let right = [
        "cleanup.policy": "delete", "message.timestamp.type": "LogAppendTime", "retention.ms": "604800000",
        "min.insync.replicas": "2", "max.message.bytes": "1048588",
    ]

    @Test("a topic as it is made here has no fault")
    func asMade() throws {
        for service in ServiceName.allCases {
            for need in broker.needs(of: service) {
                let facts = TopicFacts(
                    id: "x", partitions: need.spec.partitions, replicas: 3, replicasInSync: 3, rights: need.rights)
                #expect(TopicVerdict.shape(of: facts, beside: need) == TopicVerdict())
                let settings = right.merging(need.spec.configuration) { $1 }
                #expect(TopicVerdict.settings(settings, replicas: 3, beside: need) == TopicVerdict())
            }
        }
    }

    @Test("a missing right is named with its topic, and rights that nobody told are not missed")
    func rights() throws {
        let need = try need(.gateway, "clip.requested")
        let denied = TopicFacts(partitions: 12, replicas: 3, rights: [.read, .describe])
        #expect(
            TopicVerdict.shape(of: denied, beside: need).problems == ["Kafka denies Write on topic clip.requested"])
        let untold = TopicFacts(partitions: 12, replicas: 3, rights: nil)
        #expect(TopicVerdict.shape(of: untold, beside: need) == TopicVerdict())
    }

    @Test("partitions without a leader are a problem; other numbers than configured are a warning")
    func shape() throws {
        let need = try need(.cutter, "clip.ready")
        let verdict = TopicVerdict.shape(
            of: TopicFacts(partitions: 6, leaderless: 2, replicas: 1, rights: need.rights), beside: need)
        #expect(verdict.problems == ["2 of 6 partitions of topic clip.ready have no leader"])
        #expect(verdict.warnings.count == 2)
        #expect(verdict.warnings.contains { $0.contains("6 partitions, and 12") })
        #expect(verdict.warnings.contains { $0.contains("1 replicas, and 3") })
    }

    @Test(
        "settings that others made are told apart: what stops the work, and what weakens it",
        arguments: [
            ("clip.dead-letter", ["cleanup.policy": "compact"], true, "cleanup.policy=compact"),
            ("clip.failed", ["cleanup.policy": "compact,delete"], true, "cleanup.policy=compact,delete"),
            ("clip.ready", ["cleanup.policy": "delete"], false, "cleanup.policy=delete"),
            ("clip.resolved", ["cleanup.policy": "compact"], false, "cleanup.policy=compact"),
            ("clip.ready", ["message.timestamp.type": "CreateTime"], false, "message.timestamp.type=CreateTime"),
            ("clip.failed", ["retention.ms": "60000"], false, "retention.ms=60000"),
            ("clip.ready", ["min.insync.replicas": "4"], true, "min.insync.replicas=4"),
            ("clip.ready", ["min.insync.replicas": "1"], false, "min.insync.replicas=1"),
            ("clip.dead-letter", ["max.message.bytes": "1000"], false, "max.message.bytes=1000"),
        ])
    func settings(topic: String, changed: [String: String], isProblem: Bool, told: String) throws {
        let need = try need(.cutter, topic)
        let settings = right.merging(need.spec.configuration) { $1 }.merging(changed) { $1 }
        let verdict = TopicVerdict.settings(settings, replicas: 3, beside: need)
        #expect((verdict.problems.count, verdict.warnings.count) == (isProblem ? 1 : 0, isProblem ? 0 : 1))
        #expect((verdict.problems + verdict.warnings).allSatisfy { $0.contains(told) && $0.contains(topic) })
    }

    @Test("retention without an end is no shorter than any, and no setting at all is no fault")
    func harmless() throws {
        let need = try need(.cutter, "clip.failed")
        let endless = right.merging(need.spec.configuration) { $1 }.merging(["retention.ms": "-1"]) { $1 }
        #expect(TopicVerdict.settings(endless, replicas: 3, beside: need) == TopicVerdict())
        #expect(TopicVerdict.settings([:], replicas: 3, beside: need) == TopicVerdict())
    }
}
