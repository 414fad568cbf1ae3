import MP3Corpus
import Testing

@testable import MP3

/// Bytes in the middle of a file of proven constant bitrate are replaced by others, as a download with a hole does it.
/// Truth is the file as it was: nothing behind the damage has moved.
@Suite("Damage in a file of constant bitrate")
struct DamageTests {
    /// What stands in place of 240 frames, of which the last is hit in its middle.
    enum Damage: String, CaseIterable, Sendable {
        case zeros, chance, tag, others

        func bytes(_ count: Int) throws -> [UInt8] {
            var dice = Dice(seed: 77)
            switch self {
            case .zeros: return [UInt8](repeating: 0, count: count)
            case .chance: return dice.bytes(count)
            case .tag: return Surgery.id3v2(dice.bytes(count - 10))
            // Frames of half the bitrate: twice as many where the arithmetic has room for so many.
            case .others: return Array(try Nasty.mono64.bytes().dropFirst(2_000).prefix(count))
            }
        }
    }

    private static let first = 700
    private static let count = 240

    private static func damaged(_ damage: Damage) throws -> (file: [UInt8], good: [UInt8]) {
        let good = try Corpus.cbr128.bytes()
        let frames = Surgery.frames(good)
        // Frame 0 of the audio is the second in the file.
        let hole = frames[first + 1]..<frames[first + count] + 200
        var file = good
        file.replaceSubrange(hole, with: try damage.bytes(hole.count))
        return (file, good)
    }

    /// When the hole begins and ends, in samples of the sound; frame n holds the samples from n · 1152 − 1105 on.
    private static let hole = first * 1152 - 1105..<(first + count) * 1152 - 1105

    private static func cut(_ file: [UInt8], _ start: Duration, _ length: Duration) throws -> LosslessClip {
        let layout = try Reading.layout(file)
        #expect(layout.isProvenConstant)
        guard case .lossless(let plan) = CutPlan.make(layout, start: start, length: length) else {
            throw Trial.Wrong(description: "no lossless plan")
        }
        return try Reading.cut(plan, file)
    }

    @Test(
        "moves nothing before it or behind it: those clips are the undamaged file's to the byte",
        arguments: Damage.allCases)
    func apart(damage: Damage) async throws {
        try await Work.run {
            let (file, good) = try Self.damaged(damage)
            var dice = Dice(seed: Dice.seed)
            for _ in 0..<30 {
                let length = 100 + Int(dice.next() % 5_000)
                // The hole is from 18.26 s to 24.52 s; a frame behind it may still miss what it has borrowed from there.
                let isBefore = dice.next() % 2 == 0
                let start = isBefore ? Int(dice.next() % UInt64(18_000 - length)) : 24_700 + Int(dice.next() % 30_000)
                let pair = try [file, good].map { try Self.cut($0, .milliseconds(start), .milliseconds(length)) }
                #expect(Files.areEqual(pair[0].bytes(.published), pair[1].bytes(.published)), "\(start) + \(length)")
                #expect(pair[0].missingFrames == 0)
            }
        }
    }

    @Test("passes as silence in a clip across it, and what is behind sounds when it should", arguments: Damage.allCases)
    func across(damage: Damage) async throws {
        try await Work.run {
            let (file, _) = try Self.damaged(damage)
            let clip = try Self.cut(file, .seconds(15), .seconds(15))
            #expect(clip.missingFrames == Self.count && clip.duration == .seconds(15))
            for decoder in Decoder.allCases {
                let heard = try decoder.samples(clip.bytes(.published))
                let whole = try decoder.whole(Corpus.cbr128)
                let wanted = try Files.read(whole, 15 * 44_100 * 4..<30 * 44_100 * 4)
                #expect(heard.count == wanted.count)
                // Two frames before the hole may miss their second half, five behind it what they have borrowed.
                let before = ..<((Self.hole.lowerBound - 15 * 44_100 - 2 * 1152) * 4)
                let behind = ((Self.hole.upperBound - 15 * 44_100 + 5 * 1152) * 4)...
                let silent =
                    (Self.hole.lowerBound - 15 * 44_100 + 3 * 1152) * 4..<(Self.hole.upperBound - 15 * 44_100) * 4
                #expect(Difference(Array(heard[before]), Array(wanted[before]), channels: 2).isNone, "\(decoder)")
                #expect(Difference(Array(heard[behind]), Array(wanted[behind]), channels: 2).isNone, "\(decoder)")
                #expect(heard[silent].allSatisfy { $0 == 0 || $0 == 0xFF || $0 == 1 }, "\(decoder)")
            }
        }
    }

