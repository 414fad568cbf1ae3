import Domain
import Episodes
import Fakes
import FoundationEssentials
import Testing
import Transcripts

@testable import ResolverService

@Suite("resolving a clip whose edges are moved", .timeLimit(.minutes(1)))
struct SnappedRequestTests {
    /// One sentence every six seconds, each of a chunk of its own, some with what looks like an end and is none.
    private static let texts: [String: [String]] = [
        "en": [
            "Mr. Smith paid 3.50 for it.", "\"Really?\" she asked.",
            "He lives at 5 Main St. in Boston, e.g. with J. R. Roe!",
            "That is example.org…", "Yes, it is.",
        ],
        "de": [
            "Das kostet z. B. 3.500 Euro.", "Am 3. Mai war Dr. Weiß da!", "Wirklich?", "„Ja“, sagte sie…",
            "Nr. 5 lebt.",
        ],
        "zh": ["今天天气很好。", "我们去公园吧！", "你呢？", "他说3.5公里。", "好。"],
    ]

    private func episode() throws -> Episode {
        Episode(
            id: try #require(ObjectID(hex: "507f1f77bcf86cd799439011")), guid: "a-guid", feedSlug: "a-feed", title: nil,
            duration: .seconds(3600))
    }

    private func resolved(
        _ id: String, _ transcript: Transcript?
    ) async throws -> (topic: String, event: ClipResolved?) {
        let episode = try episode()
        let catalog = MemoryCatalog(
            [episode], chunks: [3: .seconds(13)], transcripts: transcript.map { [episode.id: $0] } ?? [:])
        let sent = try #require(try await catalog.outcome(["a-guid/\(id)"]).first)
        let decoded = try? JSONDecoder().decode(ClipResolved.self, from: sent.value)
        return (sent.topic, decoded)
    }

    private func transcript(_ language: String) throws -> Transcript {
        Transcript(
            try #require(Self.texts[language]).enumerated().map {
                SpokenCue(start: Double($0.offset) * 6, end: Double($0.offset) * 6 + 5, text: $0.element)
            })
    }

    @Test("sentences end where they do in each language, and nowhere else", arguments: ["en", "de", "zh"])
    func languages(language: String) async throws {
        let transcript = try transcript(language)
        for (asked, expected) in [
            ("8000-15000", [6_000, 17_000]), ("14000-27000", [12_000, 29_000]), ("100-3000", [0, 5_000]),
        ] {
            let event = try #require(try await resolved("\(asked)~sentence-4000.mp3", transcript).event)
            #expect([event.window.startMs, event.window.endMs] == expected.map(Int32.init), "\(language) \(asked)")
            #expect(event.edges?.snapped.kind == .sentence && event.edges?.snapped.basis == .exact)
            #expect(event.transcript == nil)
        }
    }

    @Test("what is said goes along with times from the earliest start that the clip may come to have")
    func text() async throws {
        let event = try #require(
            try await resolved("8000-15000~sentence-4000.vtt", try transcript("en")).event)
        #expect(event.window.startMs == 6_000 && event.edges?.start.lowerBound == 5_850)
        #expect(event.transcript?.cues.map(\.startMs) == [150, 6_150])
        #expect(event.transcript?.cues.map(\.text) == Array(Self.texts["en"]?[1...2] ?? []))
    }

    @Test("chunks are limits where no sentence ends, and a chunk may itself be what is asked for")
    func chunks() async throws {
        let halves = Transcript([
            SpokenCue(start: 0, end: 10, text: "one sentence that goes"),
            SpokenCue(start: 10.5, end: 20, text: "on and"),
            SpokenCue(start: 20.5, end: 45, text: "on. And this"),
        ])
        let event = try #require(try await resolved("12000-19000~chunk-4000.mp3", halves).event)
        #expect([event.window.startMs, event.window.endMs] == [10_500, 20_000])
        #expect(event.edges?.snapped.kind == .chunk)
        let asked = try #require(try await resolved("chunk-3~chunk-4000.mp3", halves).event)
        #expect([asked.window.startMs, asked.window.endMs] == [10_500, 45_000])
        #expect(asked.edges?.snapped.asked == ClipWindow(startMs: 13_000, endMs: 43_000))
    }

    @Test("without a transcript, or one that can be used, sound alone says where, and the answer that it did")
    func withoutTranscript() async throws {
        let event = try #require(try await resolved("12000-19000~sentence-4000.mp3", nil).event)
        #expect([event.window.startMs, event.window.endMs] == [12_000, 19_000])
        #expect(event.edges?.snapped.kind == .silence && event.edges?.snapped.basis == .estimated)
        #expect(event.edges?.start == 11_500...12_500)
        #expect(try await resolved("12000-19000~sentence-4000.vtt", nil).topic == "clip.failed")
        #expect(try await resolved("12000-19000~silence-4000.vtt", nil).topic == "clip.failed")
    }

    @Test("the episode's first sentence begins with its first word, and one after a long silence too")
    func beginnings() async throws {
        let late = Transcript([
            SpokenCue(start: 62, end: 66, text: "After the music."), SpokenCue(start: 67, end: 69, text: "Yes."),
        ])
        let event = try #require(try await resolved("63000-68000~sentence-4000.mp3", late).event)
        #expect([event.window.startMs, event.window.endMs] == [62_000, 69_000])
        let early = Transcript([
            SpokenCue(start: 2, end: 6, text: "At last."), SpokenCue(start: 7, end: 9, text: "Yes."),
        ])
        let first = try #require(try await resolved("3000-8000~sentence-4000.mp3", early).event)
        #expect([first.window.startMs, first.window.endMs] == [2_000, 9_000])
    }
}
