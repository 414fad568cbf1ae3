import FoundationEssentials
import Glibc
import Kafka
import TestStack
import Testing

/// Plays and batches of answers through the real broker, the resolver and the database, against a count of what was sent.
@Suite("what is played", .timeLimit(.minutes(10)))
struct CountedPlaysTests {
    private static let marks = ["started", "quarter", "half", "three_quarters", "finished"]

    /// Records, and what they come to by clip and name.
    private struct Sent {
        var plays: [(key: String, value: String)] = []
        var served: [(key: String, value: String)] = []
        var expected: [String: [String: Int]] = [:]

        init(plays count: Int, batches: Int, clips: Int, at now: Int) {
            func clip(_ number: Int) -> String {
                "507f1f77bcf86cd79943901\(1 + number % 2)/\(number * 1000)-\(number * 1000 + 30_000).mp3"
            }
            for number in 0..<count {
                // Few clips are played often.
                let clip = clip(Int(Double(clips) * pow(Double.random(in: 0..<1), 3)))
                let (mark, at) = (CountedPlaysTests.marks[number % 5], now - Int.random(in: 0..<80_000_000))
                let view = (0..<32).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
                plays.append(
                    (clip, #"{"clip_id":"\#(clip)","view":"\#(view)","event":"\#(mark)","at_ms":\#(at)}"#))
                expected[clip, default: [:]][mark, default: 0] += 1
            }
            for number in 0..<batches {
                let gateway = "cutroom-gateway-\(number % 3)"
                var told: [String] = []
                for place in Set((0..<8).map { _ in Int.random(in: 0..<clips) }) {
                    let (hits, made) = (Int.random(in: 1...90), Int.random(in: 0...2))
                    told.append(#""\#(clip(place))":[\#(hits),\#(made)]"#)
                    expected[clip(place), default: [:]]["hits", default: 0] += hits
                    expected[clip(place), default: [:]]["made", default: 0] += made
                }
                let clips = told.joined(separator: ",")
                served.append(
                    (
                        gateway,
                        #"{"gateway":"\#(gateway)","sequence":\#(number / 3),"at_ms":\#(now),"clips":{\#(clips)}}"#
                    ))
            }
        }
    }

    /// As MongoDB's own driver writes it.
    private struct Document: Decodable {
        struct Number: Decodable {
            let number: String

            enum CodingKeys: String, CodingKey {
                case number = "$numberLong"
            }
        }
        let clip: String
        let feed: String?
        let numbers: [String: Int]

        init(from decoder: any Decoder) throws {
            struct Name: CodingKey {
                let stringValue: String
                var intValue: Int? { nil }
                init(stringValue: String) { self.stringValue = stringValue }
                init?(intValue: Int) { nil }
            }
            let fields = try decoder.container(keyedBy: Name.self)
            clip = try fields.decode(String.self, forKey: .init(stringValue: "clip_id"))
            feed = try fields.decodeIfPresent(String.self, forKey: .init(stringValue: "feed_slug"))
            var numbers: [String: Int] = [:]
            for name in CountedPlaysTests.marks + ["hits", "made"] {
                numbers[name] = Int(try fields.decode(Number.self, forKey: .init(stringValue: name)).number)
            }
            self.numbers = numbers
        }
    }

    private func counted(_ database: String) async throws -> [String: [String: Int]] {
        var sums: [String: [String: Int]] = [:]
        for line in try await TestStack.mongoDB.find(database: database, collection: "clip_plays") {
            let document = try JSONDecoder().decode(Document.self, from: Data(line.utf8))
            #expect(document.feed == (document.clip.contains("9011/") ? Pipeline.feed : "other-feed"))
            for (name, number) in document.numbers where number > 0 {
                sums[document.clip, default: [:]][name, default: 0] += number
            }
        }
        return sums.mapValues { $0.filter { $0.value > 0 } }
    }

    /// Records that the resolver has not settled; nil until it owns all partitions and knows.
    private func lag(_ port: Int) async throws -> Int? {
        guard let text = try? await HTTPFetch.get("http://127.0.0.1:\(port)/metrics").text else { return nil }
        let lags = text.split(separator: "\n").filter {
            $0.hasPrefix("cutroom_kafka_lag_records{")
                && ($0.contains(#"step="plays""#) || $0.contains(#"step="served""#))
        }
        guard lags.count == 6 else { return nil }
        return lags.reduce(0) { $0 + Int(Double($1.split(separator: " ").last ?? "") ?? 1) }
    }

    @Test("everything sent twice in any order, with the resolver killed three times meanwhile, counts once")
    func killed() async throws {
        let size = Int(environment("CUTROOM_PLAYS") ?? "") ?? 4_000
        let sent = Sent(plays: size, batches: size / 10, clips: max(50, size / 500), at: Int(time(nil)) * 1000)
        let port = TestStack.freePort()
        let pipeline = try await Pipeline.make(["RESOLVER_HEALTH_PORT": String(port), "PLAY_SUMMARY_INTERVAL": "1s"])
        let prefix = try #require(pipeline.environment["KAFKA_TOPIC_PREFIX"])
        let kafka = KafkaSettings(bootstrapServers: try TestStack.kafka, clientID: "test")
        var resolver = try await pipeline.resolver()
        let gateway = try await pipeline.gateway()
        let producer = try KafkaProducer(kafka)
        let records =
            (sent.plays + sent.plays).map { ("clip.played", $0) }
            + (sent.served + sent.served).map { ("clip.served", $0) }
        let all = records.shuffled()
        let rounds = 4
        for round in 0..<rounds {
            let part = all[all.count * round / rounds..<all.count * (round + 1) / rounds]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (place, (topic, record)) in part.enumerated() {
                    if place >= 500 { try await group.next() }
                    group.addTask {
                        try await producer.send(
                            OutgoingRecord(
                                topic: prefix + topic, key: Array(record.key.utf8), value: Array(record.value.utf8),
                                headers: []))
                    }
                }
                try await group.waitForAll()
            }
            guard round < rounds - 1 else { break }
            // In the middle of what it has just begun with.
            _ = try await eventually("some of it to be counted", within: .seconds(60)) {
                try await lag(port).map { $0 < part.count } == true ? true : nil
            }
            resolver.kill(SIGKILL)
            try await resolver.exit()
            resolver = try await pipeline.resolver()
        }
        _ = try await eventually("all to be settled", within: .seconds(500)) {
            try await lag(port) == 0 ? true : nil
        }
        let found = try await counted(pipeline.database)
        let expected = sent.expected.mapValues { $0.filter { $0.value > 0 } }
        #expect(found == expected)

        let most = expected.map { (id: $0.key, started: $0.value["started"] ?? 0) }.filter { $0.started > 0 }
            .sorted { $0.started > $1.started }.prefix(20)
        _ = try await eventually("the gateway to know what was played most", within: .seconds(60)) {
            let text = try await gateway.get("stats/top?by=clip&window=24h&limit=20").text
            let told = text.matches(of: #/"id":"([^"]+)","started":(\d+)/#).map {
                (id: String($0.1), started: Int($0.2))
            }
            let isSame =
                told.map(\.started) == most.map(\.started)
                && told.allSatisfy { expected[$0.id]?["started"] == $0.started }
            return isSame ? true : nil
        }
        await producer.close(flushingWithin: .seconds(1))
        withExtendedLifetime(resolver) {}
    }

    private func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
