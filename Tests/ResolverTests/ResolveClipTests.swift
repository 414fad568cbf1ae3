import Domain
import Episodes
import Fakes
import FoundationEssentials
import Testing
import Transcripts

@testable import ResolverService

@Suite("resolving a clip", .timeLimit(.minutes(1)))
struct ResolveClipTests {
    private let id = ObjectID(hex: "507f1f77bcf86cd799439011")

    /// A catalog of one episode, of whose chunks one is known.
    private func catalog(
        _ episode: Episode, saying cues: [Cue]? = nil, faults: [CatalogFault] = []
    ) -> MemoryCatalog {
        MemoryCatalog(
            [episode], chunks: [3: .milliseconds(12_345)],
            transcripts: cues.map { [episode.id: Transcript(cues: $0)] } ?? [:], faults: faults)
    }

    private func episode(guid: String = "a-guid", duration: Duration? = .seconds(3600)) throws -> Episode {
        Episode(id: try #require(id), guid: guid, feedSlug: "a-feed", title: "A title", duration: duration)
    }

    private func outcome(_ catalog: MemoryCatalog, _ asked: String...) async throws -> [(topic: String, value: Data)] {
        try await catalog.outcome(asked)
    }

    private func resolved(_ sent: (topic: String, value: Data)) throws -> ClipResolved {
        #expect(sent.topic == "clip.resolved")
        return try JSONDecoder().decode(ClipResolved.self, from: sent.value)
    }

    private func reason(_ sent: (topic: String, value: Data)) throws -> String {
        #expect(sent.topic == "clip.failed")
        return try JSONDecoder().decode(ClipFailed.self, from: sent.value).reason.rawValue
    }

    @Test("an id or a guid becomes the canonical episode, under the id that was asked")
    func canonical() async throws {
        let catalog = self.catalog(try episode())
        let sent = try await outcome(catalog, "507f1f77bcf86cd799439011/0-30000.mp3", "a-guid/0-30000.mp3")
        for (record, asked) in zip(sent, ["507f1f77bcf86cd799439011/0-30000.mp3", "a-guid/0-30000.mp3"]) {
            let event = try resolved(record)
            #expect(event.clipID.description == asked)
            #expect(event.episode.description == "507f1f77bcf86cd799439011")
            #expect((event.guid, event.feedSlug, event.title) == ("a-guid", "a-feed", "A title"))
            #expect(event.budgetMs > 50_000)
        }
        #expect(sent.count == 2)
    }

    @Test("a guid of 24 hex digits keeps the id that was asked, which the gateway holds the answer against")
    func hexGUID() async throws {
        let catalog = self.catalog(try episode(guid: "607F1F77BCF86CD799439099"))
        let sent = try await outcome(catalog, "607f1f77bcf86cd799439099/0-30000.mp3")
        #expect(try resolved(#require(sent.first)).episode.description == "607f1f77bcf86cd799439099")
    }

    @Test("a chunk becomes the window that begins with it")
    func chunks() async throws {
        let sent = try await outcome(self.catalog(try episode()), "a-guid/chunk-3.mp3", "a-guid/chunk-4.mp3")
        let event = try resolved(sent[0])
        #expect((event.window.startMs, event.window.endMs) == (12_345, 42_345))
        #expect(try reason(sent[1]) == "no-such-chunk")
    }

    @Test("what is said goes along for a clip that is made of text, and for no other")
    func transcripts() async throws {
        let cues = [Cue(startMs: 40_000, endMs: 41_000, text: "At forty seconds", timing: .exact)]
        let catalog = self.catalog(try episode(), saying: cues)
        let sent = try await outcome(
            catalog, "a-guid/30000-60000.vtt", "a-guid/30000-60000.srt", "a-guid/30000-60000.transcript",
            "a-guid/60000-90000.vtt", "a-guid/30000-60000.mp3")
        let said = [Cue(startMs: 10_000, endMs: 11_000, text: "At forty seconds", timing: .exact)]
        #expect(try sent.map { try resolved($0).transcript?.cues } == [said, said, said, [], nil])
    }

    @Test("without a transcript such a clip fails for good, and sound is cut all the same")
    func noTranscript() async throws {
        let catalog = self.catalog(try episode())
        let sent = try await outcome(catalog, "a-guid/30000-60000.vtt", "a-guid/30000-60000.mp3")
        #expect(try reason(sent[0]) == "no-transcript")
        #expect(try resolved(sent[1]).transcript == nil)
    }

    @Test("a transcript with more text than anybody speaks is told, and not sent")
    func tooMuch() async throws {
        let cues = [
            Cue(startMs: 30_000, endMs: 60_000, text: String(repeating: "word ", count: 200_000) + "x", timing: .exact)
        ]
        let sent = try await outcome(self.catalog(try episode(), saying: cues), "a-guid/30000-60000.vtt")
        #expect(try reason(#require(sent.first)) == "bad-episode-data")
    }

    @Test("only a start far beyond the catalog's duration is refused here: the audio decides")
    func absurd() async throws {
        let sent = try await outcome(
            self.catalog(try episode()), "a-guid/3700000-3730000.mp3", "a-guid/7800000-7830000.mp3",
            "a-guid/7800001-7830000.mp3")
        #expect(sent.map(\.topic) == ["clip.resolved", "clip.resolved", "clip.failed"])
        #expect(try reason(sent[2]) == "start-past-end")
        let unknown = try await outcome(self.catalog(try episode(duration: nil)), "a-guid/99000000-99030000.mp3")
        #expect(unknown.map(\.topic) == ["clip.resolved"])
    }

    @Test("an episode is looked up once, and so is one that is not there; an outage is not remembered")
    func cache() async throws {
        let catalog = self.catalog(try episode(), faults: [.unavailable("…")])
        let sent = try await outcome(
            catalog, "a-guid/0-1.mp3", "a-guid/1-2.mp3", "other/0-1.mp3", "other/1-2.mp3")
        #expect(sent.map(\.topic) == ["clip.resolved", "clip.resolved", "clip.failed", "clip.failed"])
        // One that failed, one that found the episode, one that did not find the other.
        #expect(catalog.looks == 3)
    }

    @Test("what can't be part of a key is a permanent failure")
    func unsafeValues() async throws {
        let sent = try await outcome(self.catalog(try episode(guid: "../up")), "507f1f77bcf86cd799439011/0-1.mp3")
        #expect(try reason(#require(sent.first)) == "bad-episode-data")
    }
}
