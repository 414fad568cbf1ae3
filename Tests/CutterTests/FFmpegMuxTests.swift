import Domain
import Glibc
import TestStack
import Testing

@testable import CutterService

/// The stream that goes in is LAME's own, its tag rewritten to the short form. Truth: what a decoder plays of LAME's file.
@Suite("Muxing a stream of MP3 frames", .serialized)
struct FFmpegMuxTests {
    @Test("keeps every sample where the format does, and the length of all", arguments: ClipFormat.audio)
    func exact(format: ClipFormat) async throws {
        let file = try await lame()
        let truth = try await FFmpegSamples.decode(file)
        let bench = try await FFmpegBench()
        let clip = try await bench.ffmpeg.mux(piped(file), format: format, tags: .none)
        let heard = try await FFmpegSamples.decode(clip.bytes)
        switch format {
        // Opus counts 48,000 a second, so what is no whole number of those is rounded.
        case .opus, .webm: #expect(abs(heard.count - truth.count) <= 2)
        case .m4a: #expect((truth.count...truth.count + 2 * 1023).contains(heard.count))
        default: #expect(heard == truth)
        }
        #expect(FFmpegSamples.lateness(of: heard, in: truth, at: 0) == 0)
        let seconds = try #require(clip.duration) / .seconds(1)
        #expect(abs(seconds - Double(truth.count / 2) / Double(FFmpegSamples.rate)) < 0.03)
    }

    @Test("lossless means that mpg123 plays the same too")
    func otherDecoder() async throws {
        let file = try await lame()
        let bench = try await FFmpegBench()
        let clip = try await bench.ffmpeg.mux(piped(file), format: .mp3, tags: ClipTags(title: "T", link: nil))
        #expect(try await mpg123(clip.bytes) == mpg123(file))
    }

    /// Firefox believes two names, as its source says (`VBRHeader::ParseXing`); scripts/check-browsers asks Firefox itself.
    @Test("names an encoder whose delay browsers believe, copied or encoded")
    func encoderName() async throws {
        let bench = try await FFmpegBench()
        let copied = try await bench.ffmpeg.mux(piped(try await lame()), format: .mp3, tags: .none)
        let encoded = try await FFmpegBench(try await FFmpegSamples.source(.vorbis)).cut(0, 700, .mp3)
        for clip in [copied, encoded] {
            let tag = try #require(Self.encoderName(in: clip.bytes))
            #expect(tag == "LAME" || tag == "Lavc")
        }
    }

    /// The four letters behind the tag's frame and byte counts, table and quality.
    private static func encoderName(in bytes: [UInt8]) -> String? {
        for at in bytes.indices.dropLast(160) where ["Xing", "Info"].contains(letters(bytes, at)) {
            return bytes[at + 7] == 15 ? letters(bytes, at + 120) : nil
        }
        return nil
    }

    private static func letters(_ bytes: [UInt8], _ at: Int) -> String {
        String(decoding: bytes[at..<at + 4], as: UTF8.self)
    }

