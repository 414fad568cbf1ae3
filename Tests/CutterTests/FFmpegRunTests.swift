import ChildProcesses
import Domain
import Glibc
import Synchronization
import TestStack
import Testing

@testable import CutterService

/// ffmpeg at its limits, and what is left of it afterwards.
@Suite("A run of ffmpeg", .serialized)
struct FFmpegRunTests {
    @Test("that takes too long is killed, and may be tried again")
    func timeLimit() async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(.mp3)) { $0.timeLimit = .milliseconds(400) }
        bench.store.follow([.hangAfter(1000)])
        let fault = await fault { try await bench.cut(0, 1_000) }
        #expect(fault == .timeLimit(.milliseconds(400)))
        #expect(fault?.verdict == .transient)
    }

    @Test("ends with its work's deadline, if that is earlier")
    func deadline() async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(.mp3))
        bench.store.follow([.hangAfter(1000)])
        let window = try #require(ClipWindow(startMs: 0, endMs: 1000))
        let fault = await fault {
            try await bench.lent {
                try await bench.ffmpeg.cut(
                    $0, window: window, format: .mp3, tags: .none, deadline: .after(.milliseconds(300)))
            }
        }
        guard case .timeLimit(let limit) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(limit <= .milliseconds(300))
    }

    @Test("without the memory that it needs says so", arguments: [40 << 20, 56 << 20])
    func memoryLimit(bytes: Int) async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(.mp3)) { $0.addressSpaceBytes = bytes }
        let fault = await fault { try await bench.cut(0, 1_000) }
        #expect(fault == .memoryLimit(bytes: bytes))
        #expect(fault?.verdict == .transient)
    }

    @Test("that would write more than a clip may have is stopped, for good")
    func clipTooLarge() async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(.mp3)) { $0.clipBytes = 100_000 }
        #expect(await fault { try await bench.cut(0, 5_000) } == .clipTooLarge(limitBytes: 100_000))
    }

    @Test("is killed with the task that wanted it, and nothing is left of it")
    func cancelled() async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(.mp3))
        bench.store.follow([.hangAfter(1000)])
        let window = try #require(ClipWindow(startMs: 0, endMs: 1000))
        let lease = bench.loopback.lend(
            "s", sizeBytes: bench.store.sizeBytes, etag: bench.store.etag, from: bench.store)
        let cut = Task { try await bench.ffmpeg.cut(lease, window: window, format: .mp3, tags: .none) }
        _ = try await eventually("ffmpeg reads") { bench.store.handed > 0 ? true : nil }
        cut.cancel()
        let fault = await fault { try await cut.value }
        #expect(fault == .cancelled)
        #expect(fault?.clipFault(start: .zero).reason == .stopping)
        await lease.close()
        let running = try await Tool.run("sh", ["-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; true"])
        #expect(!String(decoding: running, as: UTF8.self).contains(lease.url))
    }

    @Test("that is killed by somebody else may be tried again")
    func killed() {
        let usage = Ended.Usage(cpuTime: .zero, peakResidentBytes: 0, wallClock: .zero)
        func fault(_ status: Ended.Status, _ errors: String = "") -> FFmpegFault? {
            let ended = Ended(status: status, output: [], errorTail: errors, usage: usage)
            guard case .failure(let fault) = FFmpegRun(.success(ended), settings: FFmpegSettings()).result else {
                return nil
            }
            return fault
        }
        #expect(fault(.exited(0)) == nil)
        #expect(fault(.signalled(SIGKILL)) == .killed(signal: SIGKILL))
        #expect(fault(.signalled(SIGSEGV))?.verdict == .permanent)
        #expect(fault(.exited(1), "[x] [fatal] av_interleaved_write_frame(): No space left on device") == .noSpace)
        // Version 6 exits with 1 whatever happened.
        guard case .unplayable? = fault(.exited(1), "[error] s: Invalid data found when processing input") else {
            Issue.record("told by the words")
            return
        }
        #expect(fault(.exited(8), "[fatal] Unrecognized option 'x'.")?.verdict == .transient)
    }

    @Test("leaves no file behind, and needs no folder to write in")
    func noFiles() async throws {
        let bench = try await FFmpegBench(try await FFmpegSamples.source(.mp3))
        func files() async throws -> [UInt8] {
            try await Tool.run("sh", ["-c", "ls -A /dev/shm /tmp | grep -i ffmpeg; true"])
        }
        let before = try await files()
        _ = try await bench.cut(0, 1_000, .m4a)
        #expect(try await files() == before)
    }
}
