import Domain
import Testing
import Transcripts

@testable import ResolverService

/// Sentences of known times: what is expected was worked out by hand.
@Suite("where a clip's edges are moved to")
struct SnapChoiceTests {
    /// Sentences from 0 on, each 5 s long with a pause of 0.4 s behind it.
    private static let regular = (0..<24).map { (Int32($0) * 5_400, Int32($0) * 5_400 + 5_000) }

    private func breaks(_ sentences: [(Int32, Int32)], _ timing: Timing = .exact) -> [TranscriptBreak] {
        var breaks: [TranscriptBreak] = []
        var last: TimedPlace?
        for (start, end) in sentences {
            breaks.append(TranscriptBreak(end: last, start: TimedPlace(start, timing)))
            last = TimedPlace(end, timing)
        }
        return breaks + [TranscriptBreak(end: last, start: nil)]
    }

    private func choice(
        _ start: Int32, _ end: Int32, _ sentences: [(Int32, Int32)] = regular, by kind: Snap.Kind = .sentence,
        shift: Int32 = 4_000, longest: Int32 = 60_000, at moment: Int32? = nil, times timing: Timing = .exact
    ) throws -> SnapChoice {
        SnapChoice(
            asked: try #require(ClipWindow(startMs: start, endMs: end)),
            snap: try #require(Snap(kind, maxShiftMs: shift, momentMs: moment)), longestMs: longest,
            breaks: breaks(sentences, timing))
    }

    private func window(_ choice: SnapChoice) throws -> [Int32] {
        let window = try #require(choice.resolved).window
        return [window.startMs, window.endMs]
    }

    @Test("outwards to the sentences in which the edges lie")
    func outwards() throws {
        // 12,000 lies in the sentence from 10,800, and 30,000 in the one to 32,000.
        let found = try #require(try choice(12_000, 30_000).resolved)
        #expect((found.window.startMs, found.window.endMs) == (10_800, 32_000))
        #expect(found.edges.snapped.kind == .sentence && found.edges.snapped.basis == .exact)
        #expect(found.edges.start == 10_650...10_950 && found.edges.end == 31_850...32_150)
        let estimated = try #require(try choice(12_000, 30_000, times: .estimated).resolved)
        #expect(estimated.edges.snapped.basis == .estimated)
        #expect(estimated.edges.start == 10_300...11_300 && estimated.edges.end == 31_500...32_500)
    }

    @Test("an edge that lies in a pause belongs to the sentence that it was asked with")
    func pauses() throws {
        // 10,600 lies between the sentence to 10,400 and that from 10,800; 21,400 between 21,200 and 21,600.
        #expect(try window(choice(10_600, 21_400)) == [10_800, 21_200])
        // Already right.
        #expect(try window(choice(10_800, 21_200)) == [10_800, 21_200])
    }

    @Test("never farther than the bound: such an edge stays, is left to the sound, and the answer says so")
    func bound() throws {
        let found = try #require(try choice(12_000, 30_000, shift: 1_500).resolved)
        #expect((found.window.startMs, found.window.endMs) == (10_800, 30_000))
        #expect(found.edges.snapped.kind == .silence && found.edges.snapped.basis == .estimated)
        // Not even by the sound.
        #expect(found.edges.start == 10_650...10_950 && found.edges.end == 29_500...30_500)
        let none = try #require(try choice(12_000, 30_000, shift: 0).resolved)
        #expect(none.edges.start == 12_000...12_000 && none.edges.end == 30_000...30_000)
        let near = try #require(try choice(12_000, 30_000, shift: 1_250).resolved)
        #expect(near.edges.start == 10_750...10_950)
    }

    @Test("never longer than the longest clip: then inwards, to the last sentence that fits")
    func longest() throws {
        // Outwards it would be 10,800 to 32,000.
        #expect(try window(choice(12_000, 30_000, longest: 20_000)) == [10_800, 26_600])
        // With the earliest start no end within the bound fits, with the next one.
        #expect(try window(choice(14_000, 30_000, shift: 3_300, longest: 16_000)) == [16_200, 32_000])
        // No two places that fit are in reach.
        let found = try #require(try choice(12_000, 30_000, shift: 2_500, longest: 18_000).resolved)
        #expect((found.window.startMs, found.window.endMs) == (12_000, 30_000))
        #expect(found.edges.snapped.kind == .silence)
        #expect(found.edges.start.lowerBound == 12_000 && found.edges.end.upperBound == 30_000)
    }

