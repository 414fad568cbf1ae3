import Testing

@testable import Transcripts

/// What was written is compared with text by hand here; other programs' parsers read it in scripts/check-transcripts.
@Suite("transcripts as files")
struct WritingTests {
    private func written(_ form: TranscriptForm, _ cues: [Cue]) -> String {
        String(decoding: form.written(cues), as: UTF8.self)
    }

    private let cues = [
        Cue(
            startMs: 0, endMs: 1_500, text: "Is 1 < 2 & 3 --> 4?", speaker: "A & <B>", timing: .exact,
            words: [
                TimedWord("Is", 0, 200), TimedWord(" 1", 200, 400), TimedWord(" < 2", 400, 400),
                TimedWord(" & 3 --> 4?", 900, 1_500),
            ]),
        Cue(startMs: 3_661_001, endMs: 3_662_000, text: "שלום 👋🏽", speaker: "Zoë", timing: .estimated),
    ]

    /// WebVTT, "WebVTT cue text span": `&`, `<` and `>` by references; a timestamp is greater than the one before.
    @Test("WebVTT has its escapes, its voices, and a timestamp before each word that begins later")
    func webVTT() {
        #expect(
            written(.webVTT, cues) == """
                WEBVTT

                00:00:00.000 --> 00:00:01.500
                <v A &amp; &lt;B&gt;>Is <00:00:00.200>1 <00:00:00.400>&lt; 2 <00:00:00.900>&amp; <00:00:00.985>3 <00:00:01.071>--&gt; <00:00:01.328>4?

                01:01:01.001 --> 01:01:02.000
                <v Zoë>שלום 👋🏽

                """)
    }

    @Test("SRT has numbers, commas, and the name where the speaker changes")
    func subRip() {
        #expect(
            written(.subRip, cues) == """
                1
                00:00:00,000 --> 00:00:01,500
                A & <B>: Is 1 < 2 & 3 --> 4?

                2
                01:01:01,001 --> 01:01:02,000
                Zoë: שלום 👋🏽

                """)
    }

    /// podcastindex.org, "transcripts.md": version, and segments with startTime, endTime, speaker and body.
    @Test("the podcast namespace's JSON has its fields, and tells exact times from estimates")
    func podcast() {
        let short = Cue(
            startMs: 0, endMs: 1_500, text: "Oh \"no\".", timing: .exact,
            words: [TimedWord("Oh", 0, 200), TimedWord(" \"no\".", 300, 1_500)])
        let first =
            #"{"startTime":0,"endTime":1.5,"body":"Oh \"no\".","timing":"exact","words":["#
            + #"{"startTime":0,"endTime":0.2,"body":"Oh"},{"startTime":0.3,"endTime":1.5,"body":"\"no\"."}]}"#
        let second = #"{"speaker":"Zoë","startTime":3661.001,"endTime":3662,"body":"שלום 👋🏽","timing":"estimated"}"#
        #expect(
            written(.podcast, [short, cues[1]])
                == "{\"version\":\"1.0.0\",\"segments\":[\(first),\(second)]}\n")
    }

    @Test("nothing that is said is a right file all the same, and has a byte")
    func nothing() {
        #expect(written(.webVTT, []) == "WEBVTT\n")
        #expect(written(.subRip, []) == "\n")
        #expect(written(.podcast, []) == "{\"version\":\"1.0.0\",\"segments\":[]}\n")
    }

    @Test("what is written is read again as it was", arguments: [("vtt", TranscriptForm.webVTT), ("json", .podcast)])
    func readAgain(ending: String, form: TranscriptForm) throws {
        let again = Transcript(try TranscriptFile.read(ending: ending, form.written(cues))).cues
        #expect(again.map(\.text) == cues.map(\.text))
        #expect(again.map(\.speaker) == cues.map(\.speaker))
        #expect(again.map { [$0.startMs, $0.endMs] } == cues.map { [$0.startMs, $0.endMs] })
        #expect(again[0].words.map(\.startMs) == [0, 200, 400, 900, 985, 1_071, 1_328] || ending == "json")
        #expect(again[0].words.map(\.text).joined() == cues[0].text)
    }
}
