import MP3Corpus
import Testing

@testable import MP3

@Suite("A scan over several ranges at once")
struct ScanTests {
    /// The truth is the scan in one piece, and the frames of the file as its own headers chain them.
    @Test("finds what a scan in one piece finds", arguments: [Corpus.v5, Corpus.untagged] + Nasty.files)
    func sameAsInOnePiece(source: Source) async throws {
        try await Work.run {
            let file = try source.bytes()
            let whole = try Reading.layout(file, chunk: file.count)
            let places = allPlaces(whole)
            for (ranges, shortest, chunk) in [(2, 1, 65_536), (8, 1, 4_099), (37, 1, 1_000), (200, 1, 20_000)] {
                let parts = try Reading.layout(file, ranges: ranges, shortest: shortest, chunk: chunk)
                #expect(allPlaces(parts) == places, "\(source.name) in \(ranges)")
                #expect(parts.findings == whole.findings)
                #expect(parts.parts == whole.parts)
                #expect(parts.duration == whole.duration)
            }
        }
    }

    /// The tag's header lies across the seam: who reads no further than the seam sees no tag, and who begins at it finds the
    /// frames inside the tag.
    @Test("a tag whose first bytes lie on both sides of a seam is passed over", arguments: 1...9)
    func tagAcrossSeam(before: Int) throws {
        let frame: [UInt8] = [0xFF, 0xFB, 0x94, 0xC4] + [UInt8](repeating: 0, count: 380)
        let other: [UInt8] = [0xFF, 0xFB, 0x54, 0xC4] + [UInt8](repeating: 0, count: 188)
        func row(_ frame: [UInt8], _ count: Int) -> [UInt8] { (0..<count).flatMap { _ in frame } }
        // As many bytes before the seam as behind it.
        let payload = row(other, 39) + [UInt8](repeating: 0, count: 192 + 2 * before - 10)
        let file = row(frame, 40) + Surgery.id3v2(payload) + row(frame, 20)
        let whole = try Reading.layout(file)
        #expect(whole.frames == 60 && whole.findings.tagsBetween == 1)
        var scan: Scan?
        var planner = LayoutPlanner(source: SourceVersion(etag: "e", size: file.count))
        while scan == nil {
            switch try planner.next() {
            case .read(let ranges): for range in ranges { planner.take(Array(file[range]), at: range.lowerBound) }
            case .scan(let found): scan = found
            case .done:
                Issue.record("not scanned")
                return
            }
        }
        let ranges = try #require(scan).ranges(atMost: 2, noShorterThan: 1)
        #expect(ranges[1].owned.lowerBound == 40 * 384 + before)
        let parts = try Reading.layout(file, ranges: 2, shortest: 1)
        #expect(allPlaces(parts) == allPlaces(whole) && parts.findings == whole.findings)
    }

    @Test("ranges that begin anywhere at all meet", arguments: [Nasty.junk, Nasty.joined, Nasty.taggedInTheMiddle])
    func anySeam(source: Source) async throws {
        try await Work.run {
            let file = try source.bytes()
            var planner = LayoutPlanner(source: SourceVersion(etag: "e", size: file.count))
            var step = try planner.next()
            while case .read(let ranges) = step {
                for range in ranges { planner.take(Array(file[range]), at: range.lowerBound) }
                step = try planner.next()
            }
            guard case .scan(let scan) = step else {
                Issue.record("not scanned")
                return
            }
            let truth = allPlaces(try Reading.layout(file))
            var dice = Dice(seed: Dice.seed)
            for _ in 0..<20 {
                // Three ranges with seams where chance puts them, near breaks more often than not.
                let seams = [seam(&dice, scan.audio), seam(&dice, scan.audio)].sorted()
                let bounds = [scan.audio.lowerBound] + seams + [scan.audio.upperBound]
                var scanned: [ScannedRange] = []
                for number in 0..<3 {
                    let owned = bounds[number]..<bounds[number + 1]
                    let entry =
                        number == 0
                        ? ScanRange.Entry.chain(at: owned.lowerBound, scan.format) : .search(from: owned.lowerBound)
                    scanned.append(
                        try walk(
                            ScanRange(number: number, owned: owned, entry: entry, audioEnd: scan.audio.upperBound), file
                        ))
                }
                var layout: Layout?
                while layout == nil {
                    switch try scan.join(scanned) {
                    case .layout(let found): layout = found
                    case .rescan(let range): scanned[range.number] = try walk(range, file)
                    }
                }
                #expect(layout.map(allPlaces) == truth, "seams \(seams)")
            }
        }
    }

