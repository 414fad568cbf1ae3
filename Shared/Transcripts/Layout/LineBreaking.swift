/// Divides pieces into groups of one or two lines.
struct LineBreaking {
    private let count: Int
    /// The width of all pieces before each, with the spaces between.
    private let reach: [Int]
    private let isSpaced: [Bool]
    private let endsSentence: [Bool]
    private let endsClause: [Bool]

    /// A group that ends behind a sentence or a clause has at least so many characters, or the next ones would come too fast.
    private static let leastForSentence = 30
    private static let leastForClause = 60
    /// A line that ends with a clause may be so much longer than the other one.
    private static let worthOfClause = 12

    init(_ pieces: [TextPiece]) {
        count = pieces.count
        isSpaced = pieces.map(\.isSpaced)
        var reach = [0]
        var ends: [Int] = []
        var bytes = 0
        for (place, piece) in pieces.enumerated() {
            let space = piece.isSpaced && place > 0 ? 1 : 0
            reach.append(reach[place] + piece.width + space)
            bytes += piece.text.utf8.count + space
            ends.append(bytes)
        }
        self.reach = reach
        let sentences = Set(SentenceEnds.offsets(in: TextPieces.text(of: pieces[...])))
        endsSentence = ends.map(sentences.contains)
        endsClause = pieces.map { $0.text.unicodeScalars.last.map(",;:—–，、；：،؛".unicodeScalars.contains) ?? false }
    }

    /// The lines of each group, by their pieces.
    func groups() -> [[Range<Int>]] {
        var groups: [[Range<Int>]] = []
        var from = 0
        while from < count {
            let (to, lines) = group(from: from)
            groups.append(lines)
            from = to
        }
        return groups
    }

    private func group(from: Int) -> (to: Int, lines: [Range<Int>]) {
        var (to, longest) = (from + 1, [from..<(from + 1)])
        while to < count, let lines = lines(from..<(to + 1)) { (to, longest) = (to + 1, lines) }
        guard to < count else { return (to, longest) }
        let better =
            cut(from, to, leaving: Self.leastForSentence, endsSentence)
            ?? cut(from, to, leaving: Self.leastForClause, endsClause)
            ?? stride(from: to, to: from, by: -1).first { leavesALine($0) }
        guard let better, better < to, let shorter = lines(from..<better) else { return (to, longest) }
        return (better, shorter)
    }

    /// The last place up to `to` that is marked, and leaves a group and a rest of some length.
    private func cut(_ from: Int, _ to: Int, leaving least: Int, _ marks: [Bool]) -> Int? {
        stride(from: to, to: from, by: -1).first { place in
            marks[place - 1] && width(from..<place) >= least && leavesALine(place)
        }
    }

    private func leavesALine(_ place: Int) -> Bool { width(place..<count) >= CueLayout.shortestLine }

    /// One line if it has room, else two that are as equal as can be; nil if they would be too long. A single piece that is
    /// longer than a line is a line all the same.
    private func lines(_ pieces: Range<Int>) -> [Range<Int>]? {
        let whole = width(pieces)
        if whole <= CueLayout.longestLine || pieces.count == 1 { return [pieces] }
        guard whole <= CueLayout.mostLines * CueLayout.longestLine + 1 else { return nil }
        var best: (at: Int, cost: Int)?
        for place in (pieces.lowerBound + 1)..<pieces.upperBound {
            let (first, second) = (width(pieces.lowerBound..<place), width(place..<pieces.upperBound))
            guard min(first, second) >= CueLayout.shortestLine, max(first, second) <= CueLayout.longestLine else {
                continue
            }
            let isBetween = endsSentence[place - 1] || endsClause[place - 1]
            let cost = max(first, second) - (isBetween ? Self.worthOfClause : 0)
            if cost < best?.cost ?? .max { best = (place, cost) }
        }
        return best.map { [pieces.lowerBound..<$0.at, $0.at..<pieces.upperBound] }
    }

    private func width(_ pieces: Range<Int>) -> Int {
        guard !pieces.isEmpty else { return 0 }
        let space = isSpaced[pieces.lowerBound] && pieces.lowerBound > 0 ? 1 : 0
        return reach[pieces.upperBound] - reach[pieces.lowerBound] - space
    }
}
