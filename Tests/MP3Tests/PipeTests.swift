import Glibc
import MP3Corpus
import Testing

@testable import MP3

/// What ffmpeg makes of a clip that comes to it on a pipe, as the cutter hands it over.
@Suite("A clip through ffmpeg's standard input")
struct PipeTests {
    private static let sources = [
        Corpus.cbr128, Corpus.v2, Corpus.untagged, Nasty.mono64, Nasty.low22k, Nasty.switching,
    ]

    @Test("is the same sound, decoded and copied", arguments: sources)
    func piped(source: Source) async throws {
        try await Work.run {
            let file = try source.bytes()
            let layout = try Reading.layout(file)
            for start in [0, 7, 9_321] {
                guard
                    case .lossless(let plan) = CutPlan.make(
                        layout, start: .milliseconds(start), length: .milliseconds(3_456))
                else {
                    Issue.record("no lossless plan")
                    return
                }
                let clip = try Reading.cut(plan, file)
                let bytes = clip.format.channels * 2
                let first = (start * clip.format.sampleRate * 2 + 1000) / 2000
                let truth = try Files.read(
                    try Decoder.ffmpeg.whole(source), first * bytes..<(first + clip.sampleCount) * bytes)
                let decoded = try through(clip.bytes(.piped), ["-f", "s16le"], ".s16")
                #expect(Difference(decoded, truth, channels: clip.format.channels).isNone, "\(source.name) at \(start)")
                let copied = try through(clip.bytes(.piped), ["-c", "copy", "-f", "mp3"], ".mp3")
                for decoder in Decoder.allCases {
                    #expect(Difference(try decoder.samples(copied), truth, channels: clip.format.channels).isNone)
                }
            }
        }
    }

    /// Starts and lengths in milliseconds. The file's first frame alone is the hardest: ffmpeg refuses a stream of one
    /// frame as invalid data.
    private static let withinFrames: [(Int, Int)] = [
        (0, 1), (0, 2), (1, 2), (13, 1), (15, 1), (24, 1), (5_000, 2), (5_007, 2), (5_013, 2), (5_021, 2),
    ]

    @Test("inside one frame is decoded exactly", arguments: sources)
    func withinOneFrame(source: Source) async throws {
        try await Work.run {
            let file = try source.bytes()
            let layout = try Reading.layout(file)
            let format = layout.parts[0].format
            let end = Int(layout.duration / .milliseconds(1)) - 3
            var decoded = 0
            for (start, length) in Self.withinFrames + [(end, 2)] {
                let answer = CutPlan.make(layout, start: .milliseconds(start), length: .milliseconds(length))
                guard case .reencode(let plan) = answer else { continue }
                #expect(plan.reason == .withinOneFrame)
                let pieces = try plan.cut(Array(file[plan.range]))
                let piece = try #require(pieces.first)
                #expect(pieces.count == 1 && piece.needsLimit && piece.duration == plan.duration)
                let got = try through(piece.stream, ["-t", "\(piece.duration / .seconds(1))", "-f", "s16le"], ".s16")
                let first = (start * format.sampleRate * 2 + 1000) / 2000
                let bytes = format.channels * 2
                let count = (length * format.sampleRate * 2 + 1000) / 2000
                let truth = try Files.read(
                    try Decoder.ffmpeg.whole(source), first * bytes..<(first + count) * bytes)
                #expect(Difference(got, truth, channels: format.channels).isNone, "\(source.name) at \(start)")
                decoded += 1
            }
            #expect(decoded > 2)
        }
    }

    /// Truth: every file decoded alone. Each piece is compared with it to the sample, and the whole, put together by
    /// ffmpeg's concat filter, for its length and for where things stand.
    @Test("across a change of format is cut into exact pieces, and put together within two milliseconds")
    func acrossParts() async throws {
        try await Work.run {
            let file = try Nasty.joined.bytes()
            let layout = try Reading.layout(file)
            let sources = [Nasty.stereo192, Nasty.mono64, Nasty.ad48k, Nasty.low22k]
            for joint in 1...3 {
                let startMs = layout.parts[joint].origin / 14_112 - 2_000
                let answer = CutPlan.make(layout, start: .milliseconds(startMs), length: .seconds(5))
                guard case .reencode(let plan) = answer else {
                    Issue.record("no plan across joint \(joint)")
                    return
                }
                #expect(plan.reason == .formatChanges)
                #expect(abs(plan.duration / .seconds(1) - 5) < 0.000_1)
                let pieces = try plan.cut(Array(file[plan.range]))
                #expect(pieces.count == 2)
                let (before, after) = (sources[joint - 1], sources[joint])
                // The piece behind the joint begins with the tag frame of the file there, and its encoder's delay.
                let format = try after.format
                let silent = format.samplesPerFrame + 1105
                try compare(pieces[1], after, from: -silent)
                let start = startMs * 14_112 - layout.parts[joint - 1].origin
                let earlier = try before.format
                let tick = 14_112_000 / earlier.sampleRate
                let first = (start + tick / 2) / tick
                if joint > 1 {
                    try compare(pieces[0], before, from: first - earlier.samplesPerFrame - 1105)
                }
                try checkTogether(pieces, after, silentMs: silent * 1000 / format.sampleRate)
            }
        }
    }

