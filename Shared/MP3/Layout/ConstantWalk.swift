/// Finding the frames of a stretch of a file of proven constant bitrate.
///
/// The proof says how many bytes and frames there are, so a damaged stretch has replaced bytes and has moved none: what is
/// behind it stands where it stood. So a frame's number follows from its place alone, and a frame that is not at its place
/// is missing; its time passes all the same. Whatever is asked, in whatever order, the time axis is that of the arithmetic.
extension ConstantRate {
    func fetch(_ frames: Range<Int>, extraReach: Int) -> Fetch {
        // A frame may have a CRC. Some low bitrates leave hardly a byte for main data.
        let mainData = max(1, lengthNumerator / lengthDenominator - 6 - format.sideInfoSize)
        let back = (format.farthestReach + extraReach + mainData - 1) / mainData
        let first = max(0, frames.lowerBound - back)
        // A frame more on either side, as encoders may choose padding less evenly than the arithmetic does, and behind
        // that the header that shows where the last frame ends.
        let from = first <= 1 ? data : max(data, floor(ofFrame: first - 1))
        let upTo = frames.upperBound >= self.frames ? end : min(end, floor(ofFrame: frames.upperBound + 1) + 8)
        return Fetch(bytes: from..<max(from, upTo), firstFrame: first)
    }

    /// The frames from `fetch.firstFrame` up to `end`; nil for each that is missing.
    func walk(_ fetch: Fetch, upTo end: Int, in window: Window) -> [PlacedFrame?] {
        var found = [PlacedFrame?](repeating: nil, count: max(0, end - fetch.firstFrame))
        var next = floor(ofFrame: fetch.firstFrame)
        if header(at: next, in: window) == nil { next += 1 }
        var last = fetch.firstFrame - 1
        var place: Int? =
            isAtItsPlace(fetch.firstFrame, next) && header(at: next, in: window) != nil
            ? next : search(in: window, from: window.start)
        while let at = place, let header = header(at: at, in: window), at + header.length <= window.end {
            let number = number(at: at)
            guard number < end else { break }
            if number > last {
                found[number - fetch.firstFrame] = PlacedFrame(header: header, place: at)
                last = number
            }
            let behind = at + header.length
            place = self.header(at: behind, in: window) != nil ? behind : search(in: window, from: behind)
        }
        return found
    }

    /// The header of a frame that carries on here: of this format and bitrate.
    private func header(at place: Int, in window: Window) -> FrameHeader? {
        guard let word = window.bigEndian32(at: place), let header = FrameHeader(word: word), header.format == format,
            header.kbps == kbps
        else { return nil }
        return header
    }

    /// The number of the frame that begins nearest to `place`.
    private func number(at place: Int) -> Int {
        let position = (place - data) * lengthDenominator
        return (2 * position + lengthNumerator) / (2 * lengthNumerator)
    }

    private func isAtItsPlace(_ number: Int, _ place: Int) -> Bool { allows(frame: number, at: place) }

    /// The first frame from `place` on, behind something that is none: one that stands where the arithmetic says, or with
    /// others behind it.
    private func search(in window: Window, from place: Int) -> Int? {
        var at = place
        while let candidate = window.first(0xFF, from: at, below: end) {
            if let header = header(at: candidate, in: window),
                isAtItsPlace(number(at: candidate), candidate) || isFollowed(header, at: candidate, in: window)
            {
                return candidate
            }
            at = candidate + 1
        }
        return nil
    }

    /// Whether two headers more follow, or as many as there is room for, and one at least.
    private func isFollowed(_ first: FrameHeader, at place: Int, in window: Window) -> Bool {
        var at = place + first.length
        for count in 0..<2 {
            if at == end { return true }
            guard at + 4 <= window.end else { return count > 0 }
            guard let header = header(at: at, in: window) else { return false }
            at += header.length
        }
        return true
    }

    /// A header of this format and bitrate.
    var blankHeader: FrameHeader? {
        (1...14).lazy.compactMap { FrameHeader(blank: format, bitrateIndex: $0) }.first { $0.kbps == kbps }
    }
}

extension FrameHeader {
    /// Plain stereo or mono, without CRC and padding.
    fileprivate init?(blank format: FrameFormat, bitrateIndex: Int) {
        let mode: UInt32 = format.channels == 1 ? 0xC0 : 0
        let index = UInt32(truncatingIfNeeded: bitrateIndex)
        self.init(word: format.key & FrameFormat.mask | 0x0001_0000 | index << 12 | mode)
    }
}
