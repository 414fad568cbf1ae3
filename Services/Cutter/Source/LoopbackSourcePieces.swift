/// A stretch of a source, fetched in pieces of which each is twice as long as the one before.
///
/// After each seek ffmpeg reads a little, and a lot only where it goes on; and it stops without warning. A fetch that is
/// broken off costs its connection, so the first ones are short enough to be read to their end.
struct LoopbackPieces: Sequence, IteratorProtocol, Sendable {
    private var rest: Range<UInt64>
    private var length: UInt64
    private let longest: UInt64

    /// - Parameters: bytes; a piece has at least one.
    init(_ wanted: Range<UInt64>, firstBytes: Int, longestBytes: Int) {
        rest = wanted
        length = UInt64(Swift.max(1, firstBytes))
        longest = UInt64(Swift.max(1, firstBytes, longestBytes))
    }

    mutating func next() -> Range<UInt64>? {
        guard !rest.isEmpty else { return nil }
        let end = rest.lowerBound + Swift.min(length, rest.upperBound - rest.lowerBound)
        defer {
            rest = end..<rest.upperBound
            length = Swift.min(length * 2, longest)
        }
        return rest.lowerBound..<end
    }
}
