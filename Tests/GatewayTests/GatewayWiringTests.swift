import Flow
import Kafka
import Logging
import Settings
import Testing
import Wiring

@testable import GatewayService

@Suite("the gateway as it is wired", .timeLimit(.minutes(1)))
struct GatewayWiringTests {
    /// docs/operations.md, "Rights at Kafka".
    @Test("it asks for its own topics and rights and no other, and ends at once where no broker ever answered")
    func needs() async throws {
        var read = SettingsReader(environment: [
            "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "GATEWAY_ADDRESS": "127.0.0.1", "GATEWAY_PORT": "0",
        ])
        let (own, broker) = (GatewaySettings.Own(from: &read), BrokerSettings(from: &read))
        try read.finish()
        let gateway = try Gateway(
            own, broker: broker, life: LifeSettings(clipLifetime: .seconds(86_400), urls: .standard),
            signer: FixedSigner(), version: "1", log: .silent)
        #expect(gateway.port != 0)
        #expect(
            Dictionary(uniqueKeysWithValues: gateway.service.needs.map { ($0.spec.name, $0.rights) }) == [
                "clip.requested": [.read, .write], "clip.resolved": [.read], "clip.ready": [.read],
                "clip.failed": [.read],
            ])
        try await gateway.run(stopping: {})
        await #expect(throws: KafkaFault.closed) {
            try await gateway.service.producer.send(OutgoingRecord(topic: "t", key: nil, value: [], headers: []))
        }
    }
}
