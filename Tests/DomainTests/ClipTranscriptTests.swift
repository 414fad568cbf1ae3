import FoundationEssentials
import Testing
import Transcripts

@testable import Domain

@Suite("what is said in a clip, in an event")
struct ClipTranscriptTests {
    private func cue(_ text: String, words: Int = 0) -> Cue {
        Cue(
            startMs: 0, endMs: 1_000, text: text, speaker: "Ann", timing: .exact,
            words: (0..<words).map { TimedWord("w\($0)", 0, 1_000) })
    }

    @Test("is read as it was written, whatever characters it has")
    func same() throws {
        let cues = [
            Cue(
                startMs: 0, endMs: 2_000, text: "Is 1 < 2 & \"3\" --> 4/5\\?", speaker: "Zoë", timing: .exact,
                words: [TimedWord("Is 1 < 2", 0, 500), TimedWord(" & \"3\" --> 4/5\\?", 700, 2_000)]),
            Cue(startMs: 1_000, endMs: 1_001, text: "שלום 👨‍👩‍👧", timing: .estimated),
        ]
        let event = try ClipTranscript(cues)
        let written = try JSONEncoder().encode(event)
        #expect(try JSONDecoder().decode(ClipTranscript.self, from: written) == event)
        #expect(event.cues == cues)
    }

    @Test("is never larger than it is counted, and leaves out the words' times before it is refused")
    func bounds() throws {
        let spoken = try ClipTranscript((0..<40).map { _ in cue(String(repeating: "\"/\\ é", count: 60), words: 10) })
        #expect(try JSONEncoder().encode(spoken).count <= ClipTranscript.largestBytes)
        #expect(spoken.cues.allSatisfy { $0.words.count == 10 })
        let many = try ClipTranscript((0..<60).map { _ in cue("text", words: 100) })
        #expect(many.cues.count == 60 && many.cues.allSatisfy { $0.words.isEmpty })
        do throws(ClipFault) {
            _ = try ClipTranscript([cue(String(repeating: "word ", count: 200_000))])
            Issue.record("a megabyte is taken")
        } catch {
            #expect(error.reason == .badEpisodeData)
            #expect(error.detail.contains("1000103 bytes"))
        }
    }

    @Test(
        "cues that no resolver writes are refused",
        arguments: [
            #"{"start_ms": 5, "end_ms": 5, "text": "x", "timing": "exact"}"#,
            #"{"start_ms": -1, "end_ms": 5, "text": "x", "timing": "exact"}"#,
            #"{"start_ms": 0, "end_ms": 5, "text": "", "timing": "exact"}"#,
            #"{"start_ms": 0, "end_ms": 5, "text": "x", "timing": "perhaps"}"#,
            #"{"start_ms": 0, "end_ms": 5, "text": "x", "timing": "exact", "words": [[1, 6, "x"]]}"#,
            #"{"start_ms": 0, "end_ms": 5, "text": "x", "timing": "exact", "words": [[3, 2, "x"]]}"#,
            #"{"start_ms": 9, "end_ms": 10, "text": "x", "timing": "exact"}, {"start_ms": 0, "end_ms": 5, "text": "x", "timing": "exact"}"#,
        ])
    func refused(cues: String) {
        #expect(throws: EventFault.self) {
            try JSONDecoder().decode(ClipTranscript.self, from: Data("{\"cues\": [\(cues)]}".utf8))
        }
    }
}