    private func seam(_ dice: inout Dice, _ audio: Range<Int>) -> Int {
        audio.lowerBound + Int(dice.next() % UInt64(audio.count))
    }

    private func walk(_ range: ScanRange, _ file: [UInt8]) throws -> ScannedRange {
        var scanner = RangeScanner(range)
        try scanner.feed(Array(file[range.bytes]))
        return try scanner.finish()
    }

    /// Where each run begins and ends and how its checkpoints lie would depend on the ranges; where frames stand must not.
    private func allPlaces(_ layout: Layout) -> [Int] {
        guard case .indexed(let index) = layout.map else { return [] }
        var places: [Int] = []
        for run in index.runs where places.last != run.start || places.isEmpty {
            if let last = index.runs.firstIndex(of: run), last > 0, index.runs[last - 1].end == run.start,
                index.runs[last - 1].format == run.format
            {
                continue  // only a seam
            }
            places.append(run.start)
            places.append(run.firstFrame)
        }
        return places + [index.frames, index.runs.last?.end ?? 0]
    }

    @Test("frames stand where the file's own headers chain them")
    func places() async throws {
        try await Work.run {
            let file = try Corpus.v5.bytes()
            let truth = Array(Surgery.frames(file).dropFirst())
            let layout = try Reading.layout(file, ranges: 5, shortest: 1)
            #expect(layout.frames == truth.count)
            for first in stride(from: 0, to: truth.count - 10, by: 7) {
                let fetch = layout.map.fetch(first..<first + 10, floor: 0, extraReach: 0)
                let window = Window(Array(file[fetch.bytes]), at: fetch.bytes.lowerBound)
                let walked = try layout.map.walk(fetch, upTo: first + 10, in: window).compactMap { $0 }
                #expect(walked.map(\.place) == Array(truth[fetch.firstFrame..<first + 10]))
                let fetched = walked.prefix(first - fetch.firstFrame).reduce(0) { $0 + $1.mainData.count }
                #expect(fetched >= 511 || fetch.firstFrame == 0)
            }
        }
    }

    /// Eight scanners side by side, each with what waits for it, are to stay below 16 MB, whatever they meet.
    @Test("holds no more than a few kilobytes of the source and two bytes for every few frames")
    func memory() async throws {
        try await Work.run {
            let chunk = 65_536
            let good = try Corpus.v2.bytes()
            let junk = [UInt8](repeating: 0xFF, count: 3_000_000)
            let frame: [UInt8] = [0xFF, 0xFB, 0x14, 0xC4] + [UInt8](repeating: 0, count: 92)
            // The index of a file of nothing but breaks grows until it is refused.
            let breaks = [[UInt8]](repeating: frame + frame + frame + [0], count: 8_000).flatMap { $0 }
            let endless = Array("ID3".utf8) + [4, 0, 0, 127, 127, 127, 127] + junk
            for (name, file, most) in [
                ("frames", good + good + good, 10_000), ("sync bytes", good + junk + good, 10_000),
                ("a tag", good + endless, 10_000), ("breaks", good + breaks, 1 << 20),
            ] {
                var scanner = RangeScanner(
                    ScanRange(number: 0, owned: 0..<file.count, entry: .search(from: 0), audioEnd: file.count))
                var held = 0
                for at in stride(from: 0, to: file.count, by: chunk) {
                    try scanner.feed(Array(file[at..<min(at + chunk, file.count)]))
                    held = max(held, scanner.held)
                }
                let frames = file.count / 96
                #expect(held <= FrameSearch.reach + most + frames / 2, "\(name): \(held)")
            }
            // 8 ranges, each with 512 KiB waiting, the runs it may keep, and the spans of its part of 8 million frames.
            let runs = FrameIndex.mostRuns * (96 + 48)
            let spans = FrameIndex.mostFrames / FrameIndex.finestSpacing * 2
            let together = 8 * ((512 << 10) + runs) + spans / 8
            #expect(together <= 16 << 20, "\(together)")
        }
    }
}
