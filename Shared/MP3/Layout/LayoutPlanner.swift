/// Finds a file's layout by saying which bytes it needs next; reading them is the caller's work.
///
/// The head (16 KiB) and the tail (512 bytes) are enough for a file of proven constant bitrate, with one more read where a
/// picture in front is larger than the head. Any other file has to be scanned once.
///
///     var planner = LayoutPlanner(source: version)
///     while true {
///         switch try planner.next() {
///         case .read(let ranges): for range in ranges { planner.take(try await read(range), at: range.lowerBound) }
///         case .scan(let scan): …  // see Scan
///         case .done(let layout): return layout
///         }
///     }
public struct LayoutPlanner: Sendable {
    public enum Step: Sendable {
        /// Bytes of the source to read and hand over, each range not empty and inside the file.
        case read([Range<Int>])
        case scan(Scan)
        case done(Layout)
    }

    static let headSize = 16_384
    static let tailSize = 512
    /// How far behind the tags in front the first frame is looked for. ffmpeg looks at 5,000,000 bytes unless told
    /// otherwise; mpg123 gives up earlier, and LAME never.
    static let searchLimit = 5 << 20
    /// Behind so many bytes that belong to nothing, the tag in the first frame is not heeded: mpg123, which would, gives up
    /// (`limit` in its parse.c), and ffmpeg, which goes on, takes the tag's frame for sound.
    private static let tagLimit = 65_536
    /// The first step of the search; each further one doubles what was seen.
    private static let searchStep = 131_072
    private static let mostHeadTags = 16
    /// More reads than any file needs: a caller that hands over too few bytes must not go round for ever.
    private static let mostReads = 40

    private let source: SourceVersion
    private let alwaysScans: Bool
    private var windows: [Window] = []
    private var reads = 0

    public init(source: SourceVersion) { self.init(source: source, alwaysScans: false) }

    /// - Parameter alwaysScans: believe no tag, to see what a scan finds in a file that would not be scanned.
    package init(source: SourceVersion, alwaysScans: Bool) {
        self.source = source
        self.alwaysScans = alwaysScans
    }

    /// Takes the bytes of a range that was asked for.
    public mutating func take(_ bytes: [UInt8], at place: Int) {
        reads += 1
        guard !bytes.isEmpty, place >= 0 else { return }
        var window = Window(bytes, at: place)
        if let before = windows.firstIndex(where: { $0.end == place }) {
            var joined = windows.remove(at: before)
            joined.append(window.bytes)
            window = joined
        }
        if let after = windows.firstIndex(where: { $0.start == window.end }) {
            window.append(windows.remove(at: after).bytes)
        }
        windows.append(window)
    }

    public func next() throws(MP3Refusal) -> Step {
        guard source.size > 0 else { throw .emptyFile }
        guard source.size <= Layout.largestFile else { throw .tooLong }
        guard reads <= Self.mostReads else { throw .noFrames }
        guard window(holding: 0..<min(Self.headSize, source.size)) != nil else { return .read(firstReads) }

        var findings = Findings()
        guard let start = try skipHeadTags(&findings) else { return .read([range(from: findings.headTagBytes)]) }
        guard let front = window(holding: start..<min(start + 10, source.size)) else {
            return .read([range(from: start)])
        }
        if let refusal = ForeignAudio.container(in: front, at: start) { throw refusal }

        guard let tail = windows.filter({ $0.end == source.size }).min(by: { $0.start < $1.start }) else {
            return .read([max(0, source.size - Self.tailSize)..<source.size])
        }
        switch try TailTags.measure(in: tail, floor: start) {
        case .wants(let range): return .read([range])
        case .tags(let tags):
            findings.tailTags = tags.names
            findings.tailTagBytes = tags.size
        }
        let audioEnd = source.size - findings.tailTagBytes

        guard let first = try firstFrame(in: front, from: start, audioEnd: audioEnd) else {
            let step = max(Self.searchStep, front.end - start)
            return .read([front.end..<min(front.end + step, start + Self.searchLimit, source.size)])
        }
        findings.junkBeforeAudio = first.place - start
        return try conclude(front, first, audioEnd: audioEnd, findings)
    }

