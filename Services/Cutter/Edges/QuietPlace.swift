/// Finds where a stretch of sound is quiet: the middle of the longest part of it that is as quiet as its quietest 30 ms.
///
/// As quiet means within 6 dB, or below −80 dB of full scale: noise is never the same twice, and the closure before a "t" is as
/// quiet as the pause between two sentences, but shorter.
enum QuietPlace {
    /// What is measured is the mean square of so many hops.
    private static let hopMs = 5
    private static let hops = 6
    private static let asQuiet = 4.0
    private static let inaudible = 1e-8

    /// - Parameters:
    ///   - sound: with at least 15 ms more on both sides of `range`, or as much as there is.
    ///   - startMs: when its first sample sounds.
    ///   - range: in which the place may lie, in milliseconds.
    ///   - near: of several parts that are equally long, the one nearest to it.
    /// - Returns: nil if there are no 30 ms of sound whose middle lies in `range`.
    static func ms(
        in sound: FFmpegSound, startingAt startMs: Int32, within range: ClosedRange<Int32>, near: Int32
    ) -> Int32? {
        let energies = energies(of: sound)
        guard energies.count >= hops else { return nil }
        var frames: [(ms: Int32, energy: Double)] = []
        for first in 0...(energies.count - hops) {
            let middle = Int64(startMs) + Int64((first + hops / 2) * hopMs)
            guard let ms = Int32(exactly: middle), range.contains(ms) else { continue }
            frames.append((ms, energies[first..<first + hops].reduce(0, +) / Double(hops)))
        }
        guard let least = frames.map(\.energy).min() else { return nil }
        let most = max(least * asQuiet, inaudible)
        var best: ArraySlice<(ms: Int32, energy: Double)> = []
        for part in frames.split(whereSeparator: { $0.energy > most }) {
            let isLonger = part.count > best.count
            if isLonger || part.count == best.count && distance(part, near) < distance(best, near) { best = part }
        }
        return middle(best)
    }

    private static func middle(_ part: ArraySlice<(ms: Int32, energy: Double)>) -> Int32? {
        guard let first = part.first, let last = part.last else { return nil }
        return Int32((Int64(first.ms) + Int64(last.ms)) / 2)
    }

    private static func distance(_ part: ArraySlice<(ms: Int32, energy: Double)>, _ near: Int32) -> Int64 {
        middle(part).map { abs(Int64($0) - Int64(near)) } ?? .max
    }

    /// The mean square of each hop, over all channels.
    private static func energies(of sound: FFmpegSound) -> [Double] {
        let count = sound.count * 1000 / (sound.rate * hopMs)
        return sound.samples.withUnsafeBytes { bytes in
            (0..<count).map { hop in
                let from = hop * hopMs * sound.rate / 1000 * sound.channels
                let to = (hop + 1) * hopMs * sound.rate / 1000 * sound.channels
                var sum = 0.0
                for place in from..<to {
                    let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self))
                    let sample = Double(Float(bitPattern: bits))
                    // What is no number is no sound either.
                    if sample.isFinite { sum += sample * sample }
                }
                return sum / Double(max(1, to - from))
            }
        }
    }
}
