import FoundationEssentials
import Kafka
import Synchronization
import TestStack
import Testing

/// Two keys on the real stack, with one cut at a time. What came when is what the broker says, by its own clock.
@Suite("a fair share for each key", .timeLimit(.minutes(5)))
struct FairShareTests {
    private struct Event: Decodable {
        let clipId: String
    }

    private struct Seen {
        let clip: String
        let offset: Int64
        let timeMs: Int64
    }

    /// What lies in a topic until now.
    private func events(_ kafka: KafkaSettings, _ topic: String) async throws -> [Seen] {
        let seen = Mutex<[Seen]>([])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let reader = try TopicReader(kafka, topics: [(topic, .beginning)]) { record -> Void in
            guard let value = record.value, let event = try? decoder.decode(Event.self, from: Data(value)),
                case .appended(let ms)? = record.timestamp
            else {
                Issue.record("no event at \(record.offset)")
                return
            }
            seen.withLock { $0.append(Seen(clip: event.clipId, offset: record.offset, timeMs: ms)) }
        }
        let isRead = await reader.caughtUp(within: .seconds(30))
        await reader.close()
        #expect(isRead)
        return seen.withLock { $0 }
    }

    /// `printf %s cutroom_of_a_test | sha256sum`, and of `cutroom_of_another`.
    private static let keys = """
        heavy sha256:71625e313be904c65c60b4c09bfba6dfd7eb7bec9531f6c46c59e931649b5210 requests=none misses=none
        other sha256:a6fd93166270d45068fa1c8b7ab99b960eb36367da242542e7657e1dd80b8b16 requests=none misses=none
        """

    @Test("of a key that asks for 100 clips at once no more than five are made before another key's one")
    func hundred() async throws {
        let pipeline = try await Pipeline.make([
            "KAFKA_TOPIC_PARTITIONS": "1", "CUTTER_AUDIT_EVERY": "0", "GATEWAY_KEYS": Self.keys, "WORK_DEADLINE": "600",
        ])
        let prefix = try #require(pipeline.environment["KAFKA_TOPIC_PREFIX"])
        let kafka = KafkaSettings(bootstrapServers: try TestStack.kafka, clientID: "test")
        async let resolving = pipeline.resolver()
        async let cutting = pipeline.cutter(["CUTTER_SLOTS": "1"])
        async let serving = pipeline.gateway()
        let (resolver, cutter, gateway) = try await (resolving, cutting, serving)
        for half in 0..<2 {
            let entries = (0..<50).map {
                #"{"episode_id":"\#(Pipeline.episode)","start_time_ms":\#((50 * half + $0) * 500),"duration_ms":20000}"#
            }
            let reply = try await HTTPFetch.post(
                "\(gateway.base)/api/v1/audio_clips/batch",
                json: #"{"make":true,"clips":[\#(entries.joined(separator: ","))]}"#,
                headers: ["X-Api-Key": "cutroom_of_a_test"])
            #expect(reply.status == 200)
            #expect(reply.text.split(separator: #""status":"pending""#).count > 40, "\(reply.text)")
        }
        let one = try await gateway.clip(
            start: 1_250, headers: ["X-Api-Key": "cutroom_of_another", "Prefer": "wait=60"])
        #expect(one.status == 200)

        let ready = try await eventually("all clips to be ready", within: .seconds(120)) {
            let ready = try await events(kafka, "\(prefix)clip.ready")
            return ready.count >= 101 ? ready : nil
        }
        let clip = "\(Pipeline.episode)/1250-31250.mp3"
        let asked = try await events(kafka, "\(prefix)clip.requested")
        let request = try #require(asked.first { $0.clip == clip })
        let answer = try #require(ready.first { $0.clip == clip })
        // Four in turn before it, and the one that is being cut when it comes. Without shares all the rest would be.
        let before = ready.filter { $0.timeMs > request.timeMs && $0.offset < answer.offset }
        #expect(before.count <= 5, "\(before.count) of the other key's were made first")
        let after = ready.filter { $0.offset > answer.offset }
        #expect(after.count > 20, "there was no queue: \(after.count) were made after it")
        // The rest went by the bulk lane, and was made all the same.
        let deferred = try await events(kafka, "\(prefix)clip.requested.bulk")
        #expect(deferred.count > 50 && asked.count + deferred.count == 101)
        withExtendedLifetime((resolver, cutter)) {}
    }
}
