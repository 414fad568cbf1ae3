import MP3
import Testing

/// Truth from outside: what ffmpeg and mpg123 decode of the whole source.
@Suite("A clip is the source's own sound, to the sample")
struct ExactnessTests {
    /// `CUTROOM_CUTS` says how many random cuts are made of each file; `CUTROOM_SEED` repeats a run.
    static let cutsPerFile = Dice.number("CUTROOM_CUTS") ?? 4

    @Test("every kind of file, at random places", arguments: Corpus.plain)
    func plain(source: Source) async throws {
        try await Work.run { try cut(source) }
    }

    private func cut(_ source: Source) throws {
        let file = try source.bytes()
        let layout = try Reading.layout(file)
        var dice = Dice(seed: Dice.seed ^ UInt64(file.count))
        for number in 0..<Self.cutsPerFile {
            let cut = RandomCut(&dice, in: layout.duration, number: number)
            try check(cut, source, file, layout)
        }
    }

    private func check(_ cut: RandomCut, _ source: Source, _ file: [UInt8], _ layout: Layout) throws {
        let format = layout.parts[0].format
        let first = cut.sample(cut.start, format.sampleRate)
        let wanted = cut.sample(cut.length, format.sampleRate)
        switch CutPlan.make(layout, start: cut.start, length: cut.length) {
        case .pastEnd, .tooManyChanges:
            Issue.record("\(source.name) \(cut) is not cut")
        case .reencode(let plan):
            #expect(plan.reason == .withinOneFrame && wanted <= format.samplesPerFrame, "\(source.name) \(cut)")
        case .lossless(let plan):
            let clip = try Reading.cut(plan, file)
            let published = clip.bytes(.published)
            #expect(plan.range.count <= published.count * 105 / 100 + 8192, "\(source.name) \(cut)")
            for decoder in Decoder.allCases {
                let whole = try decoder.whole(source)
                let sampleBytes = 2 * format.channels
                let end = min(first + wanted, try Files.size(whole) / sampleBytes)
                let truth = try Files.read(whole, first * sampleBytes..<end * sampleBytes)
                let difference = Difference(try decoder.samples(published), truth, channels: format.channels)
                #expect(difference.isNone, "\(source.name) \(cut) by \(decoder): \(difference)")
                #expect(clip.sampleCount == end - first, "\(source.name) \(cut)")
            }
        }
    }
}

struct RandomCut: CustomStringConvertible {
    let start: Duration
    let length: Duration

    init(_ dice: inout Dice, in duration: Duration, number: Int) {
        let whole = Int(duration / .milliseconds(1))
        let length =
            switch dice.next() % 4 {
            case 0: 1 + Int(dice.next() % 100)
            case 1: 15_000
            default: 1 + Int(dice.next() % 30_000)
            }
        let start =
            switch number % 4 {
            case 0: [0, 7, 25, 1_000][Int(dice.next() % 4)]
            case 1: max(0, whole - 1 - Int(dice.next() % 20_000))
            default: Int(dice.next() % UInt64(max(1, whole)))
            }
        self.start = .milliseconds(start)
        self.length = .milliseconds(length)
    }

    /// ⌊t · rate + 1/2⌋ for whole milliseconds, worked out apart from the code under test.
    func sample(_ time: Duration, _ rate: Int) -> Int {
        let milliseconds = Int(time / .milliseconds(1))
        return (milliseconds * rate * 2 + 1_000) / 2_000
    }

    var description: String { "[\(start) + \(length)]" }
}
