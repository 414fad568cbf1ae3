import TestStack
import Testing

/// From MongoDB through the event to the store and the client.
@Suite("what is said in a clip, on the real stack", .timeLimit(.minutes(10)))
struct TranscriptTests {
    @Test("a clip's text is stored and signed like its sound, and an episode without a transcript is told at once")
    func transcript() async throws {
        let pipeline = try await Pipeline.make()
        let embedding = Array(repeating: "0.25", count: 768).joined(separator: ",")
        try await TestStack.mongoDB.insert(
            [
                #"{"episode_id":"\#(Pipeline.guid)","feed_slug":"\#(Pipeline.feed)","chunk_index":2,"start_time":60.0,"#
                    + #""end_time":64.0,"text":"Is 1 < 2?","speaker":"Ann","embedding":[\#(embedding)]}"#,
                #"{"episode_id":"\#(Pipeline.guid)","feed_slug":"\#(Pipeline.feed)","chunk_index":3,"start_time":64.5,"#
                    + #""end_time":66.0,"text":"Yes, it is.","words":[{"word":"Yes","start":64.5,"end":65.0},"#
                    + #"{"word":"it","start":65.2,"end":65.4},{"word":"is","start":65.4,"end":65.9}]}"#,
            ], database: pipeline.database, collection: "transcript_chunks_768d")
        async let resolver = pipeline.resolver()
        async let cutter = pipeline.cutter()
        let gateway = try await pipeline.gateway()
        let window = "start_time_ms=50000&duration_ms=20000"

        let reply = try await gateway.get("\(Pipeline.episode)?\(window)&format=vtt")
        #expect(reply.status == 200, "\(reply.text)")
        #expect(reply.text.contains(#""format":"vtt","exact":"timed""#))
        let stored = try await HTTPFetch.get(try reply.json(ClipAnswer.self).clipUrl)
        #expect(stored.header("Content-Type") == "text/vtt")
        #expect(
            stored.text == """
                WEBVTT

                00:00:10.000 --> 00:00:14.000
                <v Ann>Is 1 &lt; 2?

                00:00:14.500 --> 00:00:16.000
                Yes, <00:00:15.200>it <00:00:15.400>is.

                """)
        let again = try await gateway.get("\(Pipeline.episode)?\(window)&format=vtt")
        #expect(again.text.contains(#""cache_hit":true"#))
        let subtitles = try await gateway.get("\(Pipeline.guid)/play.srt?\(window)")
        #expect(subtitles.status == 307)
        let silent = try await gateway.get("507f1f77bcf86cd799439012?start_time_ms=0&format=transcript")
        #expect(silent.status == 422, "\(silent.text)")
        #expect(silent.text.contains(#""reason":"no-transcript""#))
        #expect(silent.text.contains("there is no transcript of the episode"))
        let sound = try await gateway.get("507f1f77bcf86cd799439012?start_time_ms=0&duration_ms=5000")
        #expect(sound.status == 200, "\(sound.text)")
        let registered = try await eventually("the register") {
            let found = try await TestStack.mongoDB.find(
                #"{"episode_id":"\#(Pipeline.episode)","clip_start_ms":50000}"#, database: pipeline.database,
                collection: "audio_clips")
            return found.first
        }
        #expect(registered.contains(".vtt"))
        _ = try await (resolver, cutter)
    }
}
