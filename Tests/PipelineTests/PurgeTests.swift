import FoundationEssentials
import Kafka
import Synchronization
import TestStack
import Testing

/// `cutroom purge` while everything runs.
@Suite("purge")
struct PurgeTests {
    private func purge(_ pipeline: Pipeline, _ words: [String]) async throws -> (ServiceProcess.Exit, String) {
        let process = try await ServiceProcess.service("cutroom", ["purge"] + words, environment: pipeline.environment)
        let exit = try await process.exit(within: .seconds(90))
        return (exit, String(decoding: process.standardOutput, as: UTF8.self) + process.lines.joined(separator: "\n"))
    }

    private func objects(_ pipeline: Pipeline) async throws -> [String] {
        let clips = try await TestStack.s3.keys(bucket: pipeline.clips, prefix: "audio_clips/\(Pipeline.episode)/")
        return clips + (try await TestStack.s3.keys(bucket: pipeline.clips, prefix: "layouts/\(Pipeline.episode)/"))
    }

    /// Clip ids whose newest record in `clip.ready` is no tombstone.
    private func alive(_ pipeline: Pipeline) async throws -> Set<String> {
        let alive = Mutex<Set<String>>([])
        let topic = try #require(pipeline.environment["KAFKA_TOPIC_PREFIX"]) + "clip.ready"
        let reader = try TopicReader(
            KafkaSettings(bootstrapServers: try TestStack.kafka, clientID: "test"), topics: [(topic, .beginning)]
        ) { record in
            let key = String(decoding: record.key ?? [], as: UTF8.self)
            alive.withLock { if record.value == nil { _ = $0.remove(key) } else { _ = $0.insert(key) } }
        }
        _ = await reader.caughtUp()
        await reader.close()
        return alive.withLock { $0 }
    }

    @Test("it leaves nothing in the middle of work, and of an episode that is gone nothing is made again")
    func takedown() async throws {
        let pipeline = try await Pipeline.make()
        let (resolver, cutter) = (try await pipeline.resolver(), try await pipeline.cutter())
        let (one, other) = (try await pipeline.gateway(), try await pipeline.gateway())
        #expect(try await one.clip(start: 0).status == 200)
        #expect(try await other.clip(Pipeline.guid, start: 0).status == 200)
        #expect(try await other.clip("in-a-feed-only", start: 0).status == 200)
        let (dry, told) = try await purge(pipeline, [Pipeline.episode, "--dry-run"])
        #expect(dry == .code(0) && told.contains(#""clips":1"#) && told.contains(#""ids":2"#), "\(told)")
        #expect(try await purge(pipeline, [Pipeline.episode]).0 == .code(2))
        #expect(try await objects(pipeline).count >= 1)

        // Under way while the purge runs.
        for start in 1...20 {
            #expect(try await one.clip(start: start * 1000, headers: ["Prefer": "respond-async"]).status == 202)
        }
        let (exit, output) = try await purge(pipeline, [Pipeline.episode, "--yes", "--settle", "2s"])
        #expect(exit == .code(0), "\(output)")
        #expect(output.contains("still in the catalog"))
        // Requests that were resolved after the purge made their clips anew, as those of an episode that is still there;
        // none of them was asked for twice, so what there is now was made after it.
        let anew = try await one.clip(start: 0)
        #expect(anew.status == 200, "\(anew.text)")
        #expect(try await one.get("\(Pipeline.guid)?start_time_ms=0").status == 200)

        try await TestStack.mongoDB.drop(database: pipeline.database)
        // By guid, which only the topic of ready clips still knows.
        let (gone, last) = try await purge(pipeline, [Pipeline.guid, "--yes", "--settle", "2s"])
        #expect(gone == .code(0) && last.contains(#""state":"done""#), "\(last)")
        #expect(!last.contains("still in the catalog"))
        #expect(try await objects(pipeline) == [])
        let ours = try await alive(pipeline).filter { $0.hasPrefix(Pipeline.episode) || $0.hasPrefix(Pipeline.guid) }
        #expect(ours.isEmpty, "\(ours)")
        #expect(try await alive(pipeline).count == 1)
        for gateway in [one, other] {
            for name in [Pipeline.episode, Pipeline.guid] {
                let reply = try await gateway.clip(name, start: 0)
                #expect(reply.status == 404, "\(reply.text)")
            }
        }
        #expect(try await purge(pipeline, [Pipeline.episode, "--yes", "--settle", "0s"]).0 == .code(0))
        withExtendedLifetime((resolver, cutter)) {}
    }

    @Test("the register forgets an episode that is purged, and no other")
    func register() async throws {
        let pipeline = try await Pipeline.make()
        let (resolver, cutter) = (try await pipeline.resolver(), try await pipeline.cutter())
        let gateway = try await pipeline.gateway()
        #expect(try await gateway.clip(start: 0).status == 200)
        #expect(try await gateway.clip("in-a-feed-only", start: 0).status == 200)
        let mongo = try TestStack.mongoDB
        _ = try await eventually("two entries") {
            try await mongo.find(database: pipeline.database, collection: "audio_clips").count == 2 ? true : nil
        }
        #expect(try await purge(pipeline, [Pipeline.episode, "--yes", "--settle", "1s"]).0 == .code(0))
        let left = try await mongo.find(database: pipeline.database, collection: "audio_clips")
        #expect(left.count == 1 && !left.joined().contains(Pipeline.episode), "\(left)")
        withExtendedLifetime((resolver, cutter)) {}
    }
}
