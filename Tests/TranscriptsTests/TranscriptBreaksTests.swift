import Testing
import Transcripts

/// Times worked out by hand: by words, else in proportion to what is said before the place.
@Suite("where a transcript can be divided")
struct TranscriptBreaksTests {
    private func breaks(_ spoken: [SpokenCue], isFromBeginning: Bool = false) -> [[Int32?]] {
        Transcript(spoken).sentenceBreaks(isFromBeginning: isFromBeginning).map { [$0.end?.ms, $0.start?.ms] }
    }

    @Test("with words a sentence ends with its last word, and the next begins with its first")
    func words() {
        let cue = SpokenCue(
            start: 10, end: 13, text: "Dr. Who left. She has 3.5 cats.",
            words: [
                .init("Dr.", start: 10, end: 10.2), .init("Who", start: 10.25, end: 10.5),
                .init("left.", start: 10.5, end: 11), .init("She", start: 11.4, end: 11.6),
                .init("has", start: 11.6, end: 11.8), .init("3.5", start: 11.8, end: 12.3),
                .init("cats.", start: 12.3, end: 12.9),
            ])
        let found = Transcript([cue]).sentenceBreaks(isFromBeginning: true)
        #expect(found.map { $0.end?.ms } == [nil, 11_000, 12_900])
        #expect(found.map { $0.start?.ms } == [10_000, 11_400, nil])
        #expect(found[1].end?.timing == .exact && found[1].start?.timing == .exact)
    }

    @Test("without them it is estimated by proportion, but where a cue begins and ends")
    func proportion() {
        // 12 letters without spaces, and 8 for the pause between the sentences, whose middle is behind the first 4 and 4 more.
        let found = Transcript([
            SpokenCue(start: 0, end: 12, text: "One. Two more."), SpokenCue(start: 13, end: 14, text: "End."),
        ]).sentenceBreaks(isFromBeginning: true)
        #expect(found.map { $0.end?.ms } == [nil, 4_800, 12_000, 14_000])
        #expect(found.map { $0.start?.ms } == [0, 4_800, 13_000, nil])
        #expect(found.map { $0.end?.timing } == [nil, .estimated, .exact, .exact])
        #expect(found.map { $0.start?.timing } == [.exact, .estimated, .exact, nil])
    }

    @Test("a sentence may go on from one cue to the next, and scripts without spaces end theirs too")
    func acrossCues() {
        #expect(
            breaks([
                SpokenCue(start: 0, end: 1, text: "This sentence"), SpokenCue(start: 1, end: 2, text: "goes on."),
                SpokenCue(start: 3, end: 4, text: "Yes"),
            ]) == [[2_000, 3_000]])
        #expect(
            breaks([SpokenCue(start: 0, end: 8, text: "今天好。明天呢？好！")], isFromBeginning: true)
                // 12, 12 and 6 for three times as many characters, and 8 for each pause: 16 and 36 of 46.
                == [[nil, 0], [2_782, 2_782], [6_260, 6_260], [8_000, nil]])
    }

    @Test("a digit takes as long as a word, and a comma as a breath")
    func pace() {
        // "5 9, ab." is 4 + 5 + 3 (the pause) + 3, and "Cd." 3; between them 8: the middle is behind 19 of 26.
        #expect(breaks([SpokenCue(start: 0, end: 26, text: "5 9, ab. Cd.")]) == [[19_000, 19_000], [26_000, nil]])
    }

    @Test("without punctuation there is nowhere to divide it, and without text there is nothing")
    func none() {
        #expect(breaks([SpokenCue(start: 0, end: 8, text: "no mark at all in what somebody says here")]).isEmpty)
        #expect(breaks([], isFromBeginning: true).isEmpty)
        #expect(Transcript([]).cueBreaks.isEmpty)
    }

    @Test("cues themselves are places too")
    func cues() {
        let found = Transcript([
            SpokenCue(start: 0, end: 2, text: "Half a sentence that"), SpokenCue(start: 3, end: 5, text: "goes on."),
        ]).cueBreaks
        #expect(found.map { [$0.end?.ms, $0.start?.ms] } == [[nil, 0], [2_000, 3_000], [5_000, nil]])
    }
}
