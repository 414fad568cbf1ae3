import Testing

@testable import MP3

/// Files that chance has bent. `CUTROOM_MUTATIONS` says how many, `CUTROOM_SEED` repeats a run.
@Suite("Bent files")
struct MutationTests {
    static let count = Dice.number("CUTROOM_MUTATIONS") ?? 500

    @Test("end in a clip or in a named failure, and parallel scans agree")
    func bent() async throws {
        try await Work.run {
            let seconds = 5
            let sources = [
                Source.lame("fuzz-v5", seconds: seconds, "-V", "5"), .lame("fuzz-128", seconds: seconds, "-b", "128"),
                .lame("fuzz-crc", seconds: seconds, "-b", "64", "-p", "-m", "m"),
                .lame("fuzz-22k", seconds: seconds, "-V", "6", "--resample", "22.05"),
                .lame("fuzz-8k", seconds: seconds, "-b", "8", "--resample", "8"),
                .lame("fuzz-untagged", seconds: seconds, "-V", "3", "-t"),
            ]
            let files = try sources.map { try $0.bytes() }
            var tally: [String: Int] = [:]
            for number in 0..<Self.count {
                var dice = Dice(seed: Dice.seed &+ UInt64(number))
                let file = Mutation.bend(files, &dice)
                let outcome = try attempt(file, &dice)
                if number % 2 == 0 { _ = try? scanned(file, &dice) }
                tally[outcome, default: 0] += 1
            }
            print("outcomes: \(tally.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value)" })")
            #expect(tally["clip", default: 0] > Self.count / 4)
        }
    }

    private func attempt(_ file: [UInt8], _ dice: inout Dice) throws -> String {
        let start = Duration.milliseconds(Int(dice.next() % 6_000))
        let length = Duration.milliseconds(1 + Int(dice.next() % 3_000))
        do {
            let layout = try Reading.layout(file)
            do {
                return try cut(layout, file, start, length)
            } catch CutFault.layoutDisproved where layout.isProvenConstant {
                return "again: " + (try cut(try scanned(file, &dice), file, start, length))
            }
        } catch let refusal as MP3Refusal {
            return refusal.slug
        } catch let fault as CutFault {
            return fault.slug
        }
    }

    /// A layout found in one piece, the same found in several, and the same from its stored form.
    private func scanned(_ file: [UInt8], _ dice: inout Dice) throws -> Layout {
        let layout = try Reading.layout(file, chunk: 1 + Int(dice.next() % 20_000), alwaysScans: true)
        let ranges = 1 + Int(dice.next() % 6)
        let parallel = try Reading.layout(file, ranges: ranges, shortest: 1, chunk: 7_777, alwaysScans: true)
        #expect(parallel.parts == layout.parts)
        #expect(parallel.findings == layout.findings)
        #expect(try Layout(decoding: layout.encoded()) == layout)
        return parallel
    }

    private func cut(_ layout: Layout, _ file: [UInt8], _ start: Duration, _ length: Duration) throws -> String {
        switch CutPlan.make(layout, start: start, length: length) {
        case .pastEnd: return "past-end"
        case .tooManyChanges: return "too-many-changes"
        case .lossless(let plan):
            let clip = try Reading.cut(plan, file)
            #expect((0...4095).contains(clip.delay) && (0...4095).contains(clip.padding))
            let published = clip.bytes(.published)
            // The clip is an MP3 whose frames fill it from the first byte to the last.
            let frames = Surgery.frames(published)
            #expect(frames.count == clip.frames + 1)
            return "clip"
        case .reencode(let plan):
            _ = try plan.cut(Array(file[plan.range]))
            return plan.reason.rawValue
        }
    }
}

enum Mutation {
    /// One to four changes: flipped bits, bytes of chance, pieces cut out, repeated, moved between files, or cut off.
    static func bend(_ files: [[UInt8]], _ dice: inout Dice) -> [UInt8] {
        var file = files[Int(dice.next() % UInt64(files.count))]
        if dice.next() % 4 == 0 { file += files[Int(dice.next() % UInt64(files.count))] }
        for _ in 0...dice.next() % 4 {
            guard file.count > 8 else { break }
            let at = place(&dice, file.count)
            let length = 1 + Int(dice.next() % 3_000)
            let piece = at..<min(file.count, at + length)
            switch dice.next() % 9 {
            case 0: for _ in 0..<8 { file[place(&dice, file.count)] ^= 1 << UInt8(dice.next() % 8) }
            case 1: file[at] = UInt8(truncatingIfNeeded: dice.next())
            case 2: file.replaceSubrange(piece, with: dice.bytes(piece.count))
            case 3: file.removeSubrange(piece)
            case 4: file.insert(contentsOf: file[piece], at: place(&dice, file.count))
            case 5: file.removeLast(Int(dice.next() % UInt64(file.count)))
            case 6:
                let other = files[Int(dice.next() % UInt64(files.count))]
                let from = place(&dice, other.count)
                file.insert(contentsOf: other[from..<min(other.count, from + length * 4)], at: at)
            case 7:
                file.replaceSubrange(piece, with: [UInt8](repeating: UInt8(dice.next() % 2) * 255, count: piece.count))
            default:
                let tags = [
                    Surgery.id3v2(dice.bytes(Int(dice.next() % 5_000))), Surgery.id3v1(), Surgery.ape(dice.bytes(50)),
                    Surgery.lyrics3v2("la"), Array("ID3".utf8) + [3, 0, 0, 127, 127, 127, 127],
                ]
                file.insert(contentsOf: tags[Int(dice.next() % 5)], at: [0, at, file.count][Int(dice.next() % 3)])
            }
        }
        return file
    }

    /// The first frames are hit more often than their share.
    private static func place(_ dice: inout Dice, _ count: Int) -> Int {
        Int(dice.next() % UInt64(dice.next() % 3 == 0 ? min(count, 600) : count))
    }
}
