import MP3
import MP3Corpus
import Testing

@testable import CutterService

/// Files put together from others, as inserted advertisements make them. Truth: each file decoded alone.
@Suite("An exact cut of a joined file")
struct JoinedFileTests {
    /// Where a file's sample 0 sounds in the joined one, in ticks of 1/14,112,000 s.
    private struct Piece {
        let source: Source
        let format: FrameFormat
        let zero: Int
        /// How much of it is safe from its neighbours, in milliseconds.
        let length: Int
    }

    private func pieces() throws -> [Piece] {
        var pieces: [Piece] = []
        var origin = 0
        for (number, source) in Nasty.joinedParts.enumerated() {
            let bytes = try source.bytes()
            let format = try source.format
            let tick = 14_112_000 / format.sampleRate
            let skip = try Reading.layout(bytes).skip
            let isFirst = number == 0
            let frames = Surgery.frames(bytes).count - (isFirst ? 1 : 0)
            if isFirst { origin -= skip * tick }
            // All but the first begin with their own tag frame, which sounds here as silence.
            let zero = origin + ((isFirst ? 0 : format.samplesPerFrame) + skip) * tick
            origin += frames * format.samplesPerFrame * tick
            pieces.append(Piece(source: source, format: format, zero: zero, length: (origin - zero) / 14_112 - 100))
        }
        return pieces
    }

    @Test("7 · each part sounds as it did alone, to the sample")
    func insideParts() async throws {
        _ = try Nasty.joined.bytes()
        var dice = Dice(seed: Dice.seed)
        for piece in try pieces() {
            for _ in 0..<3 {
                let start = piece.zero / 14_112 + 2 + Int(dice.next() % UInt64(piece.length - 4_100))
                let length = 100 + Int(dice.next() % 4_000)
                let clip = try await CuttingRoom.clip(of: Nasty.joined.path, start, length)
                #expect(clip.exact == .sample)
                let tick = 14_112_000 / piece.format.sampleRate
                let first = (start * 14_112 - piece.zero + tick / 2) / tick
                let count = Comparison.sample(length, piece.format.sampleRate)
                try await Work.run {
                    let bytes = piece.format.channels * 2
                    for decoder in Decoder.allCases {
                        let whole = try decoder.whole(piece.source)
                        let truth = try Files.read(whole, first * bytes..<(first + count) * bytes)
                        let difference = Difference(
                            try decoder.samples(clip.bytes), truth, channels: piece.format.channels)
                        #expect(difference.isNone, "\(piece.source.name) at \(start) + \(length): \(difference)")
                    }
                }
            }
        }
    }

    @Test("7 · across a change of format a clip is as long as asked, and everything where it was within 2 ms")
    func acrossParts() async throws {
        _ = try Nasty.joined.bytes()
        let pieces = try pieces()
        for joint in 2..<pieces.count {
            let (before, after) = (pieces[joint - 1], pieces[joint])
            let start = after.zero / 14_112 - 2_500
            let clip = try await CuttingRoom.clip(of: Nasty.joined.path, start, 5_000)
            #expect(clip.exact == .reencoded)
            try await Work.run {
                let got = try Decoder.monoAt48k(clip.bytes)
                #expect(abs(got.count / 2 - 5 * 48_000) <= 2, "\(got.count / 2)")
                for (piece, from) in [(before, 300), (after, 2_800)] {
                    let alone = try Decoder.monoAt48k(try piece.source.bytes())
                    // `from` milliseconds into the clip, in the piece's own samples at 48 kHz.
                    let at = (start + from) * 48 - piece.zero / 294
                    let shift = Shift.best(
                        Array(got[from * 96..<(from + 1_000) * 96]),
                        in: Array(alone[(at - Shift.reach) * 2..<(at + 48_000 + Shift.reach) * 2]))
                    #expect(abs(shift) <= 96, "\(piece.source.name): \(shift) samples of 48 kHz")
                }
            }
        }
    }
}
