import Domain
import Logging
import ObjectStore
import Testing

@testable import CutterService

/// Sources that cost more than a clip may, and what is refused before it costs anything.
@Suite("A source that can't be cut", .serialized)
struct BurdensomeSourceTests {
    private func maker(_ bench: FFmpegBench) -> FFmpegClipMaker {
        FFmpegClipMaker(ffmpeg: bench.ffmpeg, loopback: bench.loopback, store: bench.store, log: .silent)
    }

    private func order(_ bench: FFmpegBench, _ second: Int32, sizeBytes: UInt64? = nil) throws -> CutJob {
        CutJob(
            source: SourceAudio(
                key: "source", sizeBytes: sizeBytes ?? bench.store.sizeBytes, etag: bench.store.etag, checkedAt: 0),
            episode: MakerBench.episode,
            window: try #require(ClipWindow(startMs: second * 1000, endMs: second * 1000 + 2_000)), format: .mp3,
            title: nil, deadline: .after(.seconds(60)))
    }

    private func fault(_ maker: FFmpegClipMaker, _ order: CutJob) async -> ClipFault? {
        do throws(ClipFault) {
            _ = try await maker.make(order)
            return nil
        } catch { return error }
    }

    @Test("because ffmpeg reaches a limit is not tried again with another window, until its time is over")
    func remembered() async throws {
        let flac = try await FFmpegSamples.source(.flac)
        let bench = try await FFmpegBench(flac) { $0.timeLimit = .milliseconds(400) }
        let maker = maker(bench)
        bench.store.follow([.hangAfter(1000), .hangAfter(1000), .hangAfter(1000)])
        let first = await fault(maker, try order(bench, 0))
        #expect(first?.reason == .cutFailed)
        // Known to be useless before: nobody waits for another try of the same work.
        #expect(first?.retryAfter == bench.ffmpeg.settings.faultLifetime)
        let reads = bench.store.ranges.count
        for second: Int32 in [0, 2, 5] {
            #expect(await fault(maker, try order(bench, second)) == first)
        }
        #expect(bench.store.ranges.count == reads)

        let forgetful = try await FFmpegBench(flac) {
            $0.timeLimit = .seconds(20)
            $0.addressSpaceBytes = 40 << 20
            $0.faultLifetime = .zero
        }
        let other = self.maker(forgetful)
        #expect(await fault(other, try order(forgetful, 0))?.detail.contains("ffmpeg-memory-limit") == true)
        #expect(await fault(other, try order(forgetful, 0))?.detail.contains("ffmpeg-memory-limit") == true)
    }

    @Test("for a passing reason is tried again")
    func passing() async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(.flac))
        let maker = maker(bench)
        bench.store.follow(Array(repeating: .refuse(.timedOut(.answer)), count: 8))
        #expect(await fault(maker, try order(bench, 0))?.reason == .storeUnavailable)
        bench.store.follow([])
        #expect(await fault(maker, try order(bench, 0)) == nil)
    }

    @Test("because its sound is coded as something else is refused by that name")
    func codec() async throws {
        let bench = try await FFmpegBench(
            try await FFmpegSamples.encode(
                FFmpegSamples.glide(rate: 44_100, seconds: 2), rate: 44_100, channels: 2, ["-c:a", "ac3", "-f", "mp4"]))
        let refused = await fault(maker(bench), try order(bench, 0))
        #expect(refused?.reason == .unplayableSource)
        #expect(refused?.detail.contains("ac3") == true, "\(String(describing: refused))")
    }

    @Test("because its recording was broken off says so")
    func noIndex() async throws {
        let whole = try await FFmpegSamples.source(.m4a)
        let bench = try await FFmpegBench(Array(whole.prefix(whole.count / 2)))
        let refused = await fault(maker(bench), try order(bench, 0))
        #expect(refused?.reason == .unplayableSource)
        #expect(refused?.detail.contains("without its index") == true, "\(String(describing: refused))")
    }

    @Test("as large as the largest number is refused, and ends nothing", arguments: [UInt64.max, 1 << 63])
    func huge(size: UInt64) async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(.flac))
        let refused = await fault(maker(bench), try order(bench, 0, sizeBytes: size))
        #expect(refused?.reason == .unplayableSource)
        let lease = bench.loopback.lend("source", sizeBytes: size, etag: bench.store.etag, from: bench.store)
        for header in [
            nil, "bytes=0-", "bytes=9223372036854775807-", "bytes=18446744073709551614-18446744073709551615",
        ] {
            _ = lease.answer(range: header, headOnly: true)
        }
        await lease.close()
        var pieces = LoopbackPieces(firstBytes: 1, longestBytes: .max)
        for _ in 0..<70 { _ = pieces.next(of: 0..<size) }
    }

    /// mpeg4 is a codec that every ffmpeg has; here it must not be opened, not even to look.
    @Test("for the sound beside a picture is cut, and the picture is not decoded")
    func picture() async throws {
        let bench = try await FFmpegBench(
            try await FFmpegSamples.encode(
                FFmpegSamples.sound, rate: 44_100, channels: 2,
                [
                    "-f", "lavfi", "-i", "color=c=red:s=64x64:r=10:d=12", "-map", "0:a", "-map", "1:v", "-c:v", "mpeg4",
                    "-c:a", "aac", "-f", "mp4",
                ]))
        #expect(await fault(maker(bench), try order(bench, 5)) == nil)
        let arguments = try await bench.lent { lease -> [String] in
            FFmpegArguments.cut(
                url: lease.url, of: try await bench.ffmpeg.look(at: lease),
                FFmpegSpan(start: .zero, length: .seconds(1)), seeking: false, format: .wav, tags: .none)
        }
        let allowed = try #require(arguments.firstIndex(of: "-codec_whitelist")).advanced(by: 1)
        #expect(
            !arguments[allowed].split(separator: ",").contains { $0.hasPrefix("mpeg4") || $0 == "png" || $0 == "mjpeg" }
        )
        #expect(arguments.contains("-vn"))
    }

    @Test("is the sound of silence where a player shows silence, before the first sample and in a gap")
    func silence() async throws {
        // From the second second on, on a file whose picture begins at zero.
        let bench = try await FFmpegBench(
            try await FFmpegSamples.encode(
                FFmpegSamples.sound, rate: 44_100, channels: 2,
                [
                    "-f", "lavfi", "-i", "color=c=red:s=64x64:r=10:d=16", "-map", "0:a", "-map", "1:v", "-af",
                    "asetpts=PTS+3/TB", "-c:v", "mpeg4", "-c:a", "aac", "-f", "mp4",
                ]))
        let clip = try await bench.cut(0, 2_500)
        let heard = try await FFmpegSamples.decode(clip.bytes)
        #expect(heard.count == 220_500)
        #expect(heard.allSatisfy { $0 == 0 })
        // AAC sounds a little before its first sample.
        let across = try await FFmpegSamples.decode(try await bench.cut(2_000, 2_000).bytes)
        #expect(across.count == 176_400)
        #expect(across.prefix(86_000).allSatisfy { $0 == 0 })
        #expect(across.suffix(80_000).contains { $0.magnitude > 4_000 })
    }
}
