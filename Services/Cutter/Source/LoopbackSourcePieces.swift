/// A stretch of a source, fetched in pieces of which each is twice as long as the one before.
///
/// After each seek ffmpeg reads a little, and a lot only where it goes on; and it stops without warning. A fetch that is
/// broken off costs its connection, so the first ones are short enough to be read to their end.
struct LoopbackPieces: Sendable {
    private var expected: UInt64?
    private var length: UInt64
    private let longest: UInt64

    /// A piece has at least one byte.
    ///
    /// - Parameter expectedBytes: what is most likely read, which the first piece then holds, whatever its length otherwise.
    init(firstBytes: Int, longestBytes: Int, expectedBytes: Int? = nil) {
        length = UInt64(max(1, firstBytes))
        longest = UInt64(max(1, firstBytes, longestBytes))
        expected = expectedBytes.map { min(UInt64(max(1, $0)), longest) }
    }

    /// - Parameter rest: what is still to be read.
    /// - Returns: the beginning of it.
    mutating func next(of rest: Range<UInt64>) -> Range<UInt64> {
        let wanted: UInt64
        if let expected {
            wanted = max(expected, length)
            self.expected = nil
        } else {
            wanted = length
            length = min(length * 2, longest)
        }
        return rest.lowerBound..<rest.lowerBound + min(wanted, rest.upperBound - rest.lowerBound)
    }
}
