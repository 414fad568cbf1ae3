import Testing

@testable import Transcripts

@Suite("transcripts that others wrote")
struct ReadingTests {
    private func read(_ ending: String, _ text: String) throws -> [Cue] {
        Transcript(try TranscriptFile.read(ending: ending, Array(text.utf8))).cues
    }

    /// Examples of the WebVTT standard, 1.1 to 1.6, with what it says of them.
    @Test("WebVTT is read with its comments, styles, settings, names, tags and references")
    func webVTT() throws {
        let cues = try read(
            "vtt",
            """
            \u{FEFF}WEBVTT - Some title
            Kind: captions

            STYLE
            ::cue(b) { color: peachpuff; }

            NOTE what follows is
            a comment

            1 - the name
            00:11.000 --> 00:13.000 position:10%,line-left align:left
            <v Roger Bingham>We are in New York City

            00:13.000 --> 00:16.500\t
            <v.loud Neil deGrasse Tyson>Didn't we talk about <i>enough</i> &lt;in&gt; &amp; &nbsp;out&#33;
            on <c.hl>two</c> lines

            1:00:00.000 --> 1:00:02.000
            <v A>Hi there.<v B>Hello.

            """)
        #expect(
            cues.map(\.text) == [
                "We are in New York City", "Didn't we talk about enough <in> & out! on two lines", "Hi there.",
                "Hello.",
            ])
        #expect(cues.map(\.speaker) == ["Roger Bingham", "Neil deGrasse Tyson", "A", "B"])
        #expect(cues.map(\.startMs) == [11_000, 13_000, 3_600_000, 3_600_000])
        #expect(cues.map(\.endMs) == [13_000, 16_500, 3_602_000, 3_602_000])
    }

    @Test("timestamps within a cue are the times of its words")
    func timestamps() throws {
        let cues = try read(
            "vtt", "WEBVTT\r\n\r\n00:10.000 --> 00:13.000\r\nNow <00:11.000><c>you</c> <00:12.000>know\r\n")
        #expect(
            cues[0].words == [
                TimedWord("Now", 10_000, 11_000), TimedWord(" you", 11_000, 12_000), TimedWord(" know", 12_000, 13_000),
            ])
    }

    @Test("SRT is read with and without numbers, with any line ends, without the tags of players")
    func subRip() throws {
        let cues = try read(
            "srt",
            "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>One</i> of\r\ntwo lines\r\n\r\n2\r\n0:00:03.5 --> 00:00:04,000 X1:1\r\n"
                + "{\\an8}1 < 2 --> 3\r\n00:00:05,000 --> 00:00:06,000\r\nNo number\r\n\r\n\r\n9\r\n"
                + "00:00:07,000 --> 00:00:08,000\r\n\r\n")
        #expect(cues.map(\.text) == ["One of two lines", "1 < 2 --> 3", "No number"])
        #expect(cues.map(\.startMs) == [1_000, 3_500, 5_000])
    }

    /// The example of the podcast namespace's transcripts.md.
    @Test("the podcast namespace's JSON is read")
    func podcast() throws {
        let cues = try read(
            "json",
            """
            {"version": "1.0.0", "segments": [
              {"speaker": "Darth Vader", "startTime": 0.5, "endTime": 0.75, "body": "I"},
              {"speaker": "Darth Vader", "startTime": 0.75, "endTime": 0.85, "body": "am"},
              {"speaker": "Darth Vader", "startTime": 0.85, "endTime": 1.05, "body": "your"},
              {"speaker": "Darth Vader", "startTime": 1.05, "endTime": 1.4, "body": "father."},
              {"speaker": "Luke", "startTime": 1.5, "endTime": 2, "body": "Nooooo."}
            ]}
            """)
        #expect(cues.map(\.text) == ["I am your father.", "Nooooo."])
        #expect(cues.map(\.speaker) == ["Darth Vader", "Luke"])
        #expect(cues[0].words.map(\.startMs) == [500, 750, 850, 1_050])
    }

    /// As `whisper --word_timestamps True --output_format json` writes it, as its service answers, and as whisper.cpp does.
    @Test("Whisper's JSON is read in its three forms, with words")
    func whisper() throws {
        let ours = """
            {"text": " Hi there, you.", "segments": [{"id": 0, "seek": 0, "start": 0.0, "end": 1.2000000000000002,
              "text": " Hi there, you.", "tokens": [50363, 13], "temperature": 0.0, "avg_logprob": -0.2,
              "words": [{"word": " Hi", "start": 0.1, "end": 0.30000000000000004, "probability": 0.9},
                        {"word": " there,", "start": 0.3, "end": 0.7, "probability": 0.9},
                        {"word": " you.", "start": 0.8, "end": 1.1, "probability": 0.9}]}], "language": "en"}
            """
        let service = """
            {"task": "transcribe", "segments": [{"id": 0, "start": 0.0, "end": 1.2, "text": " Hi there, you."},
             {"id": 1, "start": 1.2, "end": 2, "text": " Bye now."}],
             "words": [{"word": "Hi", "start": 0.1, "end": 0.3}, {"word": "there", "start": 0.3, "end": 0.7},
                       {"word": "you", "start": 0.8, "end": 1.1}, {"word": "Bye", "start": 1.3, "end": 1.5},
                       {"word": "now", "start": 1.5, "end": 1.9}]}
            """
        let cpp = """
            {"systeminfo": "…", "transcription": [{"timestamps": {"from": "00:00:00,000", "to": "00:00:01,200"},
             "offsets": {"from": 0, "to": 1200}, "text": " Hi there, you."}]}
            """
        for (text, isTimed) in [(ours, true), (service, true), (cpp, false)] {
            let cue = try #require(try read("json", text).first)
            #expect((cue.text, cue.startMs, cue.endMs) == ("Hi there, you.", 0, 1_200))
            #expect(
                cue.words
                    == (isTimed
                        ? [
                            TimedWord("Hi", 100, 300), TimedWord(" there,", 300, 700), TimedWord(" you.", 800, 1_100),
                        ] : []))
        }
        #expect(try read("json", service)[1].words.map(\.startMs) == [1_300, 1_500])
    }

    @Test(
        "a fault says where it is",
        arguments: [
            ("vtt", "1\n00:01.000 --> 00:02.000\nx", "line 1"), ("vtt", "WEBVTT\n\n00:0x --> 1\nx", "line 3"),
            ("srt", "This is\nno transcript", "line 1"), ("srt", "1\n00:00 -> 00:01\nx", "line 2"),
            ("json", "{\"segments\": [", "byte 14"), ("json", "{\"segments\": [{\"text\": \"x\"}, 7]}", "segments[1]"),
            ("json", "{\"title\": \"x\"}", "no list called segments"), ("txt", "x", "'txt'"),
        ])
    func faults(ending: String, text: String, place: String) {
        do throws(TranscriptFault) {
            _ = try TranscriptFile.read(ending: ending, Array(text.utf8))
            Issue.record("nothing is wrong with it")
        } catch { #expect(error.problem.contains(place), "\(error.problem)") }
    }

    @Test("bytes that are no UTF-8 are told by their line, and what is too much by the limit")
    func bounds() {
        #expect(throws: TranscriptFault.badLine(3, "it is not UTF-8")) {
            try TranscriptFile.read(ending: "vtt", Array("WEBVTT\r\n\r\n".utf8) + [0x61, 0xFF, 0x0A])
        }
        #expect(throws: TranscriptFault.tooLarge(bytes: 11, limit: 10)) {
            try TranscriptFile.read(ending: "srt", Array("12345678901".utf8), limits: .init(bytes: 10))
        }
        let many = "WEBVTT\n\n" + String(repeating: "00:01.000 --> 00:02.000\nx\n\n", count: 11)
        #expect(throws: TranscriptFault.tooManyCues(limit: 10)) {
            try TranscriptFile.read(ending: "vtt", Array(many.utf8), limits: .init(cues: 10))
        }
        let values = "{\"segments\": [" + Array(repeating: "{}", count: 11).joined(separator: ",") + "]}"
        #expect(throws: TranscriptFault.badJSON("holds more than 10 values")) {
            try TranscriptFile.read(ending: "json", Array(values.utf8), limits: .init(values: 10))
        }
    }

    @Test("whatever a file holds, reading it ends, and what it gives lies within time")
    func garbage() {
        var random = SystemRandomNumberGenerator()
        let parts = [
            "WEBVTT", "\n", "\r\n", "00:00:01.000", " --> ", "00:00:02,000", "<v A>", "</v>", "<00:00:01.500>", "&lt;",
            "&#x1F600;", "&#xD800;", "<", ">", "&", "1", "text", "🙂", "\u{0}", "{\\an8}", "{", "}", "\"segments\":",
            "[", "]",
            "{\"start\":", "1e999", ",", "\"text\":\"x\"", "-->",
        ]
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in parts.randomElement(using: &random) ?? ""
            }
            .joined()
            for ending in TranscriptFile.endings {
                let start = ending == "vtt" ? "WEBVTT\n\n" : ""
                guard let read = try? TranscriptFile.read(ending: ending, Array((start + text).utf8)) else { continue }
                let cues = Transcript(read).cut(from: 500, to: 1_700)
                #expect(cues.allSatisfy { 0 <= $0.startMs && $0.startMs < $0.endMs && $0.endMs <= 1_200 })
                for form in [TranscriptForm.webVTT, .subRip, .podcast] { #expect(!form.written(cues).isEmpty) }
            }
        }
    }
}
