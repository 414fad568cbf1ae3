import TestStack
import Testing

/// Clips that somebody has deleted from the bucket, and what one request leaves in the logs of all services.
@Suite("clips that have gone", .serialized)
struct GoneClipTests {
    private func object(_ pipeline: Pipeline, start: Int) async throws -> String {
        let keys = try await TestStack.s3.keys(bucket: pipeline.clips, prefix: "audio_clips/")
        return try #require(keys.first { $0.contains("/\(start)-\(start + 30_000)_") })
    }

    @Test("a clip that was deleted by hand is made again for who asks by no-cache, and then for all, on every gateway")
    func recheck() async throws {
        let pipeline = try await Pipeline.make()
        async let resolving = pipeline.resolver()
        async let cutting = pipeline.cutter()
        let (one, two) = (try await pipeline.gateway(), try await pipeline.gateway())
        let (resolver, cutter) = try await (resolving, cutting)
        let first = try await one.clip(start: 10_000).json(ClipAnswer.self)
        #expect(try await HTTPFetch.get(first.clipUrl).status == 200)
        _ = try await eventually("the other gateway to know it") {
            try await two.clip(start: 10_000).json(ClipAnswer.self).cacheHit ? true : nil
        }
        try await TestStack.s3.delete(bucket: pipeline.clips, key: try await object(pipeline, start: 10_000))

        // A gateway can't know.
        let hit = try await two.clip(start: 10_000).json(ClipAnswer.self)
        #expect(hit.cacheHit)
        #expect(try await HTTPFetch.get(hit.clipUrl).status == 404)
        let reply = try await two.clip(start: 10_000, headers: ["Cache-Control": "no-cache"])
        #expect(reply.status == 200, "\(reply.text)")
        let again = try reply.json(ClipAnswer.self)
        #expect(!again.cacheHit)
        #expect(try await samples(of: HTTPFetch.get(again.clipUrl).body) == 30 * 44_100)
        let after = try await one.clip(start: 10_000).json(ClipAnswer.self)
        #expect(try await HTTPFetch.get(after.clipUrl).status == 200)
        #expect(try pipeline.clipPuts().filter { $0.status == 200 }.count == 2)
        withExtendedLifetime((resolver, cutter)) {}
    }

    @Test("it is made again by the background look as well, when its source was looked at long ago")
    func background() async throws {
        let pipeline = try await Pipeline.make(["REVALIDATE_AFTER": "1s"])
        async let resolving = pipeline.resolver()
        async let cutting = pipeline.cutter(["SOURCE_TTL": "1s"])
        let gateway = try await pipeline.gateway()
        let (resolver, cutter) = try await (resolving, cutting)
        let first = try await gateway.clip(start: 11_000).json(ClipAnswer.self)
        try await TestStack.s3.delete(bucket: pipeline.clips, key: try await object(pipeline, start: 11_000))
        _ = try await eventually("the clip to be there again") {
            let url = try await gateway.clip(start: 11_000).json(ClipAnswer.self).clipUrl
            return try await HTTPFetch.get(url).status == 200 ? url : nil
        }
        #expect(try await HTTPFetch.get(first.clipUrl).status == 200)
        withExtendedLifetime((resolver, cutter)) {}
    }

    @Test("every line about a miss, in all three services, names the request")
    func requestID() async throws {
        let pipeline = try await Pipeline.make(["LOG_LEVEL": "debug"])
        async let resolving = pipeline.resolver()
        async let cutting = pipeline.cutter()
        let gateway = try await pipeline.gateway()
        let (resolver, cutter) = try await (resolving, cutting)
        let id = "from-the-client.1"
        let cut = try await gateway.clip(start: 12_000, headers: ["X-Request-Id": id])
        #expect(cut.status == 200)
        #expect(cut.header("X-Request-Id") == id)
        let failed = try await gateway.clip(
            "507f1f77bcf86cd799439014", start: 12_000, headers: ["X-Request-Id": id])
        #expect(failed.status == 422)
        try await cutter.line(containing: "The clip is cut and stored")
        try await cutter.line(containing: "Work on a clip has failed")
        for service in [gateway.process, cutter] {
            let lines = service.lines.filter { $0.contains("/12000-42000.mp3") }
            #expect(!lines.isEmpty)
            for line in lines { #expect(line.contains(#""request_id":"\#(id)""#), "\(line)") }
        }
        let missing = try await gateway.clip("no-such-guid", start: 12_000, headers: ["X-Request-Id": id])
        #expect(missing.status == 404)
        let told = try await resolver.line(containing: "Work on a clip has failed")
        #expect(told.contains(#""request_id":"\#(id)""#), "\(told)")
    }
}
