import Testing

@testable import Transcripts

@Suite("where sentences end")
struct SentenceEndsTests {
    private func sentences(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var from = 0
        return SentenceEnds.offsets(in: text).map { end in
            defer { from = end }
            return CueText.cleaned(String(decoding: bytes[from..<end], as: UTF8.self))
        }
    }

    /// `|` marks the ends, as a reader would set them.
    @Test(
        "texts are divided as a reader would",
        arguments: [
            "He came.| She left!| Why?| I see…| Good.|", "It costs 3.14 euros.| Version 2.0.1 is out.|",
            "Dr. Smith met Mrs. Jones at St. Mary's.| They talked.|", "See e.g. Figure 3.| It is good.|",
            "The U.S. Senate voted.| He lives in the U.S.| They don't.|", "J. R. R. Tolkien wrote it.|",
            "We met at 5 p.m. on Monday.| It was 7 a.m.| We slept.|", "Visit example.org today.| Thanks.|",
            "He said: “Really?” she asked.| “Yes.”| Then nothing.|",
            "Apples, pears, etc. are fruit.| Yes, etc.| So it goes.|",
            "No.| It is No. 5 in the list.|", "Wait... what?| Well… no.|", "Was it you?| yes.|", "No end here",
            "Am 3. Oktober feiern wir.| Der 2. Weltkrieg endete 1945.| Das war's.|",
            "Das ist z. B. gut, d. h. brauchbar.| Herr Dr. Meier kommt ca. 10 Uhr.|",
            "Es gibt usw. mehr.| Ja, usw.| Danach kam er.|",
            "今天天气很好。|我们去公园吧！|好吗？|", "「行きますか？」|と彼は言った。|", "価格は3.5です。|", "هل أنت بخير؟| نعم.|",
            "¿Cómo estás?| ¡Muy bien!| Gracias.|", "M. Dupont est là.| Il parle.|", "यह अच्छा है।| हाँ।|",
            "It was chapter 2.| Then came more.|", "(He left.)| She stayed.|",
        ])
    func divided(marked: String) {
        let expected = marked.split(separator: "|").map { CueText.cleaned(String($0)) }
        let text = marked.replacing("|", with: "")
        #expect(sentences(text) == (marked.hasSuffix("|") ? expected : Array(expected.dropLast())), "\(marked)")
    }

    @Test("an end is told of a text that has one, and of no other")
    func isEnd() {
        #expect(SentenceEnds.isEnd(of: "That's it."))
        #expect(SentenceEnds.isEnd(of: "好。"))
        #expect(!SentenceEnds.isEnd(of: "One. And then"))
        #expect(!SentenceEnds.isEnd(of: ""))
    }
}
