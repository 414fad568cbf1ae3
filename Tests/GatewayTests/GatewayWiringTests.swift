import Fakes
import Flow
import HTTPServer
import Kafka
import Logging
import Settings
import TestStack
import Testing
import Wiring

@testable import GatewayService

@Suite("the gateway as it is wired", .timeLimit(.minutes(1)))
struct GatewayWiringTests {
    @Test("it asks for the rights that operators are told to give it, and ends at once where no broker ever answered")
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
        let told = try await OperatorRights.topics(of: "gateway")
        #expect(told.count > 4)
        #expect(Dictionary(uniqueKeysWithValues: gateway.service.needs.map { ($0.spec.name, $0.rights) }) == told)
        try await gateway.run(stopping: {})
        await #expect(throws: KafkaFault.closed) {
            try await gateway.service.producer.send(OutgoingRecord(topic: "t", key: nil, value: [], headers: []))
        }
    }

    private func gateway(_ more: [String: String] = [:]) throws -> Gateway {
        var read = SettingsReader(
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "GATEWAY_ADDRESS": "127.0.0.1", "GATEWAY_PORT": "0",
            ].merging(more) { $1 })
        let (own, broker) = (GatewaySettings.Own(from: &read), BrokerSettings(from: &read))
        try read.finish()
        return try Gateway(
            own, broker: broker, life: LifeSettings(clipLifetime: .seconds(86_400), urls: .standard),
            signer: FixedSigner(), version: "1", log: .silent)
    }

    @Test("over its socket it answers as its handlers do, and an embedder's problem has the same form")
    func socket() async throws {
        let gateway = try gateway()
        let alive = try await HTTPFetch.get("http://127.0.0.1:\(gateway.port)/livez")
        #expect(alive.status == 200)
        let loading = try await HTTPFetch.get("http://127.0.0.1:\(gateway.port)/readyz")
        #expect(loading.status == 503)
        #expect(loading.text.contains(#""table":"loading""#))
        gateway.forget(objectKey: "no clip's key")
        let request = HTTPRequest(method: "GET", target: "/clips/x", headers: [("X-Request-Id", "abc")])
        let problem = Gateway.problem(.edge(EdgeFault(.urlExpired, "…")), for: request)
        #expect(problem.status == 403)
        #expect(problem.value("Content-Type") == "application/problem+json")
        #expect(problem.text.contains(#""instance":"abc","reason":"url-expired""#))
        try await gateway.run(stopping: {})
    }

    @Test("a clip held when it stops is ended by a problem that says so, before the drain's limit")
    func drained() async throws {
        let gateway = try gateway(["SHUTDOWN_LIMIT": "4s"])
        let url = "http://127.0.0.1:\(gateway.port)/api/v1/audio_clips/x?start_time_ms=0"
        async let held = HTTPFetch.get(url)
        let stop = Gate()
        let running = Task { try await gateway.run(stopping: { await stop.wait() }) }
        try await eventually("the request to be held") {
            try await HTTPFetch.get("http://127.0.0.1:\(gateway.port)/api/v1/audio_clips/health").text
                .contains(#""waiting":1"#)
        }
        stop.open()
        let reply = try await held
        #expect(reply.status == 503)
        #expect(reply.text.contains(#""reason":"stopping""#))
        try await running.value
    }

    @Test(
        "settings that contradict each other are named at the start",
        arguments: [
            (
                ["GATEWAY_STOP_DELAY": "60s", "SHUTDOWN_LIMIT": "10s"],
                "GATEWAY_STOP_DELAY: must leave SHUTDOWN_LIMIT time"
            ),
            (["DEFAULT_CLIP": "31s", "LONGEST_CLIP": "30s"], "DEFAULT_CLIP: must not exceed LONGEST_CLIP"),
            (["GATEWAY_WAIT": "61s"], "GATEWAY_WAIT: must not exceed GATEWAY_LONGEST_WAIT"),
        ])
    func mistakes(environment: [String: String], mistake: String) {
        var read = SettingsReader(environment: environment)
        _ = GatewaySettings.Own(from: &read)
        do {
            try read.finish()
            Issue.record("taken")
        } catch { #expect("\(error)".contains(mistake), "\(error)") }
    }

    @Test("without a bucket there is nothing to sign for, and it does not start")
    func noBucket() async throws {
        var read = SettingsReader(
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "GATEWAY_PORT": "0", "S3_CLIPS_BUCKET": "no/bucket",
                "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
            ])
        let settings = GatewaySettings(from: &read)
        await #expect(throws: SettingMissing.self) {
            try await Gateway.onS3(settings, version: "1", log: .silent, stopping: {})
        }
    }
}