    @Test("a clip inside it is as long as asked, and silent")
    func inside() async throws {
        try await Work.run {
            let (file, _) = try Self.damaged(.zeros)
            let clip = try Self.cut(file, .seconds(20), .milliseconds(1_234))
            #expect(clip.missingFrames == clip.frames - (clip.frames - clip.missingFrames) && clip.missingFrames > 40)
            for decoder in Decoder.allCases {
                let heard = try decoder.samples(clip.bytes(.published))
                #expect(heard.count == 54_419 * 4, "\(decoder)")
                #expect(heard.allSatisfy { $0 == 0 }, "\(decoder)")
            }
        }
    }

    @Test("a single frame between two holes is kept, a header where no frame can begin is none")
    func lone() async throws {
        try await Work.run {
            var (file, good) = try Self.damaged(.zeros)
            let frames = Surgery.frames(good)
            let layout = try Reading.layout(file)
            guard case .lossless(let plan) = CutPlan.make(layout, start: .seconds(20), length: .seconds(2)) else {
                Issue.record("no lossless plan")
                return
            }
            let nobody = try plan.cut(Array(file[plan.range]))
            // A whole frame at its own place; and only a header, 100 bytes before one.
            let kept = frames[first + 1 + 100]..<frames[first + 1 + 101]
            file.replaceSubrange(kept, with: good[kept])
            file.replaceSubrange(frames[first + 131] - 100..<frames[first + 131] - 96, with: good[kept.prefix(4)])
            let clip = try plan.cut(Array(file[plan.range]))
            #expect(nobody.missingFrames - clip.missingFrames == 1)
        }
    }

    private var first: Int { Self.first }

    /// An encoder may choose otherwise which frames get the padding byte than the arithmetic thinks.
    @Test("frames that stand a byte beside their places are no damage")
    func drift() async throws {
        try await Work.run {
            // Without a bit reservoir, so that no frame's data lies in another.
            let good = try Corpus.nores.bytes()
            let frames = Surgery.frames(good)
            func isPadded(_ number: Int) -> Bool { good[frames[number] + 2] & 2 != 0 }
            let longer = (1_000..<1_100).filter { !isPadded($0) }.prefix(3)
            let shorter = (1_100..<1_200).filter(isPadded).prefix(3)
            #expect(longer.count == 3 && shorter.count == 3)
            var file: [UInt8] = []
            for (number, place) in frames.enumerated() {
                let end = number + 1 < frames.count ? frames[number + 1] : good.count
                var frame = Array(good[place..<end])
                if longer.contains(number) {
                    frame[2] |= 2
                    frame.append(0)
                } else if shorter.contains(number) {
                    frame[2] &= ~2
                    frame.removeLast()
                }
                file += frame
            }
            #expect(file.count == good.count)
            let index = try Reading.layout(file, alwaysScans: true)
            for start in stride(from: 24_000, to: 32_000, by: 333) {
                let clip = try Self.cut(file, .milliseconds(start), .milliseconds(700))
                guard
                    case .lossless(let plan) = CutPlan.make(
                        index, start: .milliseconds(start), length: .milliseconds(700))
                else { continue }
                #expect(clip.missingFrames == 0)
                #expect(Files.areEqual(clip.bytes(.published), try Reading.cut(plan, file).bytes(.published)))
            }
        }
    }

    @Test("an index that is wrong by a byte in a group of frames is disproved by a cut that reads over it")
    func wrongIndex() async throws {
        try await Work.run {
            let file = try Corpus.v2.bytes()
            let layout = try Reading.layout(file)
            guard case .indexed(let index) = layout.map, case .lossless(let plan) = Self.plan(layout) else {
                Issue.record("no lossless plan by an index")
                return
            }
            #expect(try plan.cut(Array(file[plan.range])).duration == .seconds(2))
            var run = index.runs[0]
            // Frame 1,200 sounds at 31.3 s, in the middle of the clip.
            run.spans[1_200 / index.spacing] += 1
            run.spans[1_200 / index.spacing + 1] -= 1
            let wrong = try Layout(
                source: layout.source, tag: layout.tag, findings: layout.findings, audio: layout.audio,
                map: .indexed(FrameIndex(spacing: index.spacing, runs: [run] + index.runs.dropFirst())))
            guard case .lossless(let plan) = Self.plan(wrong) else {
                Issue.record("no lossless plan")
                return
            }
            #expect(throws: CutFault.layoutDisproved) { try plan.cut(Array(file[plan.range])) }
        }
    }

    private static func plan(_ layout: Layout) -> CutPlan.Answer {
        CutPlan.make(layout, start: .milliseconds(30_300), length: .seconds(2))
    }
}
