import FoundationEssentials
import TestStack
import Testing

/// What a result card shows, of the three services on the real stack.
@Suite("a clip with its parts, on the real stack", .timeLimit(.minutes(10)))
struct PartsTests {
    private struct Card: Decodable {
        let clipUrl: String
        let waveformUrl: String?
        let transcriptUrl: String?
    }

    private static let window = "start_time_ms=50000&duration_ms=20000"
    private static let card = "\(Pipeline.episode)?\(window)&with=waveform,transcript"

    /// Asks until nothing is missing.
    private static func whole(_ gateway: GatewayProcess, _ path: String = card) async throws -> HTTPReply {
        try await eventually("an answer with all parts") {
            let reply = try await gateway.get(path)
            try #require(reply.status == 200, "\(reply.text)")
            return reply.header("Cache-Control")?.hasPrefix("private") == true ? reply : nil
        }
    }

    /// The answer's cues are the stored file, byte for byte.
    private static func expectCues(_ reply: HTTPReply) async throws {
        let url = try #require(try reply.json(Card.self).transcriptUrl)
        let stored = try await HTTPFetch.get(url)
        #expect(stored.header("Content-Type") == "application/json")
        #expect(stored.text.contains("Is 1 < 2?") && stored.text.hasSuffix("}\n"))
        #expect(reply.text.hasSuffix(#","transcript":\#(stored.text.dropLast())}"#), "\(reply.text)")
    }

    @Test(
        "one answer has the clip, its own waveform and its words; a gateway that was not there hears the words once more"
    )
    func card() async throws {
        let pipeline = try await Pipeline.make()
        try await TestStack.mongoDB.insert(
            [
                #"{"episode_id":"\#(Pipeline.guid)","feed_slug":"\#(Pipeline.feed)","chunk_index":2,"start_time":60.0,"#
                    + #""end_time":64.0,"text":"Is 1 < 2?","speaker":"Ann"}"#
            ], database: pipeline.database, collection: "transcript_chunks_768d")
        async let resolver = pipeline.resolver()
        async let cutter = pipeline.cutter()
        let gateway = try await pipeline.gateway()

        let cold = try await gateway.get(Self.card)
        #expect(cold.status == 200, "\(cold.text)")
        let clip = try await HTTPFetch.get(try cold.json(Card.self).clipUrl).body
        let reply = try await Self.whole(gateway)
        let card = try reply.json(Card.self)
        #expect(try await HTTPFetch.get(card.clipUrl).body == clip)
        try await Self.expectCues(reply)
        let peaks = try WaveformData.decode(try await HTTPFetch.get(try #require(card.waveformUrl)).body)
        let heard = try await samples(of: clip)
        #expect(peaks.samplesPerPixel == 256 && peaks.length == (heard + 255) / 256)
        // Nothing of it is in the answer to one who asks for nothing beside the clip.
        let plain = try await gateway.clip(start: 50_000, duration: 20_000)
        #expect(reply.text.hasPrefix(plain.text.dropLast()) && !plain.text.contains("waveform"))

        let chunk = #"{"episode_id":"\#(Pipeline.guid)","chunk_index":2,"with":["transcript"]}"#
        let earlier = try await eventually("the earlier API's answer with its part") {
            let reply = try await HTTPFetch.post("\(gateway.base)/api/generate-audio-clip", json: chunk)
            try #require(reply.status == 200, "\(reply.text)")
            return reply.text.contains(#""segments":[{"#) ? reply : nil
        }
        #expect(earlier.text.contains(#""audio_url""#) && earlier.text.contains("Is 1 < 2?"))
        let batch = try await HTTPFetch.post(
            "\(gateway.base)/api/v1/audio_clips/batch",
            json: #"{"clips":[{"episode_id":"\#(Pipeline.episode)","start_time_ms":50000,"duration_ms":20000}],"#
                + #""with":["waveform","transcript"],"shape":"audio_clip"}"#)
        #expect(batch.text.hasPrefix(#"{"clips":[{"available":true,"url":"http"#), "\(batch.text)")
        #expect(batch.text.contains("waveform_url") && batch.text.contains("Is 1 < 2?"))

        let later = try await pipeline.gateway()
        let first = try await later.get(Self.card)
        #expect(try first.json(Card.self).transcriptUrl != nil, "\(first.text)")
        #expect(first.text.contains(#""transcript":{"status":"pending""#))
        try await Self.expectCues(try await Self.whole(later))

        // No transcript: the clip is there all the same.
        let silent = try await eventually("a part that has failed") {
            let reply = try await gateway.get(
                "507f1f77bcf86cd799439012?start_time_ms=0&duration_ms=5000&with=transcript")
            try #require(reply.status == 200, "\(reply.text)")
            return reply.text.contains(#""transcript":{"status":"failed""#) ? reply : nil
        }
        #expect(silent.text.contains(#""reason":"no-transcript""#), "\(silent.text)")
        _ = try await (resolver, cutter)
    }
}
