import Glibc
import MP3
import MP3Corpus
import TestStack
import Testing

/// `scripts/fuzz` in small: the same program, which runs its trials in processes with limits.
@Suite("Fuzzing")
struct FuzzTests {
    static let count = Dice.number("CUTROOM_MUTATIONS") ?? 5_000

    @Test("bent files end in a clip or in a named failure, without a crash or a hang")
    func bent() async throws {
        let arguments = ["--count", "\(Self.count)", "--seed", "\(Dice.seed)", "--decode-every", "0"]
        let process = try await ServiceProcess(
            try Self.program(), arguments, environment: ["CUTROOM_TEST_CACHE": try Self.cacheParent])
        let exit = try await process.exit(within: .seconds(300))
        let summary = String(decoding: process.standardOutput, as: UTF8.self)
        print("fuzz: \(summary)")
        #expect(exit == .code(0), "\(process.lines.suffix(10).joined(separator: "\n"))")
        #expect(summary.contains("\"trials\":\(Self.count),") && summary.contains("\"findings\":[]"))
    }

    /// Inputs that once ended wrong, each with what has to come of it.
    private static let findings: [(name: String, file: [UInt8], startMs: Int, lengthMs: Int, outcome: String)] = [
        ("a clip inside the first frame of an untagged file", silence(40), 15, 1, "within-one-frame"),
        ("two frames and no more", silence(2), 0, 50, "clip"),
        ("frames broken off again and again", broken(9_000), 0, 1_000, "too-damaged"),
    ]

    /// Frames of 128 kbit/s at 48 kHz with nothing in them.
    private static func silence(_ count: Int) -> [UInt8] {
        let frame: [UInt8] = [0xFF, 0xFB, 0x94, 0xC4] + [UInt8](repeating: 0, count: 380)
        return [[UInt8]](repeating: frame, count: count).flatMap { $0 }
    }

    private static func broken(_ times: Int) -> [UInt8] {
        let piece = silence(3) + [0]
        return [[UInt8]](repeating: piece, count: times).flatMap { $0 }
    }

    @Test("what was once found ends as it should")
    func replay() async throws {
        try await Work.run {
            for finding in Self.findings {
                let trial = Trial(
                    file: finding.file, start: .milliseconds(finding.startMs), length: .milliseconds(finding.lengthMs))
                let outcome = try trial.run().name
                #expect(outcome == finding.outcome, "\(finding.name)")
            }
        }
    }

    /// The folder in which `Files.cache` lies, for the environment is not handed on.
    private static var cacheParent: String {
        get throws { Files.cache.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } }
    }

    /// The program of Tests/Fuzz, which is built beside the tests.
    private static func program() throws -> String {
        let resolved = try #require(realpath("/proc/self/exe", nil))
        defer { free(resolved) }
        let folder = String(cString: resolved).split(separator: "/").dropLast()
        return "/" + folder.joined(separator: "/") + "/mp3-fuzz"
    }
}
