import Domain
import Glibc
import MP3
import MP3Corpus
import TestStack
import Testing

@testable import CutterService

/// Clips of a few frames, opened by programs that are not told what they are.
///
/// `CUTROOM_SHORT_CLIPS` says how many; `scripts/exactness --short N` runs this alone. `CUTROOM_FFMPEGS`: the programs to open
/// them with, separated by colons, where there are others besides the ffmpeg in `PATH`.
@Suite("Short clips")
struct ShortClipTests {
    static let count = Dice.number("CUTROOM_SHORT_CLIPS") ?? 1_000
    /// As many files as one process opens; each takes a descriptor.
    private static let batch = 250

    private static let programs: [String] =
        getenv("CUTROOM_FFMPEGS").map { String(cString: $0).split(separator: ":").map(String.init) } ?? ["ffmpeg"]

    /// The frames, the tag and the silence are made as the cutter makes them (the next test compares), without a process of
    /// ffmpeg for each.
    @Test("are MP3 to ffmpeg beyond doubt, whatever they hold")
    func probed() async throws {
        let layouts = try await Work.value {
            try Corpus.plain.map { source in
                let bytes = try source.bytes()
                return (bytes, try Reading.layout(bytes))
            }
        }
        var made = 0
        var attempts = 0
        var least = Int.max
        while made < Self.count {
            let wanted = min(Self.batch, Self.count - made)
            let from = attempts
            let clips = try await Work.value {
                var clips: [[UInt8]] = []
                var number = from
                while clips.count < wanted {
                    if let clip = try Self.clip(number, of: layouts) { clips.append(clip) }
                    number += 1
                }
                return (clips, number)
            }
            attempts = clips.1
            let scores = try await Work.value { try Self.programs.flatMap { try Self.scores(of: clips.0, by: $0) } }
            #expect(
                scores.count == clips.0.count * Self.programs.count, "after \(made) clips; CUTROOM_SEED=\(Dice.seed)")
            least = min(least, scores.min() ?? 0)
            #expect(scores.allSatisfy { $0 > 50 }, "after \(made) clips; CUTROOM_SEED=\(Dice.seed)")
            made += clips.0.count
            if Self.count > 20_000, made % 10_000 < Self.batch {
                print("\(made) of \(Self.count) short clips")
                fflush(nil)
            }
        }
        print(
            "short clips: \(made) opened by \(Self.programs.count) ffmpegs, the least score is \(least); "
                + "CUTROOM_SEED=\(Dice.seed)")
    }

    /// - Returns: nil for a stretch inside a single frame, which is encoded.
    private static func clip(_ number: Int, of layouts: [([UInt8], Layout)]) throws -> [UInt8]? {
        var dice = Dice(seed: Dice.seed &+ UInt64(number) &* 1_000_003)
        let (file, layout) = layouts[Int(dice.next() % UInt64(layouts.count))]
        let start = Duration.milliseconds(Int(dice.next() % UInt64(layout.duration / .milliseconds(1))))
        let length = Duration.milliseconds(1 + Int(dice.next() % 130))
        guard case .lossless(let plan) = CutPlan.make(layout, start: start, length: length) else { return nil }
        let title = dice.next() % 4 == 0 ? nil : String(repeating: "Titel ", count: Int(dice.next() % 20))
        let tags = ClipTags(title: title, link: title.map { "https://example.org/?t=\($0.utf8.count)" })
        return FinishedFile.make(of: tags.id3 + (try Reading.cut(plan, file).bytes(.published)))
    }

    /// How sure one process of ffmpeg is that each of the files is an MP3, of 100; fewer if it can't open one.
    private static func scores(of clips: [[UInt8]], by program: String) throws -> [Int] {
        let folder = Files.unique("short")
        mkdir(folder, 0o700)
        defer {
            // Without an ending, by which ffmpeg would guess as well.
            for number in clips.indices { Files.remove("\(folder)/\(number)") }
            rmdir(folder)
        }
        var arguments = [program, "-v", "debug", "-nostdin", "-hide_banner"]
        for (number, clip) in clips.enumerated() {
            try Files.write(clip, to: "\(folder)/\(number)")
            arguments += ["-i", "\(folder)/\(number)"]
        }
        var words = ""
        // Without an output it always fails in the end.
        do { words = try Program.run(arguments) } catch let failure as Program.Failure { words = failure.complaint }
        let opened = words.split(separator: "\n").filter { $0.hasPrefix("Input #") }
        #expect(opened.allSatisfy { $0.contains(", mp3, from ") })
        #expect(
            opened.count == clips.count,
            "\(words.split(separator: "\n").last { $0.contains("Error opening input") || $0.contains("Invalid data") } ?? "")"
        )
        return words.split(separator: "\n").compactMap { line in
            guard let found = line.firstRange(of: "Format mp3 probed with size="),
                let score = line[found.upperBound...].split(separator: "=").last
            else { return nil }
            return Int(score)
        }
    }

    /// 103 ms at 8 kHz are 824 samples, and from 53.825 s on the last of them is the last of its frame.
    @Test("that end with a frame's last sample end there, though silent frames follow")
    func endOfFrame() async throws {
        let source = try #require(Corpus.plain.first { $0.name == "mpeg25-8k" })
        _ = try await Work.value { try source.bytes() }
        let clip = try await CuttingRoom.clip(of: source.path, 53_825, 103)
        let channels = try source.format.channels
        for decoder in Decoder.allCases {
            let samples = try await Work.value { try decoder.samples(clip.bytes) }
            #expect(samples.count == 824 * channels * 2, "by \(decoder)")
        }
    }

    /// Made the whole way, some inside a single frame and so encoded by LAME, and opened by both decoders.
    @Test("as the cutter makes them play as long as asked, and ffmpeg is as sure of them")
    func published() async throws {
        var dice = Dice(seed: Dice.seed)
        var clips: [[UInt8]] = []
        var encoded = 0
        for source in Corpus.plain {
            let bytes = try await Work.value { try source.bytes() }
            let layout = try Reading.layout(bytes)
            for length in [1, 1 + Int(dice.next() % 40), 30 + Int(dice.next() % 90)] {
                let start = Int(dice.next() % UInt64(layout.duration / .milliseconds(1) - 200))
                let clip = try await CuttingRoom.clip(of: source.path, start, length)
                clips.append(clip.bytes)
                let rate = try source.format.sampleRate
                let channels = try source.format.channels
                let name = "\(source.name) [\(start) + \(length)]; CUTROOM_SEED=\(Dice.seed)"
                // LAME's 47 samples and fewer end in the frame in which they begin, which ffmpeg can't play.
                let least = clip.exact == .sample ? 1 : 47
                for decoder in Decoder.allCases {
                    let samples = try await Work.value { try decoder.samples(clip.bytes) }
                    let wanted = max(least, Comparison.sample(length, rate))
                    #expect(samples.count == wanted * channels * 2, "\(name) by \(decoder)")
                }
                guard
                    case .lossless(let plan) = CutPlan.make(
                        layout, start: .milliseconds(start), length: .milliseconds(length))
                else {
                    encoded += 1
                    continue
                }
                let here = FinishedFile.make(of: try Reading.cut(plan, bytes).bytes(.published))
                // Behind the cutter's ID3v2 tag and the frame with the tag, the frames are the same.
                let count = Surgery.frames(here).count
                let audio = here[Surgery.frames(here)[1]...]
                #expect(Files.areEqual(Array(clip.bytes.suffix(audio.count)), Array(audio)), "\(name)")
                #expect(count >= FinishedFile.leastFrames)
            }
        }
        #expect(encoded > 10 && clips.count - encoded > 30)
        let opened = clips
        for program in Self.programs {
            let scores = try await Work.value { try Self.scores(of: opened, by: program) }
            #expect(
                scores.count == clips.count && scores.allSatisfy { $0 > 50 }, "\(scores); CUTROOM_SEED=\(Dice.seed)")
        }
    }
}
