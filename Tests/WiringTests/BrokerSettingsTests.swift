import Settings
import Testing
import Wiring

@Suite("librdkafka's properties in the environment")
struct BrokerSettingsTests {
    private func mistakes(_ environment: [String: String]) -> String {
        var read = SettingsReader(
            environment: environment.merging(["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092"]) { $1 })
        _ = BrokerSettings(from: &read)
        do throws(SettingsFault) {
            try read.finish()
            return ""
        } catch { return "\(error)" }
    }

    @Test(
        "what the services' promises rest on can't be overridden: the start names it",
        arguments: [
            "ENABLE_AUTO_OFFSET_STORE", "ENABLE_AUTO_COMMIT", "ENABLE_IDEMPOTENCE", "ACKS", "REQUEST_REQUIRED_ACKS",
            "PARTITIONER", "AUTO_OFFSET_RESET", "GROUP_ID", "TRANSACTIONAL_ID", "BOOTSTRAP_SERVERS",
            "METADATA_BROKER_LIST", "MESSAGE_TIMEOUT_MS", "DELIVERY_TIMEOUT_MS", "STATISTICS_INTERVAL_MS",
            "QUEUE_BUFFERING_MAX_MESSAGES", "QUEUE_BUFFERING_MAX_KBYTES", "ALLOW_AUTO_CREATE_TOPICS",
        ])
    func reserved(name: String) {
        let told = mistakes(["KAFKA_PROPERTY_" + name: "1"])
        #expect(told.contains("KAFKA_PROPERTY_\(name): must not be set"), "\(told)")
    }

    @Test("an unknown property and a value out of range are named at the start, and no value is shown")
    func unknown() {
        let told = mistakes(["KAFKA_PROPERTY_SASL_PASSWORT": "hunter2", "KAFKA_PROPERTY_SOCKET_TIMEOUT_MS": "hunter3"])
        #expect(told.contains("KAFKA_PROPERTY_SASL_PASSWORT: librdkafka knows no property sasl.passwort"))
        #expect(told.contains("KAFKA_PROPERTY_SOCKET_TIMEOUT_MS: librdkafka refuses this value"))
        #expect(!told.contains("hunter"))
    }

    @Test("properties that are right alone and wrong together are named at the start, with librdkafka's reason")
    func together() {
        let told = mistakes([
            "KAFKA_PROPERTY_SECURITY_PROTOCOL": "SSL", "KAFKA_PROPERTY_SSL_CA_LOCATION": "/nowhere/ca.pem",
        ])
        #expect(told.contains("KAFKA_PROPERTY_SECURITY_PROTOCOL, KAFKA_PROPERTY_SSL_CA_LOCATION: "))
        #expect(told.contains("ssl.ca.location"))
    }

    /// Kafka, "Topic-Level Configs": records go with their segment, and a segment that is written to does not go.
    @Test("what gateways tell each other is kept for minutes, in one partition, and is no topic of cutroom serve")
    func usage() throws {
        var read = SettingsReader(environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092"])
        let broker = BrokerSettings(from: &read)
        let spec = broker.spec(of: broker.topics.usage, clipLifetime: .seconds(86_400))
        #expect(spec.partitions == 1 && spec.configuration["cleanup.policy"] == "delete")
        #expect(spec.configuration["retention.ms"] == "600000" && spec.configuration["segment.ms"] == "600000")
        let served = broker.topicSpecs(clipLifetime: .seconds(86_400)).map(\.name)
        #expect(Set(broker.topics.all).subtracting(served) == [broker.topics.usage])
        #expect(!broker.topics.isEssential(broker.topics.usage) && broker.topics.isEssential(broker.topics.ready))
    }

    @Test("SASL, TLS and tuning are the operator's")
    func allowed() {
        #expect(
            mistakes([
                "KAFKA_PROPERTY_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "KAFKA_PROPERTY_SASL_MECHANISM": "PLAIN",
                "KAFKA_PROPERTY_SASL_USERNAME": "cutter", "KAFKA_PROPERTY_SASL_PASSWORD": "secret",
                "KAFKA_PROPERTY_SOCKET_TIMEOUT_MS": "9000", "KAFKA_PROPERTY_COMPRESSION_TYPE": "lz4",
            ]) == "")
    }
}