    private var firstReads: [Range<Int>] {
        guard source.size > Self.headSize else { return [0..<source.size] }
        return [0..<Self.headSize, max(Self.headSize, source.size - Self.tailSize)..<source.size]
    }

    private func range(from place: Int) -> Range<Int> { place..<min(place + Self.headSize, source.size) }

    private func window(holding range: Range<Int>) -> Window? {
        windows.filter { $0.holds(range) }.max { $0.end < $1.end }
    }

    /// - Returns: where the audio may begin; `nil` when the bytes behind the tags counted so far are missing.
    private func skipHeadTags(_ findings: inout Findings) throws(MP3Refusal) -> Int? {
        while true {
            let place = findings.headTagBytes
            guard place < source.size else { throw .noFrames }
            guard let window = window(holding: place..<min(place + ID3v2.headerSize, source.size)) else { return nil }
            guard let size = ID3v2.size(in: window, at: place), size <= source.size - place else { return place }
            findings.headTags += 1
            findings.headTagBytes += size
            guard findings.headTags <= Self.mostHeadTags else { throw .tooManyTags }
        }
    }

    private struct FirstFrame {
        let header: FrameHeader
        let place: Int
    }

    /// - Returns: `nil` when more of the file has to be read.
    private func firstFrame(in front: Window, from start: Int, audioEnd: Int) throws(MP3Refusal) -> FirstFrame? {
        var found: FirstFrame?
        if case .chained(let header) = FrameSearch.verdict(in: front, at: start, audioEnd: audioEnd, least: 1) {
            found = FirstFrame(header: header, place: start)
        } else if case .frame(let header, let place) = FrameSearch.next(in: front, from: start, audioEnd: audioEnd) {
            found = FirstFrame(header: header, place: place)
        }
        // A tag reaches to its frame's end, and the frame behind it must be seen.
        if let found, front.end >= min(found.place + 2 * found.header.length + 8, audioEnd) { return found }
        guard front.end < audioEnd, front.end - start < Self.searchLimit else {
            throw ForeignAudio.frames(in: front, from: start, audioEnd: audioEnd) ?? .noFrames
        }
        return nil
    }

    private func conclude(
        _ front: Window, _ first: FirstFrame, audioEnd: Int, _ findings: Findings
    ) throws(MP3Refusal) -> Step {
        let isSeen = findings.junkBeforeAudio < Self.tagLimit
        let tag = isSeen ? InfoTag(in: front, at: first.place, header: first.header) : nil
        let data = first.place + (tag == nil ? 0 : first.header.length)
        guard data < audioEnd else { throw .noFrames }
        let audio = data..<audioEnd
        if !alwaysScans, let tag, let rate = proven(front, first, tag, audio) {
            var findings = findings
            (findings.slowest, findings.fastest, findings.mean) = (rate.kbps, rate.kbps, rate.kbps)
            let map = Layout.Map.constant(rate)
            return .done(try Layout(source: source, tag: tag, findings: findings, audio: audio, map: map))
        }
        let format = first.header.format
        return .scan(Scan(source: source, tag: tag, findings: findings, audio: audio, format: format))
    }

    /// The constant rate, if the tag proves it and every frame in sight agrees.
    private func proven(_ front: Window, _ first: FirstFrame, _ tag: InfoTag, _ audio: Range<Int>) -> ConstantRate? {
        let data = audio.lowerBound
        guard let word = front.bigEndian32(at: data), let header = FrameHeader(word: word),
            header.format == first.header.format,
            let rate = ConstantRate(
                tag: tag, tagPlace: first.place, data: data, audioEnd: audio.upperBound, first: header)
        else { return nil }
        var place = data
        for n in 0..<rate.frames {
            guard let word = front.bigEndian32(at: place), place < audio.upperBound else { break }
            guard let header = FrameHeader(word: word), header.format == rate.format, header.kbps == rate.kbps,
                rate.allows(frame: n, at: place)
            else { return nil }
            place += header.length
        }
        return rate
    }
}
