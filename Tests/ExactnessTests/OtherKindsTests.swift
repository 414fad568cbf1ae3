import Domain
import Glibc
import MP3Corpus
import Synchronization
import Testing

@testable import CutterService

/// Random cuts of every kind of source that is decoded, compared with the source decoded whole.
///
/// `CUTROOM_KIND_CUTS` says how many of each kind, `CUTROOM_SEED` repeats a run.
@Suite("Random cuts of what is decoded")
struct OtherKindsTests {
    private static let count = Dice.number("CUTROOM_KIND_CUTS") ?? 2

    @Test("begin and end where they should, whatever the kind", arguments: OtherKind.all)
    func anywhere(kind: OtherKind) async throws {
        let truth = try await Work.value {
            _ = try kind.source.bytes()
            return try kind.truth()
        }
        let compared = Atomic(0)
        try await CuttingRoom.each(of: Array(0..<Self.count)) { number in
            if try await Self.one(kind, number, truth) { compared.add(1, ordering: .relaxed) }
        }
        let total = compared.load(ordering: .relaxed)
        print("random cuts of \(kind): \(total) of \(Self.count) compared with the sound; CUTROOM_SEED=\(Dice.seed)")
        #expect(total > 0, "nothing of \(kind) was compared")
    }

    @Test("refuse what begins behind the end", arguments: OtherKind.all)
    func pastEnd(kind: OtherKind) async throws {
        _ = try await Work.value { try kind.source.bytes() }
        do {
            _ = try await CuttingRoom.clip(of: kind.source.path, 62_100, 5_000, as: .wav)
            Issue.record("a clip behind the end of \(kind)")
        } catch let fault as ClipFault {
            #expect(fault.reason == .startPastEnd, "\(kind): \(fault)")
            guard let end = fault.episodeDuration.map({ $0 / .seconds(1) }) else {
                #expect(!kind.tellsItsLength, "\(kind)")
                return
            }
            #expect(abs(end - 60) < 2.1, "\(kind): \(end)")
        }
    }

    /// - Returns: whether there was sound enough to find its place by.
    private static func one(_ kind: OtherKind, _ number: Int, _ truth: [UInt8]) async throws -> Bool {
        var dice = Dice(seed: Dice.seed &+ UInt64(number) &* 1_000_003)
        let total = truth.count / 2
        // The first of each are where it is difficult: at the beginning, and across what lies at 20 to 25 s.
        let start =
            switch number {
            case 0: [0, 7, 1_100][Int(dice.next() % 3)]
            case 1: 18_000 + Int(dice.next() % 8_000)
            default: Int(dice.next() % UInt64(total / 48 - 200))
            }
        let length = 200 + Int(dice.next() % 9_800)
        let format: ClipFormat = number % 3 == 2 ? .mp3 : .wav
        let clip = try await CuttingRoom.clip(of: kind.source.path, start, length, as: format)
        return try await Work.value {
            var got = try Decoder.monoAt48k(clip.bytes)
            for at in kind.uncompared.joined() where got.indices.contains(2 * (at - start * 48) + 1) {
                (got[2 * (at - start * 48)], got[2 * (at - start * 48) + 1]) = (0, 0)
            }
            let wanted = min(length * 48, total - start * 48)
            let place = "\(kind) [\(start) ms + \(length) ms] as \(format); again: CUTROOM_SEED=\(Dice.seed)"
            let extra = got.count / 2 - wanted
            #expect(abs(extra) <= kind.tolerance + 2, "\(place): \(extra) samples too many")
            #expect(
                abs(Int(clip.durationMs) * 48 - got.count / 2) <= 48 + 2, "\(place): it tells \(clip.durationMs) ms")
            // Beginning and end by themselves: a gap between them must not move the end.
            var compared = false
            let stretch = min(wanted, got.count / 2) / 2
            for from in [0, min(wanted, got.count / 2) - stretch] {
                guard let match = Match(got, from..<from + stretch, in: truth, at: start * 48 + from) else { continue }
                compared = true
                #expect(
                    abs(match.late) <= kind.tolerance + 1 && match.difference < 0.5,
                    "\(place): from \(from) \(match.late) samples late, \(match.difference) different")
            }
            return compared
        }
    }
}

/// Where a stretch of sound stands in another, and how much of it is something else.
private struct Match {
    let late: Int
    /// The mean difference by the mean amplitude; two unrelated sounds have more than 1.
    let difference: Double

    /// - Returns: nil if the stretch is silent in both.
    init?(_ got: [UInt8], _ stretch: Range<Int>, in truth: [UInt8], at place: Int) {
        let reach = 600
        let heard = got.withUnsafeBytes { $0.bindMemory(to: Int16.self)[stretch].map(Int.init) }
        let around = truth.withUnsafeBytes { bytes -> [Int] in
            let samples = bytes.bindMemory(to: Int16.self)
            return (place - reach..<place + heard.count + reach).map {
                samples.indices.contains($0) ? Int(samples[$0]) : 0
            }
        }
        let amplitude = max(heard.reduce(0) { $0 + abs($1) }, around.reduce(0) { $0 + abs($1) }) / max(1, heard.count)
        guard amplitude > 20 else { return nil }
        let step = max(1, heard.count / 2_000)
        var best = (late: 0, error: Int.max)
        heard.withUnsafeBufferPointer { heard in
            around.withUnsafeBufferPointer { around in
                for late in -reach...reach {
                    var error = 0
                    for at in stride(from: 0, to: heard.count, by: step) {
                        error &+= abs(heard[at] &- around[at &+ reach &- late])
                    }
                    if error < best.error { best = (late, error) }
                }
            }
        }
        late = best.late
        let counted = (heard.count + step - 1) / step
        difference = Double(best.error) / Double(max(1, counted)) / Double(amplitude)
    }
}
