/// A stretch of the audio that one scanner goes through.
public struct ScanRange: Sendable {
    enum Entry: Hashable, Sendable {
        /// A frame of this format is expected here: the file's first, or what the left neighbour arrived at.
        case chain(at: Int, FrameFormat)
        /// The first chain of frames from here on has to be found.
        case search(from: Int)
    }

    /// Its place in the row, from 0.
    public let number: Int
    /// Frames that begin in here are this range's.
    let owned: Range<Int>
    let entry: Entry
    let audioEnd: Int

    /// The bytes to read, in order, in chunks of any size.
    public var bytes: Range<Int> {
        let from =
            switch entry {
            case .chain(let place, _): place
            case .search(let place): place
            }
        return from..<max(from, min(owned.upperBound + Scan.overlap, audioEnd))
    }

    func entered(from exit: ScannedRange.Exit) -> ScanRange {
        let entry =
            switch exit {
            case .frame(let place, let format), .chain(let place, let format): Entry.chain(at: place, format)
            case .searching(let place), .end(let place): Entry.search(from: place)
            }
        return ScanRange(number: number, owned: owned, entry: entry, audioEnd: audioEnd)
    }
}

/// What a scanner found in its range.
public struct ScannedRange: Sendable {
    enum Exit: Hashable, Sendable {
        /// The first frame behind the range; it was looked at and accepted.
        case frame(at: Int, FrameFormat)
        /// A frame is expected there, behind all bytes that were seen.
        case chain(at: Int, FrameFormat)
        /// Between frames; none begins before this place.
        case searching(to: Int)
        /// The audio's end.
        case end(at: Int)

        var place: Int {
            switch self {
            case .frame(let place, _), .chain(let place, _), .searching(let place), .end(let place): place
            }
        }
    }

    let range: ScanRange
    /// Where the first frame begins that was found.
    let firstFrame: Int?
    let runs: [FrameIndex.Run]
    let exit: Exit
    let findings: Findings

    /// Whether this range's chain is the one that a scanner coming from the left would have followed.
    func continues(_ left: Exit) -> Bool {
        switch (left, range.entry) {
        case (.frame(let place, let format), .chain(let entry, let entryFormat)),
            (.chain(let place, let format), .chain(let entry, let entryFormat)):
            place == entry && format == entryFormat
        case (.frame(let place, _), .search), (.chain(let place, _), .search):
            place == firstFrame
        case (.searching(let searched), .search(let from)):
            // Both looked for three headers in a row, and between them at every place. What the right one found before
            // the left one's search ended lies in a tag that the left one passed over.
            searched >= from && firstFrame.map { $0 >= searched } ?? true
        case (.searching, .chain), (.end, _):
            false
        }
    }
}
