import Domain
import Hashing
import Testing
import Text
import Transcripts

@testable import GatewayService

@Suite("what is said in a clip, in its answer", .timeLimit(.minutes(1)))
struct CueCacheTests {
    private let target = GatewayUnderTest.clip(1) + "&with=transcript"

    @Test("cues that this gateway has not heard of are asked for once more, and the URL is told meanwhile")
    func unheard() async throws {
        let gateway = GatewayUnderTest()
        let said = try SaidInClip()
        try gateway.hand.ready(1)
        try said.stored(for: gateway)
        for _ in 0..<2 {
            let reply = await gateway.ask(target)
            #expect(reply.text.contains(#""transcript_url":"https://clips.example/\#(said.key)""#))
            #expect(reply.text.contains(#""transcript":{"status":"pending","clip_id":"\#(said.id)""#), "\(reply.text)")
            #expect(reply.value("Cache-Control") == "no-store")
        }
        _ = try await gateway.topic.sent(1)
        #expect(gateway.topic.clips == [said.id.description])
        #expect(gateway.clipState.status(said.id, now: ClipStateBench.now)?.stage == .queued)
        try said.resolved(for: gateway)
        try said.stored(for: gateway)
        #expect(await gateway.ask(target).text.hasSuffix(",\(said.fields)}"))
        #expect(gateway.topic.sent.count == 1)
    }

    @Test("a batch that makes nothing asks for no cues")
    func quiet() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        try SaidInClip().stored(for: gateway)
        let reply = await gateway.ask(
            "POST", "/api/v1/audio_clips/batch",
            body: #"{"clips":[{"episode_id":"507f1f77bcf86cd799439011","start_time_ms":1}],"with":["transcript"]}"#)
        #expect(reply.text.contains(#""transcript":{"status":"pending""#))
        #expect(gateway.topic.sent.isEmpty)
    }

    @Test("a corrected transcript has other cues, and an answer never has those of another file than its URL's")
    func corrected() async throws {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        let (old, new) = (try SaidInClip(1, "Before."), try SaidInClip(1, "After."))
        try old.resolved(for: gateway)
        try old.stored(for: gateway)
        // The resolver has sent the new words; the cutter has not stored them yet.
        try new.resolved(for: gateway)
        #expect(await gateway.ask(target).text.hasSuffix(",\(old.fields)}"))
        try new.stored(for: gateway)
        #expect(await gateway.ask(target).text.hasSuffix(",\(new.fields)}"))
    }

    @Test("of more words than an answer may have only the URL is told, in an answer that may be kept")
    func tooLong() async throws {
        let cues = CueCache(.init(bytes: 1 << 20, longest: 200))
        let gateway = GatewayUnderTest(cues: cues)
        try gateway.hand.ready(1)
        let said = try SaidInClip(1, String(repeating: "so long, ", count: 20) + "end.")
        try said.resolved(for: gateway)
        try said.stored(for: gateway)
        let reply = await gateway.ask(target)
        #expect(
            reply.text.hasSuffix(
                #","transcript_url":"https://clips.example/\#(said.key)","transcript":{"status":"too-long"}}"#))
        #expect(reply.value("Cache-Control")?.hasPrefix("private, max-age=") == true)
        #expect(gateway.topic.sent.isEmpty)
    }

    /// The resolver does not know yet where the clip will begin: what it sends begins at the earliest place.
    @Test("cues of a clip whose edges are moved are those of the window that came of it, and of no other")
    func moved() throws {
        let cues = CueCache()
        let gateway = GatewayUnderTest(cues: cues)
        let id = try ClipID(parsing: "507f1f77bcf86cd799439011/10000-20000~sentence-4000.transcript")
        func event(_ text: String) throws -> ClipResolved {
            try ClipResolved(
                clipID: id, budget: .seconds(100), episode: try #require(ObjectID(hex: "507f1f77bcf86cd799439011")),
                guid: "guid", feedSlug: "feed", title: nil,
                window: try #require(ClipWindow(startMs: 9_000, endMs: 21_000)),
                edges: ClipEdges(
                    Snapped(
                        asked: try #require(ClipWindow(startMs: 10_000, endMs: 20_000)), kind: .sentence, basis: .exact),
                    start: 8_850...9_150, end: 20_850...21_150),
                transcript: ClipTranscript([Cue(startMs: 300, endMs: 2_300, text: text, timing: .exact)]))
        }
        // From 8,950 on, which is 100 ms after the earliest place.
        let file = TranscriptForm.podcast.written([Cue(startMs: 200, endMs: 2_200, text: "Moved.", timing: .exact)])
        let version = Hex.encode(SHA256.digest(file).prefix(4))
        let key = try #require(
            ObjectKey(
                parsing:
                    "audio_clips/507f1f77bcf86cd799439011/8950-21000_v\(CutVersion.current)-\(version).transcript"))
        gateway.take(try event("Other."))
        #expect(cues.cues(of: key, id) == nil)
        gateway.take(try event("Moved."))
        #expect(cues.cues(of: key, id) == .json(Array(file.dropLast())))
        #expect(cues.cues(of: key, id) == .json(Array(file.dropLast())))
    }

    @Test("what is kept stays below its limit, the least recently used going first; the table grows by none of it")
    func limit() throws {
        let cues = CueCache(.init(bytes: 64 << 10))
        let gateway = GatewayUnderTest(cues: cues)
        let said = try (1...200).map { try SaidInClip($0, String(repeating: "word ", count: 200) + "end.") }
        let before = gateway.clipState.figures.tableBytes
        for one in said { try one.resolved(for: gateway) }
        #expect(gateway.clipState.figures.tableBytes == before)
        #expect((32 << 10)...(64 << 10) ~= cues.bytes)
        #expect(cues.cues(of: said[0].key, said[0].id) == nil)
        #expect(cues.cues(of: said[199].key, said[199].id) == .json(Array(said[199].file.dropLast())))
    }
}
