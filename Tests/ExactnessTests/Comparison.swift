import Domain
import MP3
import MP3Corpus
import Testing

@testable import CutterService

/// One clip beside the same samples of its source, by two decoders.
struct Comparison: Sendable {
    let source: Source
    /// Milliseconds.
    let start: Int
    let length: Int

    /// ⌊t · rate + 1/2⌋ for whole milliseconds, worked out apart from the code under test.
    static func sample(_ milliseconds: Int, _ rate: Int) -> Int { (milliseconds * rate * 2 + 1_000) / 2_000 }

    /// Makes the clip and compares it: not a sample more or less, and no sample that differs by more than one step of 16
    /// bits.
    ///
    /// - Parameters:
    ///   - truth: the file whose decoded samples the clip must have; nil: its own source.
    ///   - upTo: the sample behind the last; nil: where the decoded truth ends.
    ///   - decoders: those whose decoding of the whole truth is right.
    func check(
        truth: Source? = nil, format: FrameFormat? = nil, upTo limit: Int? = nil,
        decoders: [Decoder] = Decoder.allCases,
        exact: Exactness = .sample
    ) async throws {
        let clip = try await CuttingRoom.clip(of: source.path, start, length)
        #expect(clip.exact == exact, "\(self)")
        try await Work.run {
            let format = try format ?? source.format
            let bytes = format.channels * 2
            let first = Self.sample(start, format.sampleRate)
            for decoder in decoders {
                let whole = try decoder.whole(truth ?? source)
                let last = try limit ?? Files.size(whole) / bytes
                let end = min(first + Self.sample(length, format.sampleRate), last)
                let wanted = try Files.read(whole, first * bytes..<end * bytes)
                #expect(!wanted.isEmpty, "\(self): nothing to compare")
                let difference = Difference(try decoder.samples(clip.bytes), wanted, channels: format.channels)
                #expect(difference.isNone, "\(self) by \(decoder): \(difference)")
            }
        }
    }
}

extension Comparison: CustomStringConvertible {
    var description: String { "\(source.name) [\(start) ms + \(length) ms]" }
}
