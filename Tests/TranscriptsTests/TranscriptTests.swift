import Testing

@testable import Transcripts

@Suite("the cues that a document gives")
struct TranscriptTests {
    private func transcript(_ cues: SpokenCue..., next: Double? = nil, end: Int32? = nil) -> [Cue] {
        Transcript(cues, nextStart: next, episodeEndMs: end).cues
    }

    private func times(_ cues: [Cue]) -> [[Int32]] { cues.map { [$0.startMs, $0.endMs] } }

    @Test("a cue without an end ends where the next begins, and that is an estimate")
    func nextBegins() {
        let cues = transcript(
            .init(start: 10, end: nil, text: "First one"), .init(start: 12.5, end: 14, text: "Second one"),
            .init(start: 14, end: nil, text: "Third one"), next: 20)
        #expect(times(cues) == [[10_000, 12_500], [12_500, 14_000], [14_000, 20_000]])
        #expect(cues.map(\.timing) == [.estimated, .exact, .estimated])
    }

    /// 15 characters a second are the rate of news readers; 21 characters are then about 1.5 s.
    @Test("the last one ends when its text would be said, and not after the episode")
    func lastOne() {
        #expect(times(transcript(.init(start: 10, end: nil, text: "Twenty-one characters"))) == [[10_000, 11_470]])
        #expect(
            times(transcript(.init(start: 10, end: nil, text: "Twenty-one characters"), end: 10_500))
                == [[10_000, 10_500]])
        #expect(times(transcript(.init(start: 10, end: 900, text: "Too long"), end: 12_000)) == [[10_000, 12_000]])
        #expect(transcript(.init(start: 13, end: 14, text: "Past the end"), end: 12_000).isEmpty)
    }

    @Test("several that begin together end where the next one begins that does not")
    func together() {
        let cues = transcript(
            .init(start: 1, end: nil, text: "One voice"), .init(start: 1, end: nil, text: "Another voice"),
            .init(start: 3, end: 4, text: "The next"))
        #expect(times(cues) == [[1_000, 3_000], [1_000, 3_000], [3_000, 4_000]])
    }

    @Test("cues in any order come in the order of their starts, and what is there twice once")
    func order() {
        let cues = transcript(
            .init(start: 30, end: 31, text: "Three"), .init(start: 10, end: 11, text: "One, one"),
            .init(start: 20, end: 21, text: "Two, two"), .init(start: 10, end: nil, text: "One, one"))
        #expect(cues.map(\.text) == ["One, one", "Two, two", "Three"])
    }

    @Test(
        "what is no time counts as missing",
        arguments: [
            Double.nan, .infinity, -.infinity, -1, 1e12, 2_147_484, .greatestFiniteMagnitude, -.leastNonzeroMagnitude,
        ])
    func absurd(time: Double) {
        #expect(transcript(.init(start: time, end: 5, text: "No start")).isEmpty)
        let cues = transcript(.init(start: 4, end: time, text: "No end"), .init(start: 6, end: 7, text: "The next"))
        #expect(times(cues) == [[4_000, 6_000], [6_000, 7_000]])
        let words = [SpokenCue.Word("Its", start: 2, end: 3), .init("words", start: 3, end: time)]
        #expect(
            times(transcript(.init(start: time, end: nil, text: "Its words", words: words), next: 9)) == [
                [2_000, 9_000]
            ])
    }

    @Test("an end that is not after the start counts as missing")
    func crossed() {
        let cues = transcript(
            .init(start: 4, end: 3, text: "Crossed times"), .init(start: 6, end: 6, text: "No length"), next: 8)
        #expect(times(cues) == [[4_000, 6_000], [6_000, 8_000]])
        #expect(cues.map(\.timing) == [.estimated, .estimated])
    }

    @Test("text is on one line, without controls; what has none is left out")
    func text() {
        let cues = transcript(
            .init(start: 1, end: 2, text: " A\r\n\tB\u{0}\u{2028}C \u{1B}[2J"), .init(start: 2, end: 3, text: nil),
            .init(start: 3, end: 4, text: " \n"), .init(start: 4, end: 5, text: "שלום עולם 👨‍👩‍👧 <b>&amp; --> x"))
        #expect(cues.map(\.text) == ["A B C [2J", "שלום עולם 👨‍👩‍👧 <b>&amp; --> x"])
    }

    @Test("words stand on the text with its punctuation, whether they are written like it or not")
    func words() {
        let spelt = [
            SpokenCue.Word("hello", start: 1, end: 1.4), .init("it's", start: 1.4, end: 1.6),
            .init("me", start: 1.7, end: 2.1),
        ]
        let cue = transcript(.init(start: 1, end: 2.5, text: "“Hello, it’s me.”", words: spelt))[0]
        #expect(
            cue.words == [
                TimedWord("“Hello,", 1_000, 1_400), TimedWord(" it’s", 1_400, 1_600), TimedWord(" me.”", 1_700, 2_100),
            ])
        #expect(cue.words.map(\.text).joined() == cue.text)
        #expect(cue.timing == .exact)
    }

    @Test("words of a script without spaces are found in its text")
    func unspacedWords() {
        let words = [
            SpokenCue.Word("今天", start: 0, end: 0.5), .init("天气", start: 0.5, end: 1), .init("很好", start: 1, end: 1.5),
        ]
        let cue = transcript(.init(start: 0, end: 2, text: "今天天气，很好。", words: words))[0]
        #expect(cue.words.map(\.text) == ["今天", "天气，", "很好。"])
    }

    @Test("a word without a time belongs to the one before it, and the first ones to what follows")
    func untimedWords() {
        let words = [
            SpokenCue.Word("In", start: nil, end: nil), .init(" about", start: 5, end: 5.5),
            .init(" 1999", start: nil, end: nil), .init(" came", start: 6, end: 6.5),
        ]
        let cue = transcript(.init(start: 5, end: 7, text: "In about 1999 came", words: words))[0]
        #expect(cue.words == [TimedWord("In about 1999", 5_000, 5_500), TimedWord(" came", 6_000, 6_500)])
    }

    @Test("words that are of another text, in no order or of another time don't count")
    func wrongWords() {
        let right = [SpokenCue.Word("one", start: 1, end: 2), .init("two", start: 2, end: 3)]
        for (text, words) in [
            ("Three four five", right), ("One two", right.reversed()),
            ("One two", right.map { SpokenCue.Word($0.text, start: $0.start! + 100, end: $0.end! + 100) }),
        ] {
            let cue = transcript(.init(start: 1, end: 3, text: text, words: Array(words)))[0]
            #expect(cue.words.isEmpty, "\(text)")
            #expect(cue.text == text)
        }
    }

    @Test("a cue that has words and no text is of its words, with the spaces that they bring")
    func textOfWords() {
        let whisper = [SpokenCue.Word(" Hello", start: 1, end: 2), .init(" you", start: 2, end: 3)]
        #expect(transcript(.init(start: 1, end: 3, text: nil, words: whisper))[0].text == "Hello you")
        let plain = [SpokenCue.Word("Hello", start: 1, end: 2), .init("you", start: 2, end: 3)]
        #expect(transcript(.init(start: 1, end: 3, text: nil, words: plain))[0].text == "Hello you")
    }

    @Test("cues of one word each become cues of a sentence, and keep the words' times")
    func oneWordEach() {
        let spoken = ["Here", "we", "are.", "And", "there"].enumerated().map {
            SpokenCue(start: Double($0.offset), end: Double($0.offset) + 0.8, text: $0.element)
        }
        let cues = Transcript(spoken).cues
        #expect(cues.map(\.text) == ["Here we are.", "And there"])
        #expect(times(cues) == [[0, 2_800], [3_000, 4_800]])
        #expect(cues[0].words.map(\.startMs) == [0, 1_000, 2_000])
        #expect(cues[0].words.map(\.text) == ["Here", " we", " are."])
    }

    @Test("a document of single letters is put together to cues of some length, in time")
    func letters() {
        let letters = (0..<20_000).map { SpokenCue(start: Double($0), end: Double($0) + 0.5, text: "a") }
        let cues = Transcript(letters).cues
        #expect(cues.count > 90 && cues.count < 120)
        #expect(cues.map(\.words.count).reduce(0, +) == 20_000)
        #expect(cues.allSatisfy { $0.words.map(\.text).joined() == $0.text })
    }

    @Test("10,000 chunks and a megabyte of text are taken in one go, in order and within time")
    func large() {
        var random = SystemRandomNumberGenerator()
        let spoken = (0..<10_000).map { number in
            SpokenCue(
                start: Double.random(in: -100...40_000, using: &random),
                end: number % 3 == 0 ? nil : Double.random(in: -100...40_000, using: &random),
                text: String(repeating: "word\(number) ", count: 12))
        }
        let cues = Transcript(spoken, episodeEndMs: 36_000_000).cues
        #expect(cues.count > 8_000)
        #expect(zip(cues, cues.dropFirst()).allSatisfy { $0.startMs <= $1.startMs })
        #expect(cues.allSatisfy { 0 <= $0.startMs && $0.startMs < $0.endMs && $0.endMs <= 36_000_000 })
    }
}
