import Glibc
import TestStack
import Testing

/// A request that is answered with a problem.
struct WrongRequest: Sendable {
    let path: String
    let status: Int
    let reason: String

    init(_ path: String, _ status: Int, _ reason: String) {
        self.path = path
        self.status = status
        self.reason = reason
    }
}

private let wrongRequests = [
    WrongRequest("health%00?start_time_ms=0", 400, "bad-parameters"),
    WrongRequest("\(Pipeline.episode)", 400, "bad-parameters"),
    WrongRequest("\(Pipeline.episode)?start_time_ms=-1", 400, "bad-parameters"),
    WrongRequest("\(Pipeline.episode)?start_time_ms=99999999999999999999", 400, "bad-parameters"),
    WrongRequest("\(Pipeline.episode)?start_time_ms=abc", 400, "bad-parameters"),
    WrongRequest("\(Pipeline.episode)?start_time_ms=0&duration_ms=60001", 400, "bad-parameters"),
    WrongRequest("\(Pipeline.episode)?start_time_ms=126000", 400, "start-past-end"),
    WrongRequest("607f1f77bcf86cd799439011?start_time_ms=0", 404, "no-such-episode"),
    WrongRequest("no-such-guid?start_time_ms=0", 404, "no-such-episode"),
    WrongRequest("507f1f77bcf86cd799439013?start_time_ms=0", 422, "no-transcript"),
    WrongRequest("507f1f77bcf86cd799439014?start_time_ms=0", 422, "no-audio"),
    WrongRequest("507f1f77bcf86cd799439015?start_time_ms=0", 422, "bad-episode-data"),
    WrongRequest("a/b?start_time_ms=0", 404, "not-found"),
    WrongRequest("requests/unknown%2F0-1.mp3", 404, "not-found"),
]

/// The HTTP contract, against the three services on the real stack.
@Suite("the contract", .serialized)
struct ContractTests {
    /// One pipeline for the suite: each test asks for times of its own.
    private struct Running {
        let pipeline: Pipeline
        let gateway: GatewayProcess
        let resolver: ServiceProcess
        let cutter: ServiceProcess
    }

    private static let starting = Task {
        let pipeline = try await Pipeline.make(["GATEWAY_CORS_ORIGINS": "https://app.example"])
        async let resolver = pipeline.resolver()
        async let cutter = pipeline.cutter()
        async let gateway = pipeline.gateway()
        return try await Running(pipeline: pipeline, gateway: gateway, resolver: resolver, cutter: cutter)
    }

    private func running() async throws -> Running { try await Self.starting.value }

    @Test("a clip is cut, its URL plays exactly what was asked, and the register knows it")
    func example() async throws {
        let all = try await running()
        let reply = try await all.gateway.clip(start: 30_000)
        #expect(reply.status == 200, "\(reply.text)")
        let answer = try reply.json(ClipAnswer.self)
        #expect(answer.episodeId == Pipeline.episode)
        #expect((answer.startTimeMs, answer.durationMs) == (30_000, 30_000))
        #expect(!answer.cacheHit)
        #expect(answer.exact == "sample")
        #expect(reply.header("Cache-Control")?.hasPrefix("private, max-age=") == true)
        let file = try await HTTPFetch.get(answer.clipUrl)
        #expect(file.status == 200)
        #expect(file.header("Content-Type") == "audio/mpeg")
        #expect(file.header("Cache-Control")?.contains("immutable") == true)
        #expect(try await samples(of: file.body) == 30 * 44_100)
        let part = try await HTTPFetch.get(answer.clipUrl, headers: ["Range": "bytes=0-99"])
        #expect((part.status, part.body.count) == (206, 100))

        let again = try await all.gateway.clip(start: 30_000).json(ClipAnswer.self)
        #expect(again.cacheHit)
        #expect(again.generationTimeMs == 0)
        #expect(again.clipUrl == answer.clipUrl)

        let registered = try await eventually("the register") {
            let found = try await TestStack.mongoDB.find(
                #"{"episode_id":"\#(Pipeline.episode)","clip_start_ms":30000}"#, database: all.pipeline.database,
                collection: "audio_clips")
            return found.first
        }
        #expect(registered.contains("audio_clips/\(Pipeline.episode)/30000-60000_v"))
    }

    @Test("the guid is an id too, and leads to the same object")
    func guid() async throws {
        let all = try await running()
        let byID = try await all.gateway.clip(start: 31_000).json(ClipAnswer.self)
        let byGUID = try await all.gateway.clip(Pipeline.guid, start: 31_000).json(ClipAnswer.self)
        #expect(byGUID.clipUrl == byID.clipUrl)
        #expect(byGUID.episodeId == Pipeline.episode)
        let fallback = try await all.gateway.clip("in-a-feed-only", start: 0)
        #expect(fallback.status == 200, "\(fallback.text)")
    }

