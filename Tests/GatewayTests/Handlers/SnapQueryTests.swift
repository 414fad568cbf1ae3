import Domain
import TestStack
import Testing

@testable import GatewayService

@Suite("how clips are asked for that begin and end with a sentence", .timeLimit(.minutes(1)))
struct SnapQueryTests {
    private let query = ClipQuery(longestClip: .seconds(60), defaultDuration: .seconds(30))
    private let hex = "507f1f77bcf86cd799439011"

    @Test(
        "how the edges are moved, and around which moment, is in the clip's id",
        arguments: [
            ("start_time_ms=30000&snap=sentence", "30000-60000~sentence-4000.mp3"),
            ("start_time_ms=30000&snap=chunk&max_shift_ms=0", "30000-60000~chunk-0.mp3"),
            ("start_time_ms=0&duration_ms=1&snap=silence&max_shift_ms=10000", "0-1~silence-10000.mp3"),
            ("start_time_ms=0&length=15&format=vtt&snap=sentence", "0-15000~sentence-4000.vtt"),
            ("at=45000&snap=sentence&length=15", "37500-52500~sentence-4000-at-45000.mp3"),
            // A moment near the beginning lies in no middle.
            ("at=1000&snap=sentence", "0-30000~sentence-4000-at-1000.mp3"),
            ("at=2147483647&snap=sentence", "2147453647-2147483647~sentence-4000-at-2147483647.mp3"),
            // Without snap it is a window like any other, with the same id.
            ("at=45000", "30000-60000.mp3"),
            ("start_time_ms=1&max_shift_ms=99999", "1-30001.mp3"),
        ])
    func ids(raw: String, id: String) throws {
        #expect(try query.clip(rawEpisode: hex[...], rawQuery: raw).id.description == "\(hex)/\(id)")
        #expect(
            try query.clip(rawEpisode: hex[...], rawQuery: raw, at: .play(ending: nil)).id.description
                == "\(hex)/\(id)")
    }

    @Test(
        "what is wrong with it is named",
        arguments: [
            ("start_time_ms=0&snap=words", ["snap"]), ("start_time_ms=0&snap=", ["snap"]),
            ("start_time_ms=0&snap=sentence&max_shift_ms=10001", ["max_shift_ms"]),
            ("start_time_ms=0&snap=sentence&max_shift_ms=-1", ["max_shift_ms"]),
            ("start_time_ms=0&snap=sentence&max_shift_ms=4s", ["max_shift_ms"]),
            ("start_time_ms=0&snap=sentence&max_shift=4", ["max_shift"]),
            ("start_time_ms=0&snap=sentence&snap=chunk", ["snap"]), ("at=1&at=2", ["at"]),
            ("start_time_ms=0&at=5&snap=sentence", ["at"]), ("at=-1", ["at"]), ("at=2147483648", ["at"]),
            ("at=x", ["at"]), ("at=", ["at"]), ("at=99999999999999999999", ["at"]),
            ("at=5&duration_ms=-9223372036854775808", ["duration_ms"]), ("at=5&duration_ms=60001", ["duration_ms"]),
            ("snap=sentence", ["start_time_ms"]),
        ])
    func faults(raw: String, names: [String]) {
        do {
            let id = try query.clip(rawEpisode: hex[...], rawQuery: raw).id
            Issue.record("taken as \(id)")
        } catch {
            #expect(error.parameters.map(\.name) == names)
        }
    }

    @Test("in a batch and for a chunk it is asked for by the same names, and numbers are numbers")
    func bodies() throws {
        func id(_ more: String) throws -> String {
            try query.clip(try ClipQuery.json(Array(#"{"episode_id":"\#(hex)",\#(more)}"#.utf8))).description
        }
        #expect(
            try id(#""start_time_ms":30000,"snap":"sentence","max_shift_ms":500"#)
                == "\(hex)/30000-60000~sentence-500.mp3")
        #expect(try id(#""at":45000,"snap":"chunk","format":"opus""#) == "\(hex)/30000-60000~chunk-4000-at-45000.opus")
        #expect(try id(#""start_time_ms":0,"snap":null,"at":null"#) == "\(hex)/0-30000.mp3")
        for more in [
            #""start_time_ms":0,"snap":1"#, #""start_time_ms":0,"snap":"chunk","max_shift_ms":"5""#, #""at":"5""#,
        ] {
            #expect(throws: Problem.self) { try id(more) }
        }
        func chunk(_ more: String) throws -> String {
            try query.chunk(try ClipQuery.json(Array(#"{"episode_id":"\#(hex)","chunk_index":7\#(more)}"#.utf8)))
                .id.description
        }
        #expect(try chunk(#","snap":"sentence""#) == "\(hex)/chunk-7~sentence-4000.mp3")
        #expect(try chunk(#","at":"what chunks do not have""#) == "\(hex)/chunk-7.mp3")
        #expect(throws: Problem.self) { try chunk(#","snap":"x""#) }
    }

    /// The members as docs/openapi.yaml has them.
    @Test("the answer says what is in the clip, and how that came about; a hit says the same, and progress leads to it")
    func answered() async throws {
        let gateway = GatewayUnderTest()
        let path = "/api/v1/audio_clips/\(hex)?start_time_ms=30000&snap=sentence"
        let waiting = gateway.begin("GET", path)
        _ = try await gateway.topic.sent(1)
        #expect(gateway.topic.clips == ["\(hex)/30000-60000~sentence-4000.mp3"])
        try ready("\(hex)/30000-60000~sentence-4000.mp3", in: gateway)
        let told =
            #""snapped":{"asked_start_time_ms":30000,"asked_duration_ms":30000,"by":"sentence","#
            + #""start_shift_ms":-1200,"end_shift_ms":800,"basis":"exact"}"#
        for answer in [await waiting.answer(), await gateway.ask("GET", path)] {
            #expect(answer.status == 200)
            #expect(answer.text.contains(#""start_time_ms":28800,"duration_ms":32000"#), "\(answer.text)")
            #expect(answer.text.hasSuffix(told + "}"), "\(answer.text)")
        }
        let status = await gateway.ask(
            "GET", "/api/v1/audio_clips/requests/\(hex)%2F30000-60000~sentence-4000.mp3")
        #expect(status.text.contains(told))
        let played = await gateway.ask("GET", "/api/v1/audio_clips/\(hex)/play?start_time_ms=30000&snap=sentence")
        #expect(played.status == 307)
        #expect(played.value("Location")?.contains("/28800-60800_") == true)
        let batch = await gateway.ask(
            "POST", "/api/v1/audio_clips/batch",
            body: #"{"clips":[{"episode_id":"\#(hex)","start_time_ms":30000,"snap":"sentence"}]}"#)
        #expect(batch.text.contains(told))
        #expect(gateway.topic.sent.count == 1)
    }

    @Test("of a chunk it says so too, and where the clip begins")
    func chunk() async throws {
        let gateway = GatewayUnderTest()
        try ready("\(hex)/chunk-7~sentence-4000.mp3", in: gateway)
        let reply = await gateway.ask(
            "POST", "/api/generate-audio-clip", body: #"{"episode_id":"\#(hex)","chunk_index":7,"snap":"sentence"}"#)
        #expect(reply.text.contains(#""duration":32,"cached":true,"start_time_ms":28800,"snapped":{"#), "\(reply.text)")
    }

    @Test("a clip that was cut anew with another window is answered anew, and by no kept answer")
    func replaced() async throws {
        let gateway = GatewayUnderTest()
        let path = "/api/v1/audio_clips/\(hex)?start_time_ms=30000&snap=sentence"
        try ready("\(hex)/30000-60000~sentence-4000.mp3", in: gateway)
        _ = await gateway.ask("GET", path)
        try ready("\(hex)/30000-60000~sentence-4000.mp3", by: .silence, in: gateway)
        #expect(await gateway.ask("GET", path).text.contains(#""by":"silence""#))
    }

    private func ready(_ id: String, by kind: Snap.Kind = .sentence, in gateway: GatewayUnderTest) throws {
        let id = try ClipID(parsing: id)
        let asked = try #require(ClipWindow(startMs: 30_000, endMs: 60_000))
        let event = ClipReady(
            clipID: id,
            objectKey: try #require(ObjectKey(parsing: "audio_clips/\(hex)/28800-60800_v4-1a2b3c4d.mp3")),
            startMs: 28_800, durationMs: 32_000, sizeBytes: 1, storedAt: ClipStateBench.now,
            objectExpiresAt: ClipStateBench.now + 2_592_000, sourceCheckedAt: ClipStateBench.now, exact: .sample,
            cut: true, snapped: Snapped(asked: asked, kind: kind, basis: .exact))
        gateway.clipState.saw(ready: ReadyClip(event), cut: true, of: id, now: ClipStateBench.now)
    }
}
