/// Walks the frames of one range while its bytes stream by, in constant memory: it keeps the last few kilobytes, and two
/// bytes for every few frames.
///
/// Where the next frame should begin and none does: a tag is skipped by its size, and otherwise the next three headers in
/// a row are looked for. A header of another format is believed only with two more behind it.
public struct RangeScanner: Sendable {
    private enum State {
        case chain(at: Int, FrameFormat)
        case search(from: Int)
        case done(ScannedRange.Exit)
    }

    private let range: ScanRange
    private var window: Window
    private var state: State
    private var runs: RunBook
    private var findings = Findings()
    private var firstFrame: Int?

    public init(_ range: ScanRange) {
        self.range = range
        window = Window([], at: range.bytes.lowerBound)
        runs = RunBook()
        switch range.entry {
        case .chain(let place, let format): state = .chain(at: place, format)
        case .search(let place): state = .search(from: place)
        }
    }

    /// How many bytes of the range have been taken.
    public var taken: Int { window.end - range.bytes.lowerBound }

    /// Bytes that the scanner holds, nearly: of the source, and of what it found.
    var held: Int { window.bytes.count &+ FrameIndex(spacing: FrameIndex.finestSpacing, runs: runs.runs).footprint }

    /// Takes the next bytes of the range. Those behind its end are left alone.
    public mutating func feed(_ chunk: [UInt8]) throws(MP3Refusal) {
        let room = range.bytes.upperBound - window.end
        window.append(chunk.count <= room ? chunk : Array(chunk.prefix(max(0, room))))
        while try step(final: false) {}
        switch state {
        case .chain(let place, _): window.forget(before: place)
        case .search(let place): window.forget(before: place)
        case .done: window.forget(before: window.end)
        }
    }

    /// - Throws: `.tooDamaged` or `.tooLong`. Bytes missing at the range's end count as not there.
    public mutating func finish() throws(MP3Refusal) -> ScannedRange {
        while try step(final: true) {}
        let exit =
            switch state {
            case .done(let exit): exit
            case .chain(let place, let format): ScannedRange.Exit.chain(at: place, format)
            case .search(let place): ScannedRange.Exit.searching(to: place)
            }
        return ScannedRange(range: range, firstFrame: firstFrame, runs: runs.runs, exit: exit, findings: findings)
    }

    /// Enough behind a frame's first byte to see its header and a tag in it.
    private static let sight = 44

    /// - Returns: whether there may be more to do with the bytes at hand.
    private mutating func step(final: Bool) throws(MP3Refusal) -> Bool {
        switch state {
        case .done: return false
        case .chain(let place, let format): return try follow(place, format, final: final)
        case .search(let place): return search(place)
        }
    }

    private mutating func follow(_ place: Int, _ format: FrameFormat, final: Bool) throws(MP3Refusal) -> Bool {
        let audioEnd = range.audioEnd
        guard place <= audioEnd - 4 else {
            state = .done(.end(at: audioEnd))
            return false
        }
        guard window.end >= min(place + Self.sight, audioEnd) || final, let word = window.bigEndian32(at: place) else {
            return false
        }
        if let header = FrameHeader(word: word) {
            if header.format == format { return try accept(header, at: place) }
            switch FrameSearch.verdict(in: window, at: place, audioEnd: audioEnd) {
            case .chained: return try accept(header, at: place)
            case .undecided: return false
            case .broken: break
            }
        }
        if let size = TagBetweenFrames.size(in: window, at: place), size <= audioEnd - place {
            findings.tagsBetween += 1
            findings.tagBytesBetween += size
            state = .chain(at: place + size, format)
        } else {
            state = .search(from: place)
        }
        return true
    }

    private mutating func accept(_ header: FrameHeader, at place: Int) throws(MP3Refusal) -> Bool {
        let length = header.length
        guard place < range.owned.upperBound else {
            state = .done(.frame(at: place, header.format))
            return false
        }
        guard length <= range.audioEnd - place else {
            findings.lastFrameCutOff = true
            state = .done(.end(at: range.audioEnd))
            return false
        }
        try runs.add(header, at: place, length: length)
        firstFrame = firstFrame ?? place
        note(header, at: place)
        state = .chain(at: place + length, header.format)
        return true
    }

    private mutating func search(_ place: Int) -> Bool {
        switch FrameSearch.next(in: window, from: place, audioEnd: range.audioEnd) {
        case .frame(let header, let found):
            state = .chain(at: found, header.format)
            return true
        case .none(let before):
            // Everything up to the audio's end has been looked at.
            state = window.end >= range.audioEnd ? .done(.end(at: range.audioEnd)) : .search(from: before)
            return false
        }
    }

    private mutating func note(_ header: FrameHeader, at place: Int) {
        let kbps = header.kbps
        if kbps > findings.fastest { findings.fastest = kbps }
        if findings.slowest == 0 || kbps < findings.slowest { findings.slowest = kbps }
        if header.isProtected { findings.protectedFrames += 1 }
        let tag = window.bigEndian32(at: place + header.tagOffset)
        if tag == 0x5869_6E67 || tag == 0x496E_666F { findings.tagFramesBetween += 1 }  // "Xing", "Info"
    }
}

/// Collects frames into runs.
private struct RunBook {
    private(set) var runs: [FrameIndex.Run] = []
    private var checkpoint = 0
    private var frames = 0

    mutating func add(_ header: FrameHeader, at place: Int, length: Int) throws(MP3Refusal) {
        frames += 1
        guard frames <= FrameIndex.mostFrames else { throw .tooLong }
        if runs.isEmpty || runs[runs.count - 1].end != place || runs[runs.count - 1].format != header.format {
            guard runs.count < FrameIndex.mostRuns else { throw .tooDamaged }
            runs.append(
                FrameIndex.Run(
                    format: header.format, firstFrame: 0, start: place, frames: 0, end: place, spans: []))
            checkpoint = place
        }
        let last = runs.count - 1
        runs[last].frames += 1
        runs[last].end = place + length
        if runs[last].frames % FrameIndex.finestSpacing == 0 {
            runs[last].spans.append(UInt16(truncatingIfNeeded: place + length - checkpoint))
            checkpoint = place + length
        }
    }
}
