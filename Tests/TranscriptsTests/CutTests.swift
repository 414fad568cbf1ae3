import Testing

@testable import Transcripts

@Suite("the part of a transcript that is heard in a clip")
struct CutTests {
    private func cut(_ cues: [Cue], _ from: Int32, _ to: Int32) -> [Cue] {
        Transcript(cues: cues).cut(from: from, to: to)
    }

    private let words = Cue(
        startMs: 1_000, endMs: 5_000, text: "One two three four.", timing: .exact,
        words: [
            TimedWord("One", 1_000, 1_500), TimedWord(" two", 2_000, 2_500), TimedWord(" three", 3_000, 3_500),
            TimedWord(" four.", 4_000, 4_800),
        ])

    @Test("times count from the clip's start, and what lies outside is not there")
    func rebased() {
        let cues = [0, 10_000, 20_000, 30_000].map { (start: Int32) in
            Cue(startMs: start, endMs: start + 9_000, text: "from \(start)", timing: .exact)
        }
        #expect(
            cut(cues, 10_000, 29_000) == [
                Cue(startMs: 0, endMs: 9_000, text: "from 10000", timing: .exact),
                Cue(startMs: 10_000, endMs: 19_000, text: "from 20000", timing: .exact),
            ])
        #expect(cut(cues, 9_000, 10_000).isEmpty)
        #expect(cut(cues, 90_000, 91_000).isEmpty)
    }

    @Test("with word times exactly the words are taken whose middle is heard")
    func byWords() {
        let heard = cut([words], 2_200, 3_300)
        #expect(
            heard == [
                Cue(
                    startMs: 0, endMs: 1_100, text: "two three", timing: .exact,
                    words: [TimedWord("two", 0, 300), TimedWord(" three", 800, 1_100)])
            ])
        #expect(cut([words], 2_300, 3_200).isEmpty)
        #expect(cut([words], 3_600, 9_000).map(\.text) == ["four."])
        #expect(cut([words], 3_600, 9_000).map(\.endMs) == [1_400])
    }

    /// Ten words of the same length in ten seconds: a word a second.
    @Test("without word times the text is divided in proportion, and marked as estimated")
    func byProportion() {
        let cue = Cue(startMs: 0, endMs: 10_000, text: "w0 w1 w2 w3 w4 w5 w6 w7 w8 w9", timing: .exact)
        #expect(
            cut([cue], 3_000, 6_000)
                == [Cue(startMs: 0, endMs: 3_000, text: "w3 w4 w5", timing: .estimated)])
        #expect(cut([cue], 3_400, 6_600).map(\.text) == ["w3 w4 w5 w6"])
        #expect(cut([cue], 0, 10_000) == [cue])
    }

    @Test(
        "in any window cues lie inside it, in order, with text, and each word of the cue in exactly one of two neighbours"
    )
    func anyWindow() {
        var random = SystemRandomNumberGenerator()
        let cues = (0..<60).map { number -> Cue in
            let start = Int32(number) * 1_000 + .random(in: -900...900, using: &random) + 1_000
            let text = (0...Int.random(in: 0...30, using: &random)).map { "w\(number)x\($0)" }.joined(separator: " ")
            return Cue(
                startMs: start, endMs: start + .random(in: 1...4_000, using: &random), text: text, timing: .exact)
        }
        for _ in 0..<300 {
            let from = Int32.random(in: 0...60_000, using: &random)
            let middle = from + .random(in: 1...5_000, using: &random)
            let to = middle + .random(in: 1...5_000, using: &random)
            let (whole, first, second) = (cut(cues, from, to), cut(cues, from, middle), cut(cues, middle, to))
            for (part, length) in [(whole, to - from), (first, middle - from), (second, to - middle)] {
                #expect(part.allSatisfy { 0 <= $0.startMs && $0.startMs < $0.endMs && $0.endMs <= length })
                #expect(part.allSatisfy { !$0.text.isEmpty && !$0.text.hasPrefix(" ") })
            }
            func words(_ cues: [Cue]) -> [String] {
                cues.flatMap { $0.text.split(separator: " ").map(String.init) }.sorted()
            }
            #expect(words(whole) == words(first + second))
        }
    }
}
