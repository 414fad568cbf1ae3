import Glibc
import MP3
import MP3Corpus
import Synchronization
import Testing

@testable import CutterService

/// Random files, starts and lengths over the whole corpus. `scripts/exactness` runs this alone with many more cuts.
///
/// `CUTROOM_CUTS` says how many, `CUTROOM_SEED` repeats a run, and `CUTROOM_CUT` makes one of its cuts alone.
@Suite("Random cuts")
struct RandomCutTests {
    static let count = Dice.number("CUTROOM_CUTS") ?? 100

    /// The file whose decoded samples are the truth is another one where decoders go astray in the file itself.
    private static let files: [(source: Source, truth: Source)] =
        Corpus.plain.map { ($0, $0) } + [
            (Nasty.junk, Corpus.v2), (Nasty.picture, Corpus.cbr128), (Nasty.tails, Corpus.cbr128),
            (Nasty.lyrics, Corpus.v5), (Nasty.truncated, Nasty.truncated), (Nasty.switching, Nasty.switching),
            (Nasty.truncatedConstant, Nasty.truncatedConstant), (Nasty.vbri, Corpus.untagged),
        ]

    private struct Tally {
        var lossless = 0
        var encoded = 0
        var decodings = 0
        var differing = 0
    }

    @Test("anywhere in any file are the source's own sound to the sample")
    func anywhere() async throws {
        let tally = Mutex(Tally())
        let numbers = Dice.number("CUTROOM_CUT").map { [$0] } ?? Array(0..<Self.count)
        try await CuttingRoom.each(of: numbers) { number in
            let compared = try await Self.one(number)
            tally.withLock {
                $0.lossless += compared.lossless
                $0.encoded += compared.encoded
                $0.decodings += compared.decodings
                $0.differing += compared.differing
            }
            if Self.count > 200, number % 100 == 99 {
                print("\(number + 1) of \(Self.count) cuts")
                fflush(nil)
            }
        }
        let sum = tally.withLock { $0 }
        print(
            "random cuts: \(sum.lossless) lossless, \(sum.encoded) encoded again, \(sum.decodings) decodings compared, "
                + "\(sum.differing) differ; CUTROOM_SEED=\(Dice.seed)")
        #expect(sum.decodings > 0 && (sum.lossless > 0 || numbers.count == 1), "nothing was compared")
    }

    private static func one(_ number: Int) async throws -> Tally {
        var dice = Dice(seed: Dice.seed &+ UInt64(number) &* 1_000_003)
        let (source, truth) = files[Int(dice.next() % UInt64(files.count))]
        let layout = try Reading.layout(try source.bytes())
        let cut = RandomCut(&dice, in: layout.duration, number: Int(dice.next() % 4))
        let format = layout.parts[0].format
        let clip = try await CuttingRoom.clip(
            of: source.path, Int(cut.start / .milliseconds(1)), Int(cut.length / .milliseconds(1)))
        var tally = Tally()
        let first = cut.sample(cut.start, format.sampleRate)
        let wanted = cut.sample(cut.length, format.sampleRate)
        // A clip that begins just before the end of its file has only what is left.
        let left = cut.sample(layout.duration, format.sampleRate) - first
        let isLossless = clip.exact == .sample
        let repeating = "CUTROOM_SEED=\(Dice.seed) CUTROOM_CUT=\(number) scripts/exactness"
        // Encoded again only inside a single frame, of whose few samples an encoder makes others: as many they have to be.
        #expect(
            isLossless || min(wanted, left) <= format.samplesPerFrame,
            "\(source.name) \(cut) is not lossless: \(repeating)")
        tally.lossless = isLossless ? 1 : 0
        tally.encoded = isLossless ? 0 : 1
        for decoder in Decoder.allCases {
            let difference = try await Work.value {
                let whole = try decoder.whole(truth)
                let bytes = format.channels * 2
                // The decoders make something of half a frame at the end, too.
                let isCutOff = source.name.hasPrefix("nasty-truncated")
                let last = isCutOff ? layout.frames * format.samplesPerFrame - layout.skip : .max
                let end = min(first + wanted, last, try Files.size(whole) / bytes)
                let heard = try decoder.samples(clip.bytes)
                // LAME's 47 samples and fewer stay 47.
                let count = max(47, end - first) * bytes
                let samples =
                    isLossless
                    ? try Files.read(whole, first * bytes..<end * bytes)
                    : heard.prefix(count) + [UInt8](repeating: 0, count: max(0, count - heard.count))
                return Difference(heard, samples, channels: format.channels)
            }
            tally.decodings += 1
            if !difference.isNone { tally.differing += 1 }
            #expect(difference.isNone, "\(source.name) \(cut) by \(decoder): \(difference). Again: \(repeating)")
        }
        return tally
    }
}
