import MP3
import MP3Corpus
import Testing

@testable import CutterService

/// What an exact cut has to do, case by case, each made the whole way that a cutter makes a clip, and compared with what
/// ffmpeg and mpg123 decode of the whole source. The files are made by the tests (`MP3Corpus`).
///
/// The cases by number:
/// 1. every kind of MP3 at every kind of place: start, length and samples exact;
/// 2. the same in the other formats: start and length;
/// 3. bytes and requests, and 10. the first clip of a long file: `CutterTests`;
/// 4. pictures in front and tags behind: as 1, without a byte of the picture read;
/// 5. truncated files: up to the last whole frame;
/// 6. junk between frames; 7. joined files; 8. a tag in the middle;
/// 9. what is not cut by the frame: by decoding;
/// 11. in a browser, and 12. processor time: tests and benchmark of their own.
@Suite("An exact cut")
struct AcceptanceTests {
    /// Milliseconds, and how each file ends.
    private static func places(_ duration: Int) -> [(Int, Int)] {
        [(0, 15_000), (7, 15_000), (25, 30_000), (10_000, 15_000), (duration / 2, 15_000), (duration - 15_500, 60_000)]
    }

    @Test("1 · of every kind of MP3 is the source's own sound to the sample", arguments: Corpus.plain)
    func everyKind(source: Source) async throws {
        let layout = try Reading.layout(try source.bytes())
        let duration = Int(layout.duration / .milliseconds(1))
        let places = Self.places(duration).map { Comparison(source: source, start: $0.0, length: $0.1) }
        try await CuttingRoom.each(of: places) { try await $0.check() }
    }

    /// mpg123 does not know this tag and plays its frame, so truth is the same file without it.
    @Test("1 · of a file with Fraunhofer's tag is its own sound to the sample")
    func vbri() async throws {
        _ = try Nasty.vbri.bytes()
        let places = Self.places(60_000).map { Comparison(source: Nasty.vbri, start: $0.0, length: $0.1) }
        try await CuttingRoom.each(of: places) { try await $0.check(truth: Corpus.untagged) }
    }

    @Test("1 · of every length is the source's own sound to the sample", arguments: [Corpus.cbr128, Corpus.v2])
    func everyLength(source: Source) async throws {
        _ = try source.bytes()
        var comparisons: [Comparison] = []
        for start in [0, 7, 25, 10_000, 30_000] {
            for length in [30_000, 60_000] {
                comparisons.append(Comparison(source: source, start: start, length: length))
            }
        }
        try await CuttingRoom.each(of: comparisons) { try await $0.check() }
    }

