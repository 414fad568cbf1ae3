import CRdkafka
import Testing

@testable import Kafka

/// The names and what a property is called besides are those of librdkafka's CONFIGURATION.md.
@Suite("the properties of a client")
struct ClientSettingsTests {
    @Test(
        "what an operator gives counts before what we set, under whichever of its names",
        arguments: [
            ("max.in.flight", "max.in.flight.requests.per.connection"),
            ("linger.ms", "queue.buffering.max.ms"),
            ("retries", "message.send.max.retries"),
            ("max.partition.fetch.bytes", "fetch.message.max.bytes"),
        ], [false, true])
    func givenWins(names: (String, String), reversed: Bool) throws {
        let (ours, given) = reversed ? (names.1, names.0) : names
        let client = try Client(
            .producer, KafkaSettings(bootstrapServers: "127.0.0.1:1", clientID: "c", properties: [given: "3"]),
            properties: [ours: "4"], context: ClientContext(onEvent: { _ in }))
        for name in [ours, given] { #expect(Self.value(of: name, in: client) == "3", "\(name)") }
    }

    private static func value(of name: String, in client: Client) -> String? {
        var text = [CChar](repeating: 0, count: 64)
        var size = text.count
        guard rd_kafka_conf_get(rd_kafka_conf(client.raw), name, &text, &size) == RD_KAFKA_CONF_OK else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
