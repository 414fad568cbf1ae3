import TestStack
import Testing

/// From MongoDB's chunks to the clip, over all three services.
@Suite("clips that begin and end with a sentence, on the real stack", .timeLimit(.minutes(10)))
struct SnapTests {
    @Test("requests for the same sentences share one object, and each tells of its own shifts")
    func shared() async throws {
        let pipeline = try await Pipeline.make()
        func chunk(_ number: Int, _ rest: String) -> String {
            #"{"episode_id":"\#(Pipeline.guid)","feed_slug":"\#(Pipeline.feed)","chunk_index":\#(number),\#(rest)}"#
        }
        try await TestStack.mongoDB.insert(
            [
                chunk(10, #""start_time":50.0,"end_time":58.0,"text":"So it was.""#),
                chunk(11, #""start_time":60.0,"end_time":64.0,"text":"Is 1 < 2?","speaker":"Ann""#),
                chunk(
                    12,
                    #""start_time":64.5,"end_time":66.0,"text":"Yes, it is.","words":[{"word":"Yes","start":64.5,"end":65.0},"#
                        + #"{"word":"it","start":65.2,"end":65.4},{"word":"is","start":65.4,"end":65.9}]"#),
            ], database: pipeline.database, collection: "transcript_chunks_768d")
        async let resolver = pipeline.resolver()
        async let cutter = pipeline.cutter()
        let gateway = try await pipeline.gateway()

        func clip(_ query: String) async throws -> ClipAnswer {
            let reply = try await gateway.get("\(Pipeline.episode)?\(query)")
            try #require(reply.status == 200, "\(reply.text)")
            return try reply.json(ClipAnswer.self)
        }
        let first = try await clip("start_time_ms=61000&duration_ms=4000&snap=sentence")
        #expect((59_850...60_150).contains(first.startTimeMs), "\(first)")
        #expect((65_750...66_050).contains(first.startTimeMs + first.durationMs), "\(first)")
        let second = try await clip("start_time_ms=60500&duration_ms=5000&snap=sentence")
        #expect(second.clipUrl.prefix { $0 != "?" } == first.clipUrl.prefix { $0 != "?" })
        #expect(second.startTimeMs == first.startTimeMs && second.durationMs == first.durationMs)
        let plain = try await clip("start_time_ms=\(first.startTimeMs)&duration_ms=\(first.durationMs)")
        #expect(plain.clipUrl.prefix { $0 != "?" } == first.clipUrl.prefix { $0 != "?" })
        let asked = try await gateway.get("\(Pipeline.episode)?start_time_ms=60500&duration_ms=5000&snap=sentence")
        #expect(asked.text.contains(#""cache_hit":true"#))
        #expect(
            asked.text.contains(#""snapped":{"asked_start_time_ms":60500,"asked_duration_ms":5000,"by":"sentence""#))
        #expect(asked.text.contains("\"start_shift_ms\":\(first.startTimeMs - 60_500),"), "\(asked.text)")
        #expect(asked.text.contains(#""basis":"exact"}"#))
        #expect(
            !(try await gateway.get("\(Pipeline.episode)?start_time_ms=60500&duration_ms=5000")).text.contains(
                "snapped"))
        #expect(try pipeline.clipPuts().filter { $0.key.hasSuffix(".mp3") }.count == 2)

        let text = try await gateway.get(
            "\(Pipeline.episode)?start_time_ms=61000&duration_ms=4000&snap=sentence&format=vtt")
        #expect(text.text.contains("\"start_time_ms\":\(first.startTimeMs),\"duration_ms\":\(first.durationMs)"))
        _ = try await (resolver, cutter)
    }
}
