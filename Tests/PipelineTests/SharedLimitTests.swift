import FoundationEssentials
import Kafka
import Synchronization
import TestStack
import Testing

/// A limit over three gateways on the real broker. Nothing comes back of the quota while the test runs, and each step waits for
/// what the topic and the gateways say, so no clock decides.
@Suite("one limit over three gateways", .timeLimit(.minutes(3)))
struct SharedLimitTests {
    private static let quota = 60
    private static let key = "cutroom_of_a_test"
    /// `printf %s cutroom_of_a_test | sha256sum`
    private static let hash = "71625e313be904c65c60b4c09bfba6dfd7eb7bec9531f6c46c59e931649b5210"

    private struct Told: Decodable {
        let gateway: String
        let keys: [String: [Int]]
    }

    /// What lies in `gateway.usage` until now.
    private func told(_ kafka: KafkaSettings, _ topic: String) async throws -> [Told] {
        let told = Mutex<[Told]>([])
        let reader = try TopicReader(kafka, topics: [(topic, .beginning)]) { record -> Void in
            guard let value = record.value, let event = try? JSONDecoder().decode(Told.self, from: Data(value)) else {
                Issue.record("no event at \(record.offset)")
                return
            }
            told.withLock { $0.append(event) }
        }
        let isRead = await reader.caughtUp(within: .seconds(30))
        await reader.close()
        #expect(isRead)
        return told.withLock { $0 }
    }

    private struct Member {
        let gateway: GatewayProcess
        let operations: Int

        /// - Returns: whether the limit let it pass.
        func asks() async throws -> Bool {
            let reply = try await gateway.get(
                "requests/none%2F0-1000.mp3", headers: ["X-Api-Key": SharedLimitTests.key])
            #expect(reply.status == 404 || reply.status == 429, "\(reply.text)")
            return reply.status == 404
        }

        func counted(_ outcome: String) async throws -> Int {
            let text = try await HTTPFetch.get("http://127.0.0.1:\(operations)/metrics").text
            let series = "cutroom_limit_usage_records_total{outcome=\"\(outcome)\"} "
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(series) })
            return try #require(Int(line.dropFirst(series.count)))
        }
    }

    @Test(
        "a key's limit holds over three gateways within a fifth, what was over it is owed, and no key is on the topic")
    func threeGateways() async throws {
        let keys = "web sha256:\(Self.hash) requests=\(Self.quota)/d misses=none"
        let pipeline = try await Pipeline.make(["GATEWAY_KEYS": keys, "GATEWAY_LIMIT_EXCHANGE": "200ms"])
        var members: [Member] = []
        for _ in 0..<3 {
            let port = TestStack.freePort()
            let gateway = try await pipeline.gateway([
                "GATEWAY_HEALTH_PORT": String(port), "GATEWAY_HEALTH_ADDRESS": "127.0.0.1",
            ])
            // It reads from the topic's end, and that has to be before anybody writes.
            try await gateway.process.line(containing: "is counted from now on", within: .seconds(30))
            members.append(Member(gateway: gateway, operations: port))
        }
        let prefix = try #require(pipeline.environment["KAFKA_TOPIC_PREFIX"])
        let kafka = KafkaSettings(bootstrapServers: try TestStack.kafka, clientID: "test")
        var (allowed, rounds) = (0, 0)
        while true {
            let before = allowed
            for member in members { for _ in 0..<3 where try await member.asks() { allowed += 1 } }
            guard allowed > before else { break }
            rounds += 1
            let all = try await eventually("what was used to be told", within: .seconds(30)) {
                let told = try await told(kafka, "\(prefix)gateway.usage")
                return told.reduce(0) { $0 + ($1.keys["web"]?[0] ?? 0) } == allowed ? told : nil
            }
            #expect(Set(all.map(\.gateway)).count == 3)
            _ = try await eventually("every gateway to know it", within: .seconds(30)) {
                var known = 0
                for member in members { known += try await member.counted("taken") }
                return known == 2 * all.count ? true : nil
            }
        }
        #expect(rounds >= 6)
        #expect((Self.quota...Self.quota * 6 / 5).contains(allowed), "\(allowed) of \(Self.quota)")
        for member in members {
            #expect(try await !member.asks())
            #expect(try await member.counted("skipped") == 0)
        }
    }
}
