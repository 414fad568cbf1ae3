import Glibc
import MP3Corpus
import Testing

@testable import MP3

/// The nasty files. Truth is what decoders make of the good files that they were made of.
@Suite("Nasty files are cut like good ones")
struct NastyTests {
    @Test("junk between frames changes no clip by a byte")
    func junk() async throws {
        try await Work.run {
            let good = try Corpus.v2.bytes()
            let nasty = try Nasty.junk.bytes()
            let goodLayout = try Reading.layout(good)
            let nastyLayout = try Reading.layout(nasty, ranges: 4, shortest: 1)
            #expect(nastyLayout.findings.gaps == 5)
            #expect(nastyLayout.findings.junkBytes == 15_000)
            #expect(nastyLayout.duration == goodLayout.duration)
            var dice = Dice(seed: Dice.seed)
            for number in 0..<40 {
                let cut = RandomCut(&dice, in: goodLayout.duration, number: number)
                guard case .lossless(let one) = CutPlan.make(goodLayout, start: cut.start, length: cut.length),
                    case .lossless(let two) = CutPlan.make(nastyLayout, start: cut.start, length: cut.length)
                else { continue }
                let pair = (try Reading.cut(one, good), try Reading.cut(two, nasty))
                #expect(Files.areEqual(pair.0.bytes(.published), pair.1.bytes(.published)))
            }
        }
    }

    @Test(
        "pictures in front and tags behind change no clip by a byte, and keep a constant bitrate proven",
        arguments: [Nasty.picture, Nasty.tails])
    func tagsAround(source: Source) async throws {
        try await Work.run {
            let good = try Corpus.cbr128.bytes()
            let nasty = try source.bytes()
            let goodLayout = try Reading.layout(good)
            var reading = Reading()
            let layout = try reading.layout(nasty)
            #expect(layout.isProvenConstant)
            // Head and tail, and one read more for each tag that is larger than what was read.
            #expect(reading.requests <= 4)
            #expect(reading.bytesRead <= 3 * 16_384 + 512 + 512)
            for start in [0, 7, 25, 10_000, 30_000, 59_500] {
                let (start, length) = (Duration.milliseconds(start), Duration.seconds(15))
                guard case .lossless(let one) = CutPlan.make(goodLayout, start: start, length: length),
                    case .lossless(let two) = CutPlan.make(layout, start: start, length: length)
                else {
                    Issue.record("no lossless plan")
                    return
                }
                let pair = (try Reading.cut(one, good), try Reading.cut(two, nasty))
                #expect(Files.areEqual(pair.0.bytes(.published), pair.1.bytes(.published)))
            }
        }
    }

    @Test("each part of a joined file sounds as it did alone")
    func joined() async throws {
        try await Work.run {
            let file = try Nasty.joined.bytes()
            let layout = try Reading.layout(file, ranges: 6, shortest: 1)
            // The first two have one format and so are one part.
            #expect(layout.parts.count == 4)
            #expect(layout.findings.tagFramesBetween == 4)
            var dice = Dice(seed: Dice.seed)
            var origin = 0  // of the file's first frame, in ticks of 1/14,112,000 s
            for (number, source) in Nasty.joinedParts.enumerated() {
                let bytes = try source.bytes()
                let header = try #require(FrameHeader(bytes))
                let format = header.format
                let tick = 14_112_000 / format.sampleRate
                let skip = try #require(InfoTag(in: Window(bytes, at: 0), at: 0, header: header)).skip
                let frames = Surgery.frames(bytes).count - (number == 0 ? 1 : 0)
                if number == 0 { origin -= skip * tick }
                // Sample 0 of the file alone, in ticks: behind its own tag frame, which sounds here as silence.
                let zero = origin + ((number == 0 ? 0 : format.samplesPerFrame) + skip) * tick
                for _ in 0..<4 {
                    let from = zero / 14_112 + 2 + Int(dice.next() % 15_000)
                    let sample = (from * 14_112 - zero + tick / 2) / tick
                    let length = 100 + Int(dice.next() % 4000)
                    try check(layout, file, from, length, source, sample)
                }
                origin += frames * format.samplesPerFrame * tick
            }
        }
    }

