import Synchronization

/// Hands out a range of a file in pieces.
final class FolderCursor: Sendable {
    private let rest: Mutex<Range<UInt64>>
    private let pieceBytes: UInt64

    init(_ range: Range<UInt64>, pieceBytes: Int) {
        rest = Mutex(range)
        self.pieceBytes = UInt64(max(1, pieceBytes))
    }

    func next() -> Range<UInt64>? {
        rest.withLock { rest in
            guard !rest.isEmpty else { return nil }
            let end = rest.lowerBound + min(pieceBytes, rest.upperBound - rest.lowerBound)
            defer { rest = end..<rest.upperBound }
            return rest.lowerBound..<end
        }
    }
}
