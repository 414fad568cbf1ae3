import Domain
import TestStack
import Testing

@testable import GatewayService

@Suite("the earlier API", .timeLimit(.minutes(1)))
struct PostChunkTests {
    private let path = "/api/generate-audio-clip"
    private let body = #"{"episode_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","chunk_index":12}"#
    private let id = "7c9e6679-7425-40de-944b-e07fc1f90ae7/chunk-12.mp3"

    /// The members as docs/openapi.yaml has them; `duration` in seconds, `cached` as `cache_hit`.
    @Test("a chunk's clip is asked for under its own id, waited for, and answered in that API's form")
    func held() async throws {
        let gateway = GatewayUnderTest()
        let waiting = gateway.begin("POST", path, body: body)
        _ = try await gateway.topic.sent(1)
        #expect(gateway.topic.clips == [id])
        #expect(!waiting.hasAnswer)
        try gateway.hand.ready(1, as: try ClipID(parsing: id))
        let url = "https://clips.example/audio_clips/507f1f77bcf86cd799439011/1-30001_v2-1a2b3c4d.mp3"
        let made = await waiting.answer()
        #expect(made.status == 200)
        #expect(made.value("Content-Type") == "application/json")
        #expect(made.text == #"{"audio_url":"\#(url)","duration":30,"cached":false}"#)
        let hit = await gateway.ask("POST", path, body: body)
        #expect(hit.text == #"{"audio_url":"\#(url)","duration":30,"cached":true}"#)
        #expect(gateway.topic.sent.count == 1)
    }

    @Test("an unknown chunk is 404, and its reason names the chunk")
    func unknown() async throws {
        let gateway = GatewayUnderTest()
        let waiting = gateway.begin("POST", path, body: body)
        _ = try await gateway.topic.sent(1)
        #expect(gateway.clipState.saw(failure: ClipFault(.noSuchChunk, "…"), of: try ClipID(parsing: id)) == nil)
        let reply = await waiting.answer()
        #expect(reply.status == 404)
        #expect(reply.text.contains(#""reason":"no-such-chunk""#))
    }

    @Test(
        "what is no such request names what is wrong with it, and asks for nothing",
        arguments: [
            ("[]", "malformed-request", []), ("{", "malformed-request", []),
            ("{}", "bad-parameters", ["episode_id", "chunk_index"]),
            (#"{"episode_id":"x"}"#, "bad-parameters", ["chunk_index"]),
            (#"{"episode_id":"x","chunk_index":1.5}"#, "bad-parameters", ["chunk_index"]),
            (#"{"episode_id":"batch","chunk_index":0}"#, "bad-parameters", ["episode_id"]),
        ] as [(String, String, [String])])
    func refused(body: String, reason: String, names: [String]) async {
        let gateway = GatewayUnderTest()
        let reply = await gateway.ask("POST", path, body: body)
        #expect(reply.status == 400)
        #expect(reply.text.contains(#""reason":"\#(reason)""#))
        for name in names { #expect(reply.text.contains(#"{"name":"\#(name)""#)) }
        #expect(reply.text.ranges(of: #"{"name":"#).count == names.count)
        #expect(gateway.topic.sent.isEmpty)
    }
}
