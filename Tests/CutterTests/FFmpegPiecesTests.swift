import Domain
import Logging
import MP3
import ObjectStore
import TestStack
import Testing

@testable import CutterService

@Suite("Encoding pieces of MP3", .serialized)
struct FFmpegPiecesTests {
    /// Truth: where a decoder hears the tone of each side when it decodes that side alone.
    @Test(
        "across a change of format a clip is as long as asked, and each side stands in its place",
        arguments: ClipFormat.audio)
    func joint(format: ClipFormat) async throws {
        let source = try await FFmpegSamples.joined()
        let clip = try await make(source, 3_000, 2_500, format)
        #expect(clip.exact == .reencoded)
        #expect(clip.durationMs == 2_500)
        let heard = try await FFmpegSamples.decode(clip.bytes, rate: 48_000)
        let wanted = 2_500 * 48
        #expect((wanted...wanted + (format == .m4a ? 1023 : 0)).contains(heard.count / 2))
        // Before the joint, as the first file alone sounds; ffmpeg's resampler rounds by a sample.
        let first = try await FFmpegSamples.decode(
            FFmpegSamples.encode(
                FFmpegSamples.glide(rate: 44_100, seconds: 4), rate: 44_100, channels: 2, ["-f", "wav"]), rate: 48_000)
        #expect(abs(FFmpegSamples.lateness(of: heard, in: first, at: 3_000 * 48, from: 20_000)) <= 1)
    }

    @Test("a clip inside a single frame is as long as asked", arguments: ClipFormat.audio)
    func tiny(format: ClipFormat) async throws {
        let clip = try await make(try await FFmpegSamples.source(.mp3), 5_013, 2, format)
        #expect(clip.durationMs == 2)
        let heard = try await FFmpegSamples.decode(clip.bytes)
        let wanted = 88
        // Opus begins with 312 samples at 48 kHz that are not heard (RFC 7845, 4.2): a WebM that is shorter keeps them.
        let most =
            switch format {
            case .m4a: 1024
            case .webm: 288
            default: 1
            }
        #expect((wanted - 1...wanted + most).contains(heard.count / 2))
    }

    @Test("plain sound is read and written as it came")
    func wave() throws {
        var sound = FFmpegSound(rate: 44_100, channels: 2)
        var other = sound
        other.append(FFmpegSound(rate: 44_100, channels: 2), upTo: 3)
        #expect(other.count == 3 && other.wave.count == 44 + 24)
        sound.append(other, upTo: 2)
        sound.append(other, upTo: 7)
        #expect(sound.count == 7)
        #expect(FFmpegSound(wave: sound.wave) == sound)
        for length in 0..<sound.wave.count { _ = FFmpegSound(wave: Array(sound.wave[..<length])) }
        #expect(FFmpegSound(wave: Array("RIFF1234WAVEdata".utf8) + [UInt8](repeating: 255, count: 40)) == nil)
    }

    private func make(_ bytes: [UInt8], _ start: Int32, _ length: Int32, _ format: ClipFormat) async throws -> MadeClip
    {
        let bench = try await FFmpegBench(bytes)
        let layouts = LayoutFinder(
            sources: bench.store, layoutStore: LayoutStore(store: nil),
            limits: .init(memoryBytes: 1 << 20, parallelRanges: 1, bufferBytes: 1 << 16, searches: 1), log: .silent)
        let maker = MP3ClipMaker(
            layouts: layouts, sources: bench.store, ffmpeg: bench.ffmpeg, otherwise: Nobody(), log: .silent)
        return try await maker.make(
            CutJob(
                source: SourceAudio(
                    key: "source", sizeBytes: bench.store.sizeBytes, etag: bench.store.etag, checkedAt: 0),
                episode: try #require(ObjectID(hex: "507f1f77bcf86cd799439011")),
                window: try #require(ClipWindow(startMs: start, endMs: start + length)), format: format, title: nil,
                deadline: .after(.seconds(60))))
    }

    private struct Nobody: ClipMaker {
        func make(_ order: CutJob) async throws(ClipFault) -> MadeClip {
            throw ClipFault(.internalError, "this clip was to be cut by the frame")
        }
    }
}
