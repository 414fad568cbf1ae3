/// A frame in the source: its header and where it begins.
struct PlacedFrame: Hashable, Sendable {
    let header: FrameHeader
    let place: Int

    var end: Int { place &+ header.length }
    var mainData: Range<Int> { place &+ header.mainDataOffset..<max(place &+ header.mainDataOffset, end) }
}

/// The bytes that hold a row of frames, and which frame to begin walking with.
struct Fetch: Hashable, Sendable {
    let bytes: Range<Int>
    /// The first frame whose place is known (in an index) or nearly known (by arithmetic).
    let firstFrame: Int
}

extension Layout.Map {
    /// What to fetch for the frames `frames`, with as many bytes of main data before them as a frame can reach back.
    ///
    /// - Parameters:
    ///   - floor: the first frame of the same part: nothing before it is of use.
    ///   - extraReach: bytes of main data to go back beyond what a frame can need by its header.
    func fetch(_ frames: Range<Int>, floor: Int, extraReach: Int) -> Fetch {
        switch self {
        case .constant(let rate): rate.fetch(frames, extraReach: extraReach)
        case .indexed(let index): index.fetch(frames, floor: floor, extraReach: extraReach)
        }
    }

    /// The frames from `fetch.firstFrame` up to `end`, each checked against the layout; nil for one that is not there,
    /// which only a file of proven constant bitrate can have.
    func walk(_ fetch: Fetch, upTo end: Int, in window: Window) throws(CutFault) -> [PlacedFrame?] {
        switch self {
        case .constant(let rate): rate.walk(fetch, upTo: end, in: window)
        case .indexed(let index): try index.walk(fetch, upTo: end, in: window)
        }
    }

    /// What frames made for a clip look like in which none of the source's own are left.
    var blankHeader: FrameHeader? {
        if case .constant(let rate) = self { rate.blankHeader } else { nil }
    }
}

extension FrameIndex {
    func fetch(_ frames: Range<Int>, floor: Int, extraReach: Int) -> Fetch {
        guard let firstRun = run(holding: frames.lowerBound), let lastRun = run(holding: frames.upperBound - 1) else {
            return Fetch(bytes: 0..<0, firstFrame: frames.lowerBound)
        }
        // Back, checkpoint by checkpoint, until the main data between is enough for any frame.
        var run = firstRun
        var group = (frames.lowerBound - runs[run].firstFrame) / spacing
        let inGroup = (frames.lowerBound - runs[run].firstFrame) % spacing
        let format = runs[run].format
        let overhead = 6 + format.sideInfoSize
        var mainData = inGroup * max(0, leastLength(in: runs[run], group: group) - overhead)
        let wanted = format.farthestReach + extraReach
        while mainData < wanted {
            if group > 0 {
                group -= 1
                mainData += max(0, Int(runs[run].spans[group]) - spacing * overhead)
            } else if run > 0, runs[run].firstFrame > floor {
                run -= 1
                group = runs[run].spans.count
                let rest = runs[run].frames % spacing
                if rest == 0 { group -= 1 }
                let start = place(ofGroup: group, in: runs[run])
                mainData += max(0, runs[run].end - start - (rest == 0 ? spacing : rest) * overhead)
            } else {
                break
            }
        }
        let from = place(ofGroup: group, in: runs[run])
        let upTo = end(ofFrame: frames.upperBound - 1, in: runs[lastRun])
        return Fetch(bytes: from..<max(from, upTo), firstFrame: runs[run].firstFrame + group * spacing)
    }

    func walk(_ fetch: Fetch, upTo end: Int, in window: Window) throws(CutFault) -> [PlacedFrame] {
        var found: [PlacedFrame] = []
        found.reserveCapacity(max(0, end - fetch.firstFrame))
        guard var run = run(holding: fetch.firstFrame) else { throw .layoutDisproved }
        var number = fetch.firstFrame
        var group = (number - runs[run].firstFrame) / spacing
        var place = place(ofGroup: group, in: runs[run])
        while number < end {
            if number == runs[run].frameEnd {
                guard place == runs[run].end, run + 1 < runs.count else { throw .layoutDisproved }
                run += 1
                group = 0
                place = runs[run].start
            }
            guard let word = window.bigEndian32(at: place), let header = FrameHeader(word: word),
                header.format == runs[run].format, place + header.length <= min(window.end, runs[run].end)
            else { throw .layoutDisproved }
            found.append(PlacedFrame(header: header, place: place))
            place += header.length
            number += 1
            if (number - runs[run].firstFrame) % spacing == 0, group < runs[run].spans.count {
                let start = found.count >= spacing ? found[found.count - spacing].place : place
                guard found.count < spacing || place - start == Int(runs[run].spans[group]) else {
                    throw .layoutDisproved
                }
                group += 1
            }
        }
        return found
    }

    private func place(ofGroup group: Int, in run: Run) -> Int {
        run.spans.withUnsafeBufferPointer { spans in
            var place = run.start
            for span in spans.prefix(max(0, group)) { place &+= Int(span) }
            return place
        }
    }

    /// A bound on how short the frames of a group can be, given what the group takes: tight where all are long.
    private func leastLength(in run: Run, group: Int) -> Int {
        guard group < run.spans.count else { return run.format.shortestFrame }
        return max(run.format.shortestFrame, Int(run.spans[group]) - (spacing - 1) * run.format.longestFrame)
    }

    /// The byte behind frame `n`, or one behind that: the next checkpoint, unless even longest frames end before it, or
    /// shortest ones would have to follow.
    private func end(ofFrame n: Int, in run: Run) -> Int {
        let group = (n - run.firstFrame) / spacing
        let inGroup = (n - run.firstFrame) % spacing + 1
        let start = place(ofGroup: group, in: run)
        let isWhole = group < run.spans.count
        let next = isWhole ? start + Int(run.spans[group]) : run.end
        let behind = (isWhole ? spacing : run.frames - group * spacing) - inGroup
        return min(next - behind * run.format.shortestFrame, start + inGroup * run.format.longestFrame)
    }
}