    @Test("carries title and link into every format but WAV", arguments: ClipFormat.audio)
    func tags(format: ClipFormat) async throws {
        let tags = ClipTags(title: "Größe; \"zählt\" = 1\nund mehr", link: "https://example.org/e?id=1&t=83.5")
        let bench = try await FFmpegBench()
        let clip = try await bench.ffmpeg.mux(piped(try await lame()), format: format, tags: tags)
        let file = try TemporaryFile(holding: clip.bytes)
        let told = String(
            decoding: try await Tool.run(
                "ffprobe", ["-v", "error", "-show_entries", "format_tags:stream_tags", "-of", "flat", file.path]),
            as: UTF8.self)
        #expect(told.contains(#"title="Größe; \"zählt\" = 1 und mehr""#), "\(told)")
        if format != .wav { #expect(told.contains(#"="https://example.org/e?id=1&t=83.5""#), "\(told)") }
    }

    @Test("gives the same bytes from a process that waited and from a new one")
    func waiting() async throws {
        let stream = piped(try await lame())
        let cold = try await FFmpegBench()
        let warm = try await FFmpegBench { $0.waiting = 2 }
        #expect(warm.ffmpeg.waiting.count == 2)
        let tags = ClipTags(title: "A title", link: nil)
        let first = try await cold.ffmpeg.mux(stream, format: .mp3, tags: tags)
        for _ in 1...3 {
            #expect(try await warm.ffmpeg.mux(stream, format: .mp3, tags: tags).bytes == first.bytes)
        }
        _ = try await eventually("the waiting are replaced") { warm.ffmpeg.waiting.count == 2 ? true : nil }
        await warm.ffmpeg.waiting.close()
        #expect(warm.ffmpeg.waiting.count == 0)
        #expect(try await warm.ffmpeg.mux(stream, format: .mp3, tags: tags).bytes == first.bytes)
    }

    @Test("bulk work takes no process that waits for live work, gives way to it, and makes the same bytes")
    func inBackground() async throws {
        let stream = piped(try await lame())
        let bench = try await FFmpegBench { settings in
            settings.waiting = 1
            settings.nice = 3
        }
        let waiting = bench.ffmpeg.waiting.processIDs
        let bulk = bench.ffmpeg.inBackground
        #expect(bulk.settings.limits(until: nil).nice == 19)
        let before = bench.ffmpeg.metrics.runs.total(.ok)
        let clip = try await bulk.mux(stream, format: .mp3, tags: .none)
        #expect(bench.ffmpeg.metrics.runs.total(.ok) == before + 1, "counted like any other run")
        #expect(waiting.count == 1 && bench.ffmpeg.waiting.processIDs == waiting)
        #expect(try await bench.ffmpeg.mux(stream, format: .mp3, tags: .none).bytes == clip.bytes)
        await bench.ffmpeg.waiting.close()
    }

    @Test("a process that was killed while it waited costs nobody a clip")
    func killedWhileWaiting() async throws {
        let stream = piped(try await lame())
        let bench = try await FFmpegBench { $0.waiting = 1 }
        let waiting = try #require(bench.ffmpeg.waiting.processIDs.first)
        kill(waiting, SIGKILL)
        let clip = try await bench.ffmpeg.mux(stream, format: .mp3, tags: .none)
        #expect(clip.bytes.count > 10_000)
        await bench.ffmpeg.waiting.close()
    }

    @Test(
        "what is no MP3 is refused for good",
        arguments: [[], [1, 2, 3], Array(repeating: 0x41, count: 50_000)] as [[UInt8]])
    func garbage(stream: [UInt8]) async throws {
        let bench = try await FFmpegBench()
        for format in ClipFormat.ofSound {
            let fault = await fault { try await bench.ffmpeg.mux(stream, format: format, tags: .none) }
            #expect(fault?.verdict == .permanent, "\(String(describing: fault))")
        }
    }

    private func lame() async throws -> [UInt8] {
        let wave = try TemporaryFile(
            holding: try await FFmpegSamples.encode(
                Array(FFmpegSamples.sound.prefix(2 * 100_001)), rate: FFmpegSamples.rate, channels: 2, ["-f", "wav"]),
            suffix: ".wav")
        // Into a file, because only there lame goes back to fill in its tag.
        let file = try TemporaryFile(suffix: ".mp3")
        try await Tool.run("lame", ["--quiet", "-b", "128", wave.path, file.path])
        return try FFmpegSamples.contents(of: file.path)
    }

    /// The same file with a tag that tells frames, delay and padding, but no bytes.
    private func piped(_ file: [UInt8]) -> [UInt8] {
        guard let tag = file.indices.prefix(100).first(where: { file[$0...].starts(with: "Info".utf8) }) else {
            return []
        }
        let frameBytes = 417
        var frame = Array(file[..<(tag + 4)])
        frame += [0, 0, 0, 9]
        frame += file[(tag + 8)..<(tag + 12)]
        frame += [0, 0, 0, 0]
        frame += file[(tag + 120)..<(tag + 156)]
        frame += [UInt8](repeating: 0, count: frameBytes - frame.count)
        return frame + file[frameBytes...]
    }

    private func mpg123(_ bytes: [UInt8]) async throws -> [UInt8] {
        let file = try TemporaryFile(holding: bytes, suffix: ".mp3")
        return try await Tool.run("mpg123", ["-q", "-s", "--stereo", file.path])
    }
}