    @Test(
        "each wrong request is answered with what was wrong",
        arguments: wrongRequests)
    func wrong(_ request: WrongRequest) async throws {
        let (status, reason) = (request.status, request.reason)
        let reply = try await running().gateway.get(request.path)
        #expect(reply.status == status, "\(reply.text)")
        #expect(reply.header("Content-Type") == "application/problem+json")
        #expect(reply.header("Cache-Control") == "no-store")
        let problem = try reply.json(Problem.self)
        #expect(problem.reason == reason)
        #expect(problem.status == status)
        #expect(!problem.detail.isEmpty)
        if reason == "start-past-end" { #expect(problem.episodeDurationMs == 125_000) }
    }

    @Test("every fault of a request is named at once")
    func allFaults() async throws {
        let reply = try await running().gateway.get("health%01?start_time_ms=x&duration_ms=0&format=exe")
        let names = try reply.json(Problem.self).errors?.map(\.name) ?? []
        #expect(Set(names) == ["episode_id", "start_time_ms", "duration_ms", "format"])
    }

    @Test("a wrong method, an unknown path and an oversize body are refused")
    func refused() async throws {
        let gateway = try await running().gateway
        let clips = "\(gateway.base)/api/v1/audio_clips/"
        let method = try await HTTPFetch.request("DELETE", clips + "\(Pipeline.episode)?start_time_ms=0")
        #expect(method.status == 405)
        #expect(method.header("Allow") == "GET, HEAD, OPTIONS")
        #expect(try await HTTPFetch.get(gateway.base + "/nothing").status == 404)
        let body = #"{"clips":[""# + String(repeating: "x", count: 70_000) + #""]}"#
        let large = try await HTTPFetch.post(clips + "batch", json: body)
        #expect(large.status == 413)
        #expect(try large.json(Problem.self).reason == "body-too-large")
        #expect(try await HTTPFetch.post(clips + "batch", json: "{").status == 400)
    }

    @Test("the last clip of an episode is shortened to what there is")
    func lastClip() async throws {
        let gateway = try await running().gateway
        let answer = try await gateway.clip(start: 120_000).json(ClipAnswer.self)
        #expect((answer.startTimeMs, answer.durationMs, answer.cacheHit) == (120_000, 5000, false))
        #expect(try await samples(of: HTTPFetch.get(answer.clipUrl).body) == 5 * 44_100)
        let hit = try await gateway.clip(start: 120_000).json(ClipAnswer.self)
        #expect((hit.startTimeMs, hit.durationMs, hit.cacheHit) == (120_000, 5000, true))
        let batch = try await HTTPFetch.post(
            "\(gateway.base)/api/v1/audio_clips/batch",
            json: #"{"clips":[{"episode_id":"\#(Pipeline.episode)","start_time_ms":120000}]}"#)
        #expect(batch.text.contains(#""start_time_ms":120000,"duration_ms":5000,"#), "\(batch.text)")
        // All that the earlier system answered is still there, under the same names.
        let old = [
            "clip_url", "expires_at", "cache_hit", "episode_id", "start_time_ms", "duration_ms", "generation_time_ms",
        ]
        for name in old { #expect(batch.text.contains("\"\(name)\":")) }
    }

    @Test("with format=auto the Accept header chooses, and the answer says what")
    func negotiated() async throws {
        let gateway = try await running().gateway
        let path = "\(Pipeline.episode)?start_time_ms=54000&duration_ms=2000&format=auto"
        let opus = try await gateway.get(path, headers: ["Accept": "audio/ogg, audio/*;q=0.5"])
        #expect(opus.status == 200, "\(opus.text)")
        #expect(opus.varies == ["accept", "origin"])
        let answer = try opus.json(ClipAnswer.self)
        #expect(answer.format == "opus")
        #expect(try await HTTPFetch.get(answer.clipUrl).header("Content-Type") == "audio/ogg")
        let none = try await gateway.get(path, headers: ["Accept": "text/html"])
        #expect((none.status, none.varies) == (406, ["accept", "origin"]))
        #expect(try none.json(Problem.self).reason == "not-acceptable")
        #expect(none.text.contains(#"{"format":"opus","media_type":"audio/ogg"}"#), "\(none.text)")
        // The gateway under test allows one origin, so each answer differs by it.
        #expect(try await gateway.clip(start: 54_000, duration: 2000).varies == ["origin"])
    }

    @Test("the earlier API answers with the clip of a transcript chunk")
    func chunk() async throws {
        struct Answer: Decodable {
            let audioUrl: String
            let duration: Double
            let cached: Bool
        }
        let gateway = try await running().gateway
        let url = "\(gateway.base)/api/generate-audio-clip"
        let body = #"{"episode_id":"\#(Pipeline.guid)","chunk_index":1}"#
        let answer = try await HTTPFetch.post(url, json: body).json(Answer.self)
        #expect(answer.duration == 30)
        #expect(answer.audioUrl.contains("/10500-40500_v"))
        #expect(try await HTTPFetch.post(url, json: body).json(Answer.self).cached)
        let unknown = try await HTTPFetch.post(url, json: #"{"episode_id":"\#(Pipeline.guid)","chunk_index":99}"#)
        #expect(unknown.status == 404)
        #expect(try unknown.json(Problem.self).reason == "no-such-chunk")
    }

    @Test("a batch says at once what is ready and has the rest made")
    func batch() async throws {
        let gateway = try await running().gateway
        _ = try await gateway.clip(start: 50_000)
        func ask() async throws -> String {
            try await HTTPFetch.post(
                "\(gateway.base)/api/v1/audio_clips/batch",
                json: #"""
                    {"make":true,"clips":[{"episode_id":"\#(Pipeline.episode)","start_time_ms":50000},
                    {"episode_id":"\#(Pipeline.episode)","start_time_ms":51000},
                    {"episode_id":"\#(Pipeline.episode)","start_time_ms":-1},7]}
                    """#
            ).text
        }
        let first = try await ask()
        #expect(first.contains("/50000-80000_v"))
        #expect(first.contains(#""status":"pending""#))
        #expect(first.components(of: #""reason":"bad-parameters""#) == 2)
        let done = try await eventually("the pending clip") {
            let answer = try await ask()
            return answer.contains("/51000-81000_v") ? answer : nil
        }
        #expect(!done.contains("pending"))
    }

    @Test("a client that would rather not wait follows the request by its Location")
    func asynchronous() async throws {
        let gateway = try await running().gateway
        let accepted = try await gateway.clip(start: 52_000, headers: ["Prefer": "respond-async"])
        #expect(accepted.status == 202, "\(accepted.text)")
        let location = try #require(accepted.header("Location"))
        #expect(location.hasPrefix("/api/v1/audio_clips/requests/"))
        let ready = try await eventually("the request to be ready") {
            let reply = try await HTTPFetch.get(gateway.base + location)
            #expect(reply.status == 200)
            return reply.text.contains(#""status":"ready""#) ? reply : nil
        }
        #expect(ready.text.contains("/52000-82000_v"))
    }

    @Test("ids, traces, HEAD and CORS are as promised")
    func headers() async throws {
        let all = try await running()
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let reply = try await all.gateway.clip(
            start: 53_000,
            headers: [
                "X-Request-Id": "my-id.1", "traceparent": "00-\(trace)-00f067aa0ba902b7-01",
                "Origin": "https://app.example",
            ])
        #expect(reply.header("X-Request-Id") == "my-id.1")
        #expect(reply.header("Access-Control-Allow-Origin") == "https://app.example")
        try await all.gateway.process.line(containing: trace)
        try await all.cutter.line(containing: trace)
        let foreign = try await all.gateway.clip(start: 53_000, headers: ["Origin": "https://evil.example"])
        #expect(foreign.header("Access-Control-Allow-Origin") == nil)
        let path = "\(all.gateway.base)/api/v1/audio_clips/\(Pipeline.episode)?start_time_ms=53000"
        let head = try await HTTPFetch.request("HEAD", path)
        #expect((head.status, head.body.count) == (200, 0))
        let preflight = try await HTTPFetch.request("OPTIONS", path, headers: ["Origin": "https://app.example"])
        #expect(preflight.status == 204)
        #expect(preflight.header("Access-Control-Allow-Methods")?.contains("GET") == true)
        let health = try await all.gateway.get("health")
        #expect(health.status == 200)
        #expect(health.text.contains(#""status":"healthy""#))
        #expect(try await HTTPFetch.get("\(all.gateway.base)/livez").status == 200)
    }
}

extension String {
    /// How often `text` occurs.
    fileprivate func components(of text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let found = rest.firstRange(of: text) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}

extension Substring {
    fileprivate func firstRange(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}

extension HTTPReply {
    /// The request headers that the answer depends on, sorted and in lower case (RFC 9110, 12.5.5: a list, in one field or
    /// several).
    fileprivate var varies: [String] {
        headers.filter { $0.name.lowercased() == "vary" }
            .flatMap { $0.value.lowercased().split(separator: ",") }
            .map { String($0.drop { $0 == " " }) }
            .sorted()
    }
}