    @Test("1 · a minute before the end of three hours is as exact as at their beginning", arguments: ThreeHours.files)
    func threeHours(source: Source) async throws {
        let layout = try Reading.layout(try source.bytes(), ranges: 8, chunk: 1 << 20)
        let rate = layout.parts[0].format.sampleRate
        let seconds = Int(layout.duration / .seconds(1))
        #expect(seconds >= ThreeHours.seconds - 1)
        let starts = [0, seconds / 2, seconds - 60]
        let stretches = starts.map { $0 * rate..<($0 + 60) * rate }
        var wholes: [Decoder: [[UInt8]]] = [:]
        for decoder in Decoder.allCases {
            wholes[decoder] = try await Work.value {
                try ThreeHours.samples(of: source, by: decoder, stretches)
            }
        }
        for (number, start) in starts.enumerated() {
            for (offset, length) in [(7, 15_000), (333, 30_000), (0, 60_000)] {
                let clip = try await CuttingRoom.clip(of: source.path, start * 1000 + offset, length)
                #expect(clip.exact == .sample)
                let first = Comparison.sample(start * 1000 + offset, rate) - start * rate
                let wanted = first * 2..<(first + Comparison.sample(length, rate)) * 2
                for decoder in Decoder.allCases {
                    let truth = Array(try #require(wholes[decoder])[number][wanted])
                    let difference = Difference(
                        try await Work.value { try decoder.samples(clip.bytes) }, truth, channels: 1)
                    #expect(difference.isNone, "\(source.name) at \(start) s by \(decoder): \(difference)")
                }
            }
        }
    }

    @Test(
        "4 · pictures in front and tags behind take no request more than their sizes need",
        arguments: [Nasty.picture, Nasty.tails, Nasty.lyrics])
    func tagsAround(source: Source) async throws {
        let size = try source.bytes().count
        _ = CuttingRoom.files.take(source.path)
        let first = Comparison(source: source, start: 10_000, length: 15_000)
        try await first.check(
            truth: source.name == Nasty.lyrics.name ? Corpus.v5 : Corpus.cbr128, format: Corpus.cbr128.format)
        let count = CuttingRoom.files.take(source.path)
        if source.name != Nasty.lyrics.name {
            // Head, tail, one more for each tag that is larger than what was read (two pictures; APE), and the clip.
            let requests = source.name == Nasty.picture.name ? 5 : 4
            let bytes = 252_000 + 8_192 + 3 * 16_384 + 1_024
            #expect(count.requests <= requests, "\(count)")
            #expect(count.bytes < bytes, "\(count) of \(size)")
        }
        let others = [0, 7, 25, 30_000, 44_500].map { Comparison(source: source, start: $0, length: 15_000) }
        try await CuttingRoom.each(of: others) { comparison in
            try await comparison.check(
                truth: source.name == Nasty.lyrics.name ? Corpus.v5 : Corpus.cbr128, format: Corpus.cbr128.format)
        }
    }

    @Test(
        "5 · a truncated file is cut up to its last whole frame, and not behind it",
        arguments: [Nasty.truncated, Nasty.truncatedConstant])
    func truncated(source: Source) async throws {
        let layout = try Reading.layout(try source.bytes())
        let end = Int(layout.duration / .milliseconds(1))
        // ffmpeg plays something for the half frame too.
        let last = layout.frames * layout.parts[0].format.samplesPerFrame - layout.skip
        let comparisons = [(0, 15_000), (10_000, 15_000), (end - 4_000, 30_000), (end - 200, 60_000)].map {
            Comparison(source: source, start: $0.0, length: $0.1)
        }
        try await CuttingRoom.each(of: comparisons) { try await $0.check(upTo: last) }
        await #expect(throws: (any Error).self) {
            try await CuttingRoom.clip(of: source.path, end + 1, 1_000)
        }
    }

    /// Truth is the file without the junk: decoders lose their way in it.
    @Test("6 · junk between frames moves nothing")
    func junk() async throws {
        _ = try Nasty.junk.bytes()
        // Junk stands behind every sixth of the minute.
        var comparisons: [Comparison] = []
        for joint in 1...5 {
            for offset in [-6_000, -1_500, 50, 3_000] {
                comparisons.append(Comparison(source: Nasty.junk, start: joint * 10_000 + offset, length: 4_000))
            }
        }
        try await CuttingRoom.each(of: comparisons) { try await $0.check(truth: Corpus.v2) }
    }

    /// With its gapless mode mpg123 would leave out the first file's padding in the middle of this one; just behind the
    /// joint it has lost the last sound before it.
    @Test("8 · a tag in the middle is never taken for constant bitrate, and mpg123 hears what was cut")
    func tagInTheMiddle() async throws {
        let source = Nasty.taggedInTheMiddle
        let layout = try Reading.layout(try source.bytes())
        #expect(!layout.isProvenConstant)
        let whole = try await Work.value {
            let path = Files.unique("whole")
            defer { Files.remove(path) }
            try Program.run(["mpg123", "-q", "--no-gapless", "-s", "-e", "s16", source.path], output: path)
            return try Files.read(path)
        }
        for (start, length) in [(0, 15_000), (30_000, 15_000), (41_000, 15_000), (60_030, 15_000), (64_000, 15_000)] {
            let clip = try await CuttingRoom.clip(of: source.path, start, length)
            let first = Comparison.sample(start, 44_100) + layout.skip
            let truth = Array(whole[first * 4..<(first + Comparison.sample(length, 44_100)) * 4])
            let difference = Difference(
                try await Work.value { try Decoder.mpg123.samples(clip.bytes) }, truth, channels: 2)
            #expect(difference.isNone, "at \(start): \(difference)")
        }
    }
}
