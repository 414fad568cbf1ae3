import Testing

@testable import Transcripts

@Suite("cues as players show them")
struct CueLayoutTests {
    private func laidOut(_ text: String, _ startMs: Int32 = 0, _ endMs: Int32 = 60_000) -> [ShownCue] {
        CueLayout.laidOut([Cue(startMs: startMs, endMs: endMs, text: text, timing: .exact)])
    }

    private func lines(_ cue: ShownCue) -> [String] { cue.lines.map { TextPieces.text(of: $0) } }

    @Test("a short text is one line with its own times")
    func short() {
        let cues = laidOut("Here we go.", 1_000, 2_000)
        #expect(cues.map(lines) == [["Here we go."]])
        #expect((cues[0].startMs, cues[0].endMs) == (1_000, 2_000))
        #expect(cues[0].timing == .exact)
    }

    @Test("what needs two lines gets two of about the same length")
    func balanced() {
        #expect(
            laidOut("It is a truth universally acknowledged, that a single man in possession of a fortune.").map(lines)
                == [["It is a truth universally acknowledged,", "that a single man in possession of a fortune."]])
    }

    @Test("a long text is divided behind sentences, and each part has its share of the time")
    func divided() {
        // 120 characters without spaces, in two sentences of 60.
        let one = "Aaaaaaaaa aaaaaaaaaa aaaaaaaaaa aaaaaaaaaa aaaaaaaaaa aaaaaaaaa."
        let two = one.replacing("A", with: "B").replacing("a", with: "b")
        let three = one.replacing("A", with: "C").replacing("a", with: "c")
        let cues = laidOut("\(one) \(two) \(three)", 0, 60_000)
        #expect(cues.flatMap(lines).joined(separator: " ") == "\(one) \(two) \(three)")
        #expect(cues.map { $0.text.last } == [".", "."])
        #expect(cues.map(\.startMs) == [0, 40_000])
        #expect(cues.map(\.endMs) == [40_000, 60_000])
        #expect(cues.allSatisfy { $0.timing == .estimated })
    }

    private static let texts = [
        String(repeating: "Lorem ipsum dolor sit amet, consectetur adipiscing elit. ", count: 50),
        String(repeating: "a ", count: 500), String(repeating: "x", count: 1_000), "I", "No",
        String(repeating: "ab ", count: 300),
        String(repeating: "今天天气很好，我们去公园吧。", count: 40), String(repeating: "ภาษาไทยไม่มีช่องว่าง", count: 20),
        String(repeating: "👨‍👩‍👧👍🏽 ", count: 80), String(repeating: "שלום עולם ", count: 60),
        "https://example.org/" + String(repeating: "path/", count: 60), String(repeating: "Hm. Yes! OK? ", count: 40),
        String(repeating: "word ", count: 26) + "a", String(repeating: "<v X>&amp; --> ", count: 60),
        String(repeating: "1234567890", count: 6) + " 12345 " + String(repeating: "123456 ", count: 30),
    ]

    /// Unicode scalars are what Python and the Unicode Standard count as characters.
    @Test("lines have 3 to 65 characters, cues at most two lines, and no text is lost", arguments: texts)
    func bounds(text: String) {
        let cleaned = CueText.cleaned(text)
        let cues = laidOut(cleaned)
        let isUnspaced = !cleaned.contains(" ")
        #expect(cues.flatMap(lines).joined(separator: isUnspaced ? "" : " ") == cleaned)
        for cue in cues {
            #expect((1...2).contains(cue.lines.count))
            #expect(0 <= cue.startMs && cue.startMs < cue.endMs && cue.endMs <= 60_000)
            for line in lines(cue) {
                #expect(line.unicodeScalars.count <= 65, "\(line)")
                #expect(line.unicodeScalars.count >= 3 || cleaned.unicodeScalars.count < 3, "\(line)")
            }
        }
        #expect(zip(cues, cues.dropFirst()).allSatisfy { $0.endMs <= $1.startMs + 1 })
    }

    @Test("no character is divided, however many code points it has")
    func characters() {
        let family = "👨‍👩‍👧‍👦"
        for cue in laidOut(String(repeating: family, count: 100)) {
            for line in lines(cue) { #expect(line.allSatisfy { String($0) == family }) }
        }
    }

    @Test("a text of a megabyte within a second is laid out, in bounds and in order")
    func huge() {
        let cues = laidOut(CueText.cleaned(String(repeating: "many words here. ", count: 6_000)), 0, 1_000)
        #expect(cues.count > 700)
        #expect(cues.allSatisfy { $0.startMs < $0.endMs && $0.endMs <= 1_000 })
        #expect(zip(cues, cues.dropFirst()).allSatisfy { $0.startMs <= $1.startMs })
    }

    @Test("a cue with word times is divided by them")
    func wordTimes() {
        let words = (0..<30).map {
            TimedWord(($0 == 0 ? "" : " ") + "word\($0)", Int32($0) * 500, Int32($0) * 500 + 400)
        }
        let cues = CueLayout.laidOut([
            Cue(startMs: 0, endMs: 15_000, text: words.map(\.text).joined(), timing: .exact, words: words)
        ])
        #expect(cues.count == 2)
        #expect(cues.allSatisfy { $0.timing == .exact && $0.hasWordTimes })
        let second = cues[1].lines[0]
        #expect(cues[1].startMs == words.first { $0.text == " " + second[second.startIndex].text }?.startMs)
    }
}
