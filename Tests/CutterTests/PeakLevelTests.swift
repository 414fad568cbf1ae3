import Glibc
import Testing

@testable import CutterService

@Suite("How loud a clip gets")
struct PeakLevelTests {
    /// ffmpeg's volumedetect says the same of the same stretch.
    @Test(
        "is told as JSON, by the frame and by decoding, as another tool tells it",
        arguments: [FFmpegSamples.Kind.mp3, .flac])
    func told(kind: FFmpegSamples.Kind) async throws {
        let bench = try await MakerBench(try await FFmpegSamples.source(kind))
        let clip = try await bench.make(1_000, 2_000, .peak)
        let wave = try await bench.make(1_000, 2_000, .wav)
        #expect(clip.durationMs == 2_000)
        let samples = try await FFmpegSamples.decode(wave.bytes)
        let loudest = samples.map { abs(Int($0)) }.max() ?? 0
        let text = String(decoding: clip.bytes, as: UTF8.self)
        let told = try #require(text.firstMatch(of: #/^\{"peak_dbfs":(-?[0-9.]+)\}$/#).flatMap { Double($0.1) })
        #expect(abs(told - 20 * log10(Double(loudest) / 32768)) < 0.05, "\(text)")
    }

    @Test("of silence is null, and what is no sound is refused")
    func edges() throws {
        let silence = FFmpegSound(silence: 10, rate: 44_100, channels: 1)
        #expect(try PeakLevel(ofWave: silence.wave).json == Array(#"{"peak_dbfs":null}"#.utf8))
        #expect(throws: FFmpegFault.self) { try PeakLevel(ofWave: [1, 2, 3]) }
    }
}
