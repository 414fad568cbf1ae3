import Glibc
import Kafka
import TestStack
import Testing

/// What happens while something is missing.
@Suite("absence")
struct AbsenceTests {
    private let nowhere = [
        "MONGODB_URI": "mongodb://127.0.0.1:1/", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "S3_CLIPS_BUCKET": "clips", "GATEWAY_ADDRESS": "127.0.0.1",
    ]
    private let ready = #"""
        {"clip_id":"507f1f77bcf86cd799439011/0-30000.mp3","object_key":"audio_clips/507f1f77bcf86cd799439011/0-30000_v2-1a2b3c4d.mp3",
        "start_ms":0,"duration_ms":30000,"size_bytes":480000,"stored_at":4000000000,"object_expires_at":4200000000,
        "source_checked_at":4000000000,"exact":"sample","cut":true}
        """#

    private func broker() throws -> MockCluster {
        let broker = try MockCluster()
        for topic in ["requested", "resolved", "ready", "failed", "dead-letter", "purged"] {
            try broker.createTopic("clip.\(topic)", partitions: 1)
        }
        return broker
    }

    @Test("a hit needs neither Kafka nor MongoDB nor S3, and equal hits get equal URLs")
    func hitsAlone() async throws {
        let broker = try broker()
        let producer = try KafkaProducer(
            KafkaSettings(bootstrapServers: broker.bootstrapServers, clientID: "test", isEmbedded: true))
        let key = Array("507f1f77bcf86cd799439011/0-30000.mp3".utf8)
        try await producer.send(OutgoingRecord(topic: "clip.ready", key: key, value: Array(ready.utf8)))
        let gateway = try await GatewayProcess.start(
            nowhere.merging(["KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers]) { $1 })
        try await gateway.process.ready(port: gateway.port)
        try broker.bringDown()
        _ = try await eventually("the gateway to notice") {
            try await gateway.get("health").text.contains(#""status":"degraded""#) ? true : nil
        }
        let one = try await gateway.clip(start: 0)
        #expect(one.status == 200, "\(one.text)")
        let two = try await gateway.clip(start: 0).json(ClipAnswer.self)
        #expect(try one.json(ClipAnswer.self) == two)
        #expect(two.cacheHit)
        #expect(try await HTTPFetch.get("\(gateway.base)/readyz").status == 200)
        await producer.close(flushingWithin: .zero)
    }

    @Test("without a broker a request is refused as such, and /readyz says what is missing")
    func noBroker() async throws {
        let gateway = try await GatewayProcess.start(
            nowhere.merging(["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "GATEWAY_WAIT": "500ms"]) { $1 })
        try await gateway.process.ready(port: gateway.port, path: "/livez")
        let readiness = try await HTTPFetch.get("\(gateway.base)/readyz")
        #expect(readiness.status == 503)
        #expect(readiness.text.contains(#""broker":"unreachable""#))
        let reply = try await gateway.clip(start: 0)
        #expect(reply.status == 503)
        #expect(try reply.json(Problem.self).reason == "broker-unavailable")
        #expect(reply.header("Retry-After") != nil)
        #expect(readiness.header("Retry-After") != nil)
        // Who does not want to wait does not wait for the broker either.
        let accepted = try await gateway.clip(start: 1, headers: ["Prefer": "respond-async"])
        #expect(accepted.status == 202)
        let progress = try await HTTPFetch.get(gateway.base + (try #require(accepted.header("Location"))))
        #expect(progress.text.contains(#""status":"queued""#))
        #expect(try await gateway.process.stop() == .code(0))
    }

    @Test("what is not ready in time is a 504, and with Prefer a 202")
    func notInTime() async throws {
        let broker = try broker()
        let gateway = try await GatewayProcess.start(
            nowhere.merging(["KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers, "GATEWAY_WAIT": "3s"]) { $1 })
        try await gateway.process.ready(port: gateway.port)
        async let slow = gateway.clip(start: 0)
        async let preferring = gateway.clip(start: 0, headers: ["Prefer": "wait=3"])
        #expect(try await gateway.clip(start: 0, headers: ["Prefer": "wait=0"]).status == 202)
        let (late, accepted) = try await (slow, preferring)
        #expect(late.status == 504)
        #expect(try late.json(Problem.self).reason == "not-ready-in-time")
        #expect(accepted.status == 202)
        #expect(accepted.text.contains(#""status":"resolving""#), "\(accepted.text)")
        withExtendedLifetime(broker) {}
    }
}
