import FoundationEssentials
import TestStack
import Testing
import Transcripts

/// What Chromium reads in a `<track>`.
@Suite("transcripts in Chromium")
struct ChromiumTrackTests {
    private struct Found: Decodable {
        let start: Double
        let end: Double
        /// As it is shown, without tags and references.
        let text: String
        let voice: String?
        let timestamps: Int
    }

    private static let texts = [
        "Is 1 < 2 & 3 --> 4?", "<b>No tag</b> &amp; no reference", "שלום עולם, מה שלומך?", "مرحبا بالعالم", "👩‍👩‍👧‍👦 👍🏽 🇩🇪",
        "今天天气很好，我们去公园吧！", "WEBVTT", "NOTE this is said", "00:00:01.000 --> 00:00:02.000", "<v Bob>", "1",
        String(repeating: "A long text with several words. ", count: 12),
    ]

    @Test(
        "a track has the cues, with their texts, times and speakers, whatever characters they have",
        .timeLimit(.minutes(1)))
    func track() async throws {
        let spoken = Self.texts.enumerated().map {
            SpokenCue(
                start: Double($0.offset) * 5, end: Double($0.offset) * 5 + 3.5, text: $0.element,
                speaker: $0.offset.isMultiple(of: 2) ? nil : "A & <B> \($0.offset)")
        }
        let timed = SpokenCue(
            start: 100, end: 103, text: "Now you know",
            words: [
                .init("Now", start: 100, end: 101), .init("you", start: 101, end: 102),
                .init("know", start: 102, end: 103),
            ])
        let cues = Transcript(spoken + [timed]).cut(from: 0, to: 120_000)
        try await TemporaryFolder.use { folder in
            try folder.write("said.vtt", String(decoding: TranscriptForm.webVTT.written(cues), as: UTF8.self))
            let found: [Found] = try await Browser.visit(folder.path, page: Self.page)
            func joined(_ texts: [String]) -> String { texts.joined().filter { !$0.isWhitespace } }
            #expect(joined(found.map(\.text)) == joined(cues.map(\.text)))
            for cue in cues {
                let shown = found.filter {
                    Int(($0.start * 1000).rounded()) >= cue.startMs && Int(($0.end * 1000).rounded()) <= cue.endMs
                }
                #expect(joined(shown.map(\.text)) == joined([cue.text]))
                #expect(shown.first.map { Int32(($0.start * 1000).rounded()) } == cue.startMs)
                #expect(shown.last.map { Int32(($0.end * 1000).rounded()) } == cue.endMs)
                #expect(shown.allSatisfy { $0.voice == cue.speaker }, "\(cue)")
            }
            #expect(found.last?.timestamps == 2)
        }
    }

    private static let page = """
        <!doctype html><meta charset="utf-8"><video><track default kind="captions" src="said.vtt"></video><script>
        const element = document.querySelector("track");
        element.track.mode = "hidden";
        element.onerror = () => tell([]);
        element.onload = () => tell([...element.track.cues].map((cue) => {
            const shown = cue.getCueAsHTML();
            const voice = shown.querySelector("span[title]");
            return { start: cue.startTime, end: cue.endTime, text: shown.textContent, voice: voice ? voice.title : null,
                timestamps: [...shown.childNodes].filter((node) => node.nodeName === "timestamp").length };
        }));
        function tell(found) { fetch("told", { method: "POST", body: JSON.stringify(found) }); }
        </script>
        """
}