    /// - Parameter from: the piece's first sample in the decoded source; before 0 there was silence, or nearly.
    private func compare(_ piece: DecoderPiece, _ source: Source, from: Int) throws {
        let bytes = piece.format.channels * 2
        let got = try through(piece.stream, ["-f", "s16le"], ".s16")
        #expect(got.count == piece.sampleCount * bytes)
        let whole = try Decoder.ffmpeg.whole(source)
        let truth = try Files.read(whole, max(0, from) * bytes..<(from + piece.sampleCount) * bytes)
        // What is left of the encoder's delay behind the end that the tag states was not in the truth.
        let common = min(truth.count, got.count - max(0, -from) * bytes)
        let from = max(0, -from) * bytes
        #expect(Difference(Array(got[from..<from + common]), truth, channels: piece.format.channels).largest <= 1)
    }

    private func checkTogether(_ pieces: [DecoderPiece], _ after: Source, silentMs: Int) throws {
        let inputs = pieces.map { _ in Files.unique("piece") }
        let output = Files.unique("together")
        defer { for path in inputs + [output] { unlink(path) } }
        for (piece, path) in zip(pieces, inputs) { try Files.write(piece.stream, to: path) }
        let labels = pieces.indices.map { "[\($0):a]" }.joined()
        try Program.run(
            ["ffmpeg", "-v", "error", "-nostdin"] + inputs.flatMap { ["-f", "mp3", "-i", $0] } + [
                "-filter_complex", "\(labels)concat=n=\(pieces.count):v=0:a=1", "-ar", "44100", "-ac", "1", "-f",
                "s16le",
                "-",
            ], output: output)
        let got = try Files.read(output)
        #expect(abs(got.count / 2 - 5 * 44_100) <= 2)
        // One second of sound from behind the joint, from 200 ms after the file there begins.
        let alone = try decodedAlone(after)
        let beginMs = Int(pieces[0].duration / .milliseconds(1)) + silentMs + 200
        let at = 200 * 441 / 10
        let shift = bestShift(
            Array(got[beginMs * 441 / 10 * 2..<(beginMs + 1000) * 441 / 10 * 2]),
            Array(alone[(at - 200) * 2..<(at + 44_100 + 200) * 2]))
        #expect(abs(shift) <= 88, "\(after.name): \(shift) samples")
    }

    private func decodedAlone(_ source: Source) throws -> [UInt8] {
        let out = Files.unique("alone")
        defer { unlink(out) }
        try Program.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-i", source.path, "-ar", "44100", "-ac", "1", "-f", "s16le", "-"],
            output: out)
        return try Files.read(out)
    }

    /// By how many samples `got` is late against `truth`, which has 200 samples more on either side.
    private func bestShift(_ got: [UInt8], _ truth: [UInt8]) -> Int {
        func samples(_ bytes: [UInt8]) -> [Int] {
            bytes.withUnsafeBytes { $0.bindMemory(to: Int16.self).map(Int.init) }
        }
        let (a, b) = (samples(got), samples(truth))
        var best = (shift: 0, error: Int.max)
        for shift in -200...200 {
            var error = 0
            for i in stride(from: 0, to: a.count, by: 41) { error += abs(a[i] - b[i + 200 - shift]) }
            if error < best.error { best = (shift, error) }
        }
        return best.shift
    }

    /// Feeds a real pipe, and writes to a file that can be sought in.
    private func through(_ stream: [UInt8], _ options: [String], _ suffix: String) throws -> [UInt8] {
        let input = Files.unique("input")
        let output = Files.unique("output") + suffix
        defer {
            unlink(input)
            unlink(output)
        }
        try Files.write(stream, to: input)
        let ffmpeg =
            ["ffmpeg", "-v", "error", "-f", "mp3", "-i", "pipe:0", "-map", "0:a:0"] + options + ["-y", output]
        try Program.run(["sh", "-c", #"i=$1; shift; cat "$i" | "$@""#, "sh", input] + ffmpeg)
        return try Files.read(output)
    }
}
