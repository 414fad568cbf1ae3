import Domain
import Glibc
import ObjectStore
import TestStack
import Testing

@testable import CutterService

/// Truth: the source decoded whole by the same decoder, or the sound it was made of.
@Suite("Cutting what is decoded", .serialized)
struct FFmpegCutTests {
    @Test(
        "starts and ends at the sample, whatever the source",
        arguments: FFmpegSamples.Kind.allCases, [(0, 700), (3_337, 1_500)] as [(Int32, Int32)])
    func exact(kind: FFmpegSamples.Kind, window: (start: Int32, length: Int32)) async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(kind))
        let clip = try await bench.cut(window.start, window.length)
        let rate = kind == .opus ? 48_000 : FFmpegSamples.rate
        let heard = try await FFmpegSamples.decode(clip.bytes, rate: rate)
        #expect(abs(heard.count / 2 - Int(window.length) * rate / 1000) <= 1)
        let told = try #require(clip.duration)
        #expect(abs(told / .microseconds(1) - Double(window.length) * 1000) <= 25)
        let truth = try await FFmpegSamples.truth(kind, rate: rate)
        let start = (Int(window.start) * rate + 500) / 1000
        let late = FFmpegSamples.lateness(of: heard, in: truth, at: start)
        #expect(abs(late) <= (kind == .vorbis ? 3 : 1), "\(kind) from \(window.start) ms: \(late) samples late")
    }

    @Test("is as long as asked in every format, and plays what lies there", arguments: ClipFormat.audio)
    func formats(format: ClipFormat) async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(.mp3))
        let clip = try await bench.cut(2_345, 3_100, format)
        let heard = try await FFmpegSamples.decode(clip.bytes)
        let wanted = 3_100 * FFmpegSamples.rate / 1000
        // The sound of AAC ends with a frame; its file says where to stop, which not every decoder heeds.
        #expect((wanted...wanted + (format == .m4a ? 1023 : 0)).contains(heard.count / 2))
        #expect(clip.duration == .milliseconds(3_100))
        let truth = try await FFmpegSamples.truth(.mp3)
        let start = (2_345 * FFmpegSamples.rate + 500) / 1000
        #expect(abs(FFmpegSamples.lateness(of: heard, in: truth, at: start)) <= 1)
    }

    @Test("gives the same bytes each time", arguments: ClipFormat.ofSound)
    func deterministic(format: ClipFormat) async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(.vbr))
        let tags = ClipTags(title: "Same", link: "https://example.org/e?t=1")
        let first = try await bench.cut(1_000, 1_500, format, tags: tags)
        let second = try await bench.cut(1_000, 1_500, format, tags: tags)
        #expect(first.bytes == second.bytes)
    }

    @Test("shortens a clip that reaches past the end", arguments: FFmpegSamples.Kind.allCases)
    func short(kind: FFmpegSamples.Kind) async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(kind))
        let clip = try await bench.cut(11_000, 30_000)
        let told = try #require(clip.duration)
        // What encoders add at the end is not always known to be nothing.
        #expect(told >= .milliseconds(999) && told < .milliseconds(1_060), "\(told)")
    }

    @Test(
        "refuses a start past the end, for good", arguments: FFmpegSamples.Kind.allCases, [12_100, 600_000] as [Int32])
    func pastEnd(kind: FFmpegSamples.Kind, start: Int32) async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(kind))
        let fault = await fault { try await bench.cut(start, 1_000) }
        guard case .startPastEnd(let duration?) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(abs(duration / .seconds(1) - 12) < 0.1)
        #expect(fault?.verdict == .permanent)
        #expect(fault?.clipFault(start: .milliseconds(start)).reason == .startPastEnd)
    }

    @Test("a source that is no audio is refused for good", arguments: Unplayable.allCases)
    func unplayable(what: Unplayable) async throws {
        let bench = try await FFmpegBench(try await what.bytes())
        let fault = await fault { try await bench.cut(0, 1_000) }
        guard case .unplayable = fault else {
            Issue.record("\(what): \(String(describing: fault))")
            return
        }
        #expect(fault?.clipFault(start: .zero).reason == .unplayableSource)
    }

    @Test("a playlist called .mp3 makes ffmpeg open nothing")
    func playlist() async throws {
        let bench = try await FFmpegBench()
        let bait = bench.loopback.lend("bait", sizeBytes: 100, etag: bench.store.etag, from: bench.store)
        for text in [
            "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n\(bait.url)\n#EXT-X-ENDLIST\n",
            "ffconcat version 1.0\nfile \(bait.url)\n",
            "<?xml version=\"1.0\"?><MPD><Period><BaseURL>\(bait.url)</BaseURL></Period></MPD>",
        ] {
            let trap = try await FFmpegBench(Array(text.utf8))
            let fault = await fault { try await trap.cut(0, 1_000) }
            #expect(fault?.verdict == .permanent, "\(String(describing: fault))")
        }
        #expect(bait.counts.requests == 0)
        await bait.close()
    }

    @Test("a source that changes in the middle gives no clip, but another try")
    func sourceChanges() async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(.wav))
        bench.store.follow([.breakAfter(50_000, .truncated(gotBytes: 50_000, expectedBytes: nil)), .replace])
        let fault = await fault { try await bench.cut(0, 11_000) }
        #expect(fault == .sourceChanged)
        #expect(fault?.verdict == .transient)
    }

    @Test("a store that fails in the middle gives no clip; one that only stumbles gives the right one")
    func storeFails() async throws {
        let bytes = try await FFmpegSamples.source(.flac)
        let bench = try await FFmpegBench(bytes)
        let quiet = try await bench.cut(0, 11_000)
        bench.store.follow([
            .breakAfter(20_000, .timedOut(.answer)), .refuse(.slowDown(retryAfter: nil)),
            .breakAfter(7, .timedOut(.answer)),
        ])
        #expect(try await bench.cut(0, 11_000).bytes == quiet.bytes)
        bench.store.follow(
            [.breakAfter(20_000, .timedOut(.answer))] + Array(repeating: .refuse(.timedOut(.answer)), count: 9))
        let fault = await fault { try await bench.cut(0, 11_000) }
        #expect(fault == .sourceUnreadable(.timedOut(.answer)))
        #expect(fault?.clipFault(start: .zero).reason == .storeUnavailable)
    }

    @Test("across a change of format nothing is lost and nothing added", arguments: ClipFormat.audio)
    func joint(format: ClipFormat) async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.joined())
        let clip = try await bench.cut(3_000, 2_000, format)
        let seconds = try #require(clip.duration) / .seconds(1)
        #expect(abs(seconds - 2) < 0.002, "\(seconds)")
    }

    @Test("a source is read by a few fetches near the clip, not from its beginning")
    func reads() async throws {
        // All of it are 7.9 MB, of which a second is 176 kB.
        let long = try await FFmpegSamples.encode(
            [], rate: 44_100, channels: 1,
            ["-f", "lavfi", "-i", "sine=r=44100:d=45", "-map", "1:a", "-ac", "2", "-f", "wav"])
        let bench = try await FFmpegBench(long)
        let window = try #require(ClipWindow(startMs: 40_000, endMs: 41_000))
        let counts = try await bench.lent { lease in
            let source = try await bench.ffmpeg.look(at: lease)
            let looked = lease.counts
            // Whatever ffmpeg wants, as much is fetched as the sockets between take before it hangs up: up to 2 MB seen.
            #expect(looked.bytes < 4_000_000, "\(looked)")
            _ = try await bench.ffmpeg.cut(lease, of: source, FFmpegSpan(window), format: .wav, tags: .none)
            var counts = lease.counts
            counts.bytes -= looked.bytes
            return counts
        }
        #expect(counts.bytes < 4_000_000, "\(counts)")
        #expect(counts.bytes >= 176_400)
    }

    @Test("tells how long a source is", arguments: FFmpegSamples.Kind.allCases)
    func duration(kind: FFmpegSamples.Kind) async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(kind))
        let duration = try await bench.lent { try await bench.ffmpeg.duration(of: $0) }
        #expect(abs(try #require(duration) / .seconds(1) - 12) < 0.1)
    }
}

/// Files that are called audio and are none.
enum Unplayable: String, CaseIterable, Sendable {
    case noise, nothing, text, picture, flacHead

    func bytes() async throws -> [UInt8] {
        switch self {
        case .noise:
            var state: UInt64 = 88_172_645_463_325_252
            return (0..<200_000).map { _ in
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return UInt8(truncatingIfNeeded: state >> 24)
            }
        case .nothing: return [0]
        case .text: return Array(repeating: Array("This is not a sound. ".utf8), count: 1000).flatMap { $0 }
        case .picture:
            return try await FFmpegSamples.encode(
                [], rate: 44_100, channels: 1,
                ["-f", "lavfi", "-i", "color=c=red:s=32x32:d=1", "-map", "1:v", "-c:v", "mpeg4", "-f", "mp4"])
        case .flacHead: return Array(try await FFmpegSamples.source(.flac).prefix(3000))
        }
    }
}

func fault(_ body: () async throws -> some Any) async -> FFmpegFault? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? FFmpegFault
    }
}