    private func check(
        _ layout: Layout, _ file: [UInt8], _ from: Int, _ length: Int, _ source: Source, _ sample: Int
    ) throws {
        let answer = CutPlan.make(layout, start: .milliseconds(from), length: .milliseconds(length))
        guard case .lossless(let plan) = answer else {
            Issue.record("no lossless plan at \(from) ms")
            return
        }
        let clip = try Reading.cut(plan, file)
        let sampleBytes = clip.format.channels * 2
        for decoder in Decoder.allCases {
            let whole = try decoder.whole(source)
            let truth = try Files.read(whole, sample * sampleBytes..<(sample + clip.sampleCount) * sampleBytes)
            let difference = Difference(
                try decoder.samples(clip.bytes(.published)), truth, channels: clip.format.channels)
            #expect(difference.isNone, "\(source.name) at \(from) ms + \(length) by \(decoder): \(difference)")
        }
    }

    @Test("a tag in the middle is never taken for constant bitrate, and mpg123 agrees with the cut")
    func taggedInTheMiddle() async throws {
        try await Work.run {
            let file = try Nasty.taggedInTheMiddle.bytes()
            let layout = try Reading.layout(file, ranges: 3, shortest: 1)
            #expect(!layout.isProvenConstant)
            #expect(layout.findings.tagsBetween == 1)
            #expect(layout.findings.junkBytes == 0)
            // With its gapless mode mpg123 would leave out the first file's padding in the middle of this one.
            _ = try Nasty.taggedInTheMiddle.bytes()
            let whole = Files.unique("whole")
            defer { unlink(whole) }
            try Program.run(
                ["mpg123", "-q", "--no-gapless", "-s", "-e", "s16", Nasty.taggedInTheMiddle.path], output: whole)
            // Just behind the joint, mpg123 has lost the last sound before it.
            for start in [0, 30_000, 56_900, 60_030, 61_000, 70_000] {
                guard case .lossless(let plan) = CutPlan.make(layout, start: .milliseconds(start), length: .seconds(3))
                else {
                    Issue.record("no lossless plan at \(start)")
                    return
                }
                let clip = try Reading.cut(plan, file)
                let first = (start * 44_100 + 500) / 1000 + layout.skip
                let truth = try Files.read(whole, first * 4..<(first + clip.sampleCount) * 4)
                let difference = Difference(
                    try Decoder.mpg123.samples(clip.bytes(.published)), truth, channels: 2)
                #expect(difference.isNone, "at \(start): \(difference)")
            }
        }
    }

    @Test("a file that ends too early is cut up to its last whole frame")
    func truncated() async throws {
        try await Work.run {
            for source in [Nasty.truncated, Nasty.truncatedConstant] {
                let file = try source.bytes()
                let layout = try Reading.layout(file)
                #expect(!layout.isProvenConstant)
                #expect(layout.findings.lastFrameCutOff)
                let frames = Surgery.frames(file).count - 1
                #expect(layout.frames == frames)
                let end = Int(layout.duration / .milliseconds(1))
                try compare(layout, file, source, Decoder.allCases, starts: [0, 10_000, end - 4_000])
                guard case .pastEnd(let duration) = CutPlan.make(layout, start: layout.duration, length: .seconds(1))
                else {
                    Issue.record("a clip behind the end")
                    return
                }
                #expect(duration == layout.duration)
            }
        }
    }

    @Test("a frame lost in the middle moves nothing but itself")
    func frameLost() async throws {
        try await Work.run {
            let file = try Nasty.frameLost.bytes()
            let layout = try Reading.layout(file, ranges: 5, shortest: 1)
            let good = try Corpus.v2.bytes()
            // One frame swallowed the next one's beginning, one lost its header.
            #expect(layout.frames == Surgery.frames(good).count - 1 - 2)
            #expect(layout.findings.gaps == 2)
        }
    }

