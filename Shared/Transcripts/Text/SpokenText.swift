/// A transcript as one text, piece by piece, with where its sentences end.
struct SpokenText {
    /// Cues one behind the other, with a space between two where the script has spaces.
    let text: String
    /// The pieces, and where in the text's UTF-8 each ends.
    let said: [(end: Int, piece: TextPiece)]
    /// The cue of each piece.
    let cues: [Int]
    /// As `said` has them.
    let sentenceEnds: Set<Int>
    /// Milliseconds: when each piece has been said.
    let behind: [Int32]

    init(_ cues: [Cue]) {
        var text = ""
        var said: [(end: Int, piece: TextPiece)] = []
        var numbers: [Int] = []
        var firsts: [Int] = []
        for (number, cue) in cues.enumerated() {
            if number > 0, CueText.needsSpace(between: cues[number - 1].text, and: cue.text) { text += " " }
            firsts.append(said.count)
            for (place, piece) in TextPieces.pieces(of: cue).enumerated() {
                if piece.isSpaced, place > 0 { text += " " }
                text += piece.text
                said.append((text.utf8.count, piece))
                numbers.append(number)
            }
        }
        let ends = Set(SentenceEnds.offsets(in: text))
        var behind = said.map(\.piece.endMs)
        for (number, cue) in cues.enumerated() where cue.words.isEmpty {
            let range = firsts[number]..<(number + 1 < firsts.count ? firsts[number + 1] : said.count)
            let pieces = said[range].map { (piece: $0.piece, endsSentence: ends.contains($0.end)) }
            behind.replaceSubrange(range, with: SpeechPace.times(behind: pieces, in: cue))
        }
        (self.text, self.said, self.cues, sentenceEnds, self.behind) = (text, said, numbers, ends, behind)
    }

    /// Whether a cue begins with the piece at this place.
    func beginsCue(_ place: Int) -> Bool { place == 0 || cues[place] != cues[place - 1] }
}
