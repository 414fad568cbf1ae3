/// When the parts of a text are said of which only the whole has times: in proportion to what there is to say.
///
/// A digit is a word, a character of a script without spaces a syllable, and sentences and clauses end with a pause. Counted in letters,
/// of which people say some 15 a second.
enum SpeechPace {
    private static let digit: Int64 = 4
    private static let unspaced: Int64 = 3
    private static let sentencePause: Int64 = 8
    private static let clausePause: Int64 = 3

    /// - Parameters:
    ///   - pieces: a cue's, each with whether a sentence ends with it.
    ///   - cue: without word times.
    /// - Returns: for each piece the middle of the pause behind it, or its end where none is; the last one's is the cue's end.
    static func times(behind pieces: [(piece: TextPiece, endsSentence: Bool)], in cue: Cue) -> [Int32] {
        let lengths = pieces.map { (said: length(of: $0.piece), pause: pause(behind: $0.piece, $0.endsSentence)) }
        let last = lengths.indices.last
        let whole = lengths.indices.reduce(Int64(0)) {
            $0 + lengths[$1].said + ($1 == last ? 0 : lengths[$1].pause)
        }
        let time = Int64(cue.endMs) - Int64(cue.startMs)
        var said: Int64 = 0
        return lengths.enumerated().map { place, length in
            said += length.said
            if place == last { return cue.endMs }
            let middle = 2 * said + length.pause
            said += length.pause
            return Int32(clamping: Int64(cue.startMs) + time * middle / max(1, 2 * whole))
        }
    }

    private static func length(of piece: TextPiece) -> Int64 {
        piece.text.unicodeScalars.reduce(0) {
            $0 + ($1.properties.numericType != nil ? digit : CueText.isUnspaced($1) ? unspaced : 1)
        }
    }

    private static func pause(behind piece: TextPiece, _ endsSentence: Bool) -> Int64 {
        if endsSentence { return sentencePause }
        guard let mark = piece.text.unicodeScalars.last, ",;:、，；：".unicodeScalars.contains(mark) else { return 0 }
        return clausePause
    }
}