    /// Compares three seconds from each start with the decoded file itself.
    private func compare(
        _ layout: Layout, _ file: [UInt8], _ source: Source, _ decoders: [Decoder], starts: [Int]
    ) throws {
        for start in starts {
            let answer = CutPlan.make(layout, start: .milliseconds(start), length: .seconds(3))
            guard case .lossless(let plan) = answer else {
                Issue.record("no lossless plan at \(start)")
                return
            }
            let clip = try Reading.cut(plan, file)
            let first = (start * clip.format.sampleRate + 500) / 1000
            for decoder in decoders {
                let bytes = clip.format.channels * 2
                let truth = try Files.read(
                    try decoder.whole(source), first * bytes..<(first + clip.sampleCount) * bytes)
                let difference = Difference(
                    try decoder.samples(clip.bytes(.published)), truth, channels: clip.format.channels)
                #expect(difference.isNone, "\(source.name) at \(start) by \(decoder): \(difference)")
            }
        }
    }

    /// The first frames lack their reservoir in the source too, and decoders make different things of them: mpg123 is
    /// silent for three frames, ffmpeg guesses. Behind those, all is as it was.
    @Test("a file that begins in the middle of a stream is cut exactly from its fourth frame on")
    func sliced() async throws {
        try await Work.run {
            let file = try Nasty.sliced.bytes()
            let layout = try Reading.layout(file)
            #expect(layout.tag == nil && layout.skip == 0)
            try compare(layout, file, Nasty.sliced, Decoder.allCases, starts: [90, 100, 5_000])
            guard case .lossless(let plan) = CutPlan.make(layout, start: .zero, length: .seconds(3)) else {
                Issue.record("no lossless plan")
                return
            }
            let clip = try Reading.cut(plan, file)
            for decoder in Decoder.allCases {
                let got = try decoder.samples(clip.bytes(.published))
                let truth = try Files.read(try decoder.whole(Nasty.sliced), 0..<clip.sampleCount * 4)
                let damaged = 3 * 1152 * 4
                #expect(got.count == truth.count)
                #expect(Difference(Array(got[damaged...]), Array(truth[damaged...]), channels: 2).isNone)
            }
        }
    }

    /// ffmpeg looks for the tag right behind ID3v2 only, plays its frame as silence and the encoder's delay after it.
    @Test("zeros before the first frame are found and passed over")
    func zerosFirst() async throws {
        try await Work.run {
            let file = try Nasty.zerosFirst.bytes()
            var reading = Reading()
            let layout = try reading.layout(file)
            #expect(layout.findings.junkBeforeAudio == 20_000)
            #expect(layout.findings.headTags == 1)
            try compare(layout, file, Nasty.zerosFirst, [.mpg123], starts: [0, 40_000])
        }
    }

    @Test("behind 1.5 MB of zeros a file is found, and counted as the one decoder counts that plays it")
    func zerosFar() async throws {
        try await Work.run {
            let file = try Nasty.zerosFar.bytes()
            var reading = Reading()
            let layout = try reading.layout(file)
            #expect(layout.findings.junkBeforeAudio == 1_500_000)
            #expect(layout.tag == nil && reading.requests <= 8)
            try compare(layout, file, Nasty.zerosFar, [.ffmpeg], starts: [100, 40_000])
        }
    }

    @Test("the first frame is looked for in 5 MiB and no farther", arguments: [(5 << 20) - 3_000, 5 << 20])
    func searchEnds(junk: Int) async throws {
        try await Work.run {
            let file = [UInt8](repeating: 0, count: junk) + (try Corpus.v5.bytes())
            var reading = Reading()
            if junk < 5 << 20 {
                #expect(try reading.layout(file).findings.junkBeforeAudio == junk)
            } else {
                #expect(throws: MP3Refusal.noFrames) { try reading.layout(file) }
            }
            #expect(reading.bytesRead - reading.scanned <= (5 << 20) + 16_384 + 512)
        }
    }

    @Test("a long tag in the middle reaches over ranges without a trace")
    func endlessTag() async throws {
        try await Work.run {
            let file = try Nasty.endlessTag.bytes()
            let layout = try Reading.layout(file, ranges: 8, shortest: 1)
            #expect(layout.findings.tagsBetween == 1)
            #expect(layout.findings.tagBytesBetween == 900_010)
            let frames = (Surgery.frames(try Corpus.v5.bytes()).count, Surgery.frames(try Corpus.v2.bytes()).count)
            #expect(layout.frames == frames.0 - 1 + frames.1)
        }
    }
}
