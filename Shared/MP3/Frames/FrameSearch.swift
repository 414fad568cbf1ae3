/// Finding the first frame where there is no chain to follow.
///
/// Eleven set bits are everywhere in compressed audio and pictures. Three headers of one format, each standing where the
/// one before says, are not: that is taken for a frame's beginning.
enum FrameSearch {
    /// Bytes from a frame's first that decide whether it begins a chain: two longest frames and a third header.
    static let reach = 2 * 1441 + 4

    enum Verdict {
        case chained(FrameHeader)
        case broken
        /// The window ends before it can be said.
        case undecided
    }

    /// Whether a chain begins at `place`. A chain that meets the audio's end exactly counts with `least` frames.
    static func verdict(in window: Window, at place: Int, audioEnd: Int, least: Int = 2) -> Verdict {
        var first: FrameHeader?
        var at = place
        for count in 0..<3 {
            if let first, at == audioEnd { return count >= least ? .chained(first) : .broken }
            guard at <= audioEnd &- 4 else { return .broken }
            guard let word = window.bigEndian32(at: at) else { return .undecided }
            guard let header = FrameHeader(word: word) else { return .broken }
            if let first, header.format != first.format { return .broken }
            first = first ?? header
            at &+= header.length
        }
        return first.map(Verdict.chained) ?? .broken
    }

    enum Found {
        case frame(FrameHeader, at: Int)
        /// No chain begins before this place; the window ends too early to say more.
        case none(before: Int)
    }

    /// The first place from `place` on where a chain begins.
    static func next(in window: Window, from place: Int, audioEnd: Int) -> Found {
        var at = place
        while let candidate = window.first(0xFF, from: at, below: audioEnd) {
            switch verdict(in: window, at: candidate, audioEnd: audioEnd) {
            case .chained(let header): return .frame(header, at: candidate)
            case .broken: at = candidate &+ 1
            case .undecided: return .none(before: candidate)
            }
        }
        return .none(before: max(place, min(window.end, audioEnd)))
    }
}