    @Test(
        "whatever is asked, no edge is farther than the bound, and no clip longer than may be",
        arguments: [Snap.Kind.sentence, .chunk, .silence])
    func invariants(kind: Snap.Kind) throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var sentences: [(Int32, Int32)] = []
            var at = Int32.random(in: 0...3_000, using: &random)
            while at < 150_000 {
                let end = at + .random(in: 300...14_000, using: &random)
                sentences.append((at, end))
                at = end + .random(in: 0...1_500, using: &random)
            }
            let start = Int32.random(in: 0...90_000, using: &random)
            let length = Int32.random(in: 1...60_000, using: &random)
            let shift = Int32.random(in: 0...10_000, using: &random)
            let isAround = Bool.random(using: &random)
            let moment = isAround ? start + length / 2 : nil
            let choice = try choice(
                start, start + length, sentences, by: kind, shift: shift, at: moment,
                times: Bool.random(using: &random) ? .exact : .estimated)
            let (window, edges) = try #require(choice.resolved)
            #expect(edges.start.contains(window.startMs) && edges.end.contains(window.endMs))
            #expect(edges.start.upperBound < edges.end.lowerBound)
            #expect(edges.end.upperBound - edges.start.lowerBound <= (isAround ? length : max(60_000, length)))
            #expect(edges.start.lowerBound >= max(0, start - shift) && edges.end.upperBound <= start + length + shift)
            if !isAround {
                #expect(edges.start.upperBound <= start + shift && edges.end.lowerBound >= start + length - shift)
            }
        }
    }

    @Test("around a moment: its sentence, and those around it for which there is room")
    func moment() throws {
        // The sentence from 43,200 to 48,200, with 5 s wanted at most; with 11 s the nearer neighbour.
        #expect(try window(choice(42_500, 48_000, at: 45_300)) == [43_200, 48_200])
        #expect(try window(choice(39_500, 50_500, at: 45_000)) == [37_800, 48_200])
        #expect(try window(choice(40_500, 51_500, at: 47_000)) == [43_200, 53_600])
        // In the pause before a sentence it means the next one.
        #expect(try window(choice(40_300, 46_000, at: 43_100)) == [43_200, 48_200])
        let found = try #require(try choice(39_500, 50_500, at: 45_000).resolved)
        #expect(found.edges.end.upperBound - found.edges.start.lowerBound <= 11_000)
    }

    @Test("of a sentence that is longer than what is wanted, what lies around the moment")
    func longSentence() throws {
        let sentences: [(Int32, Int32)] = [(0, 4_000), (5_000, 65_000), (66_000, 70_000)]
        let found = try #require(try choice(20_000, 30_000, sentences, at: 25_000).resolved)
        #expect((found.window.startMs, found.window.endMs) == (20_000, 30_000))
        #expect(found.edges.snapped.kind == .silence)
        #expect(try window(choice(1_000, 11_000, sentences, at: 6_000)) == [5_000, 11_000])
    }

    @Test("by sound alone nothing of a transcript is looked at")
    func silence() throws {
        let found = try #require(try choice(12_000, 30_000, by: .silence).resolved)
        #expect((found.window.startMs, found.window.endMs) == (12_000, 30_000))
        #expect(found.edges.start == 11_500...12_500 && found.edges.end == 29_500...30_500)
        #expect(found.edges.snapped.kind == .silence && found.edges.snapped.basis == .estimated)
    }

    @Test("a clip of a few milliseconds keeps a beginning and an end")
    func short() throws {
        for length in Int32(1)...12 {
            let found = try #require(try choice(12_000, 12_000 + length, by: .silence).resolved)
            #expect(found.edges.start.upperBound < found.edges.end.lowerBound)
        }
    }
}
