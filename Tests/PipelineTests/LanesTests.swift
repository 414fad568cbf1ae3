import FoundationEssentials
import Kafka
import Synchronization
import TestStack
import Testing

/// The two lanes on the real stack. What came when is what Kafka says: `clip.ready` has one partition here, so its offsets
/// are the order in which clips were ready.
@Suite("live and bulk", .serialized, .timeLimit(.minutes(5)))
struct LanesTests {
    private struct Ready: Decodable {
        let clipId: String
        let cut: Bool
    }

    private struct Seen {
        let offset: Int64
        let event: Ready
    }

    private static let bulkClips = 200

    /// Bulk clips begin at each half second.
    private static func clip(_ number: Int) -> String {
        "\(Pipeline.episode)/\(number * 500)-\(number * 500 + 20_000).mp3"
    }

    /// What lies in `clip.ready` until now.
    private func ready(_ kafka: KafkaSettings, _ topic: String) async throws -> [Seen] {
        let seen = Mutex<[Seen]>([])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let reader = try TopicReader(kafka, topics: [(topic, .beginning)]) { record -> Void in
            guard let value = record.value, let event = try? decoder.decode(Ready.self, from: Data(value)) else {
                Issue.record("no event at \(record.offset)")
                return
            }
            seen.withLock { $0.append(Seen(offset: record.offset, event: event)) }
        }
        let isRead = await reader.caughtUp(within: .seconds(30))
        await reader.close()
        #expect(isRead)
        return seen.withLock { $0 }
    }

    @Test(
        "beside 200 bulk requests a live miss is made first, and so is a clip that waits among them, which is cut once")
    func flood() async throws {
        let pipeline = try await Pipeline.make(["KAFKA_TOPIC_PARTITIONS": "1", "CUTTER_AUDIT_EVERY": "0"])
        let prefix = try #require(pipeline.environment["KAFKA_TOPIC_PREFIX"])
        let kafka = KafkaSettings(bootstrapServers: try TestStack.kafka, clientID: "test")
        // One cut at a time, so all that waits, waits for the same slot. A single clip would count as too many being made.
        async let resolving = pipeline.resolver()
        async let cutting = pipeline.cutter(["CUTTER_SLOTS": "1"])
        async let serving = pipeline.gateway(["GATEWAY_UNMEASURED_CLIPS": "2", "GATEWAY_BUSY_FROM": "1000"])
        let (resolver, cutter, gateway) = try await (resolving, cutting, serving)
        let producer = try KafkaProducer(kafka)
        for number in 0..<Self.bulkClips {
            let value = #"{"clip_id":"\#(Self.clip(number))","budget_ms":600000}"#
            try await producer.send(
                OutgoingRecord(
                    topic: "\(prefix)clip.requested.bulk", key: Array(Self.clip(number).utf8), value: Array(value.utf8))
            )
        }
        await producer.close(flushingWithin: .seconds(5))
        let topic = "\(prefix)clip.ready"
        let before = try await eventually("the first bulk clip", within: .seconds(60)) {
            let ready = try await ready(kafka, topic)
            return ready.isEmpty ? nil : ready.count
        }
        // The last of the bulk clips, and one that nobody else asks for.
        async let waiting = gateway.get("\(Pipeline.episode)?start_time_ms=99500&duration_ms=20000")
        async let other = gateway.clip(start: 1_250)
        #expect(try await waiting.status == 200)
        #expect(try await other.status == 200)
        let health = try await gateway.get("health")
        #expect(String(decoding: health.body, as: UTF8.self).contains(#""ahead":0"#), "\(health)")

        let all = try await eventually("all bulk clips to be ready", within: .seconds(120)) {
            let ready = try await ready(kafka, topic)
            return ready.count == Self.bulkClips + 2 ? ready : nil
        }
        func offsets(_ clip: String) -> [Int64] { all.filter { $0.event.clipId == clip }.map(\.offset) }
        let (first, second) = (offsets(Self.clip(199)), offsets("\(Pipeline.episode)/1250-31250.mp3"))
        try #require(first.count == 2 && second.count == 1)
        // They were asked for after all bulk clips, and in the order of asking would be the last two.
        let last = Int64(Self.bulkClips + 1)
        #expect(first[0] < last - 50 && second[0] < last - 50, "\(before) were ready before; \(first), \(second)")
        // The bulk request comes to its turn in the end, and finds the clip stored.
        #expect(all.filter { $0.event.clipId == Self.clip(199) }.map(\.event.cut) == [true, false])
        let puts = try pipeline.clipPuts()
        #expect(puts.filter { $0.key.contains("/99500-119500_") }.count == 1)
        #expect(puts.count == Self.bulkClips + 1)
        withExtendedLifetime((resolver, cutter)) {}
    }
}
