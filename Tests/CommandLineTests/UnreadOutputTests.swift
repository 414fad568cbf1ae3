import FoundationEssentials
import Glibc
import TestStack
import Testing

/// What `cutroom` does while nobody reads what it writes.
///
/// It takes the machine for one with a single processor, on which Swift's tasks get a single thread. A write that waited there
/// for a reader would stop everything else, the answer to a signal included: it would never end.
@Suite("cutroom whose output nobody reads", .timeLimit(.minutes(2)))
struct UnreadOutputTests {
    /// Says that there is one processor; libdispatch asks for the number by this call.
    private static let oneProcessor = """
        #include <unistd.h>
        extern long __sysconf(int name);
        long sysconf(int name) {
            return name == _SC_NPROCESSORS_CONF || name == _SC_NPROCESSORS_ONLN ? 1 : __sysconf(name);
        }
        """

    private func cutroom(
        _ words: [String], in folder: TemporaryFolder, output: String? = nil, error: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> ServiceProcess {
        let library = "\(folder.path)/one-processor.so"
        if access(library, F_OK) != 0 {
            try await Tool.run(
                "gcc", ["-shared", "-fPIC", "-x", "c", "-o", library, "-"], input: Array(Self.oneProcessor.utf8))
        }
        let streams = (output.map { " >'\($0)'" } ?? "") + (error.map { " 2>'\($0)'" } ?? "")
        return try await ServiceProcess(
            "sh",
            // Beside what else is to be loaded first: a sanitizer's.
            [
                "-c", "LD_PRELOAD='\(library)'${LD_PRELOAD:+:$LD_PRELOAD} exec \"$@\"\(streams)", "sh",
                TestStack.executable("cutroom"),
            ] + words,
            environment: environment)
    }

    /// A named pipe that takes nothing more, for as long as `body` runs.
    private func withFullPipe(_ path: String, _ body: (_ drain: () -> Void) async throws -> Void) async throws {
        try #require(mkfifo(path, 0o600) == 0)
        let pipe = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        try #require(pipe >= 0)
        defer { close(pipe) }
        var byte: UInt8 = 0
        while write(pipe, &byte, 1) == 1 {}
        try #require(errno == EAGAIN)
        try await body {
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            _ = read(pipe, &bytes, bytes.count)
        }
    }

    @Test("a signal ends it while it writes a clip into a pipe whose reader stands still")
    func clipIntoPipe() async throws {
        try await TemporaryFolder.use { folder in
            let (file, out) = ("\(folder.path)/one.mp3", "\(folder.path)/clip.wav")
            try await Sample.make(file, seconds: 20)
            try #require(mkfifo(out, 0o600) == 0)
            let reader = open(out, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            defer { close(reader) }
            // 1.7 MB: more than a pipe holds.
            let process = try await cutroom(["clip", file, "--start", "1", "--duration", "10s", "-o", out], in: folder)
            _ = try await eventually("cutroom to write") { () -> Bool? in
                var ready = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
                return poll(&ready, 1, 0) > 0 && ready.revents & Int16(POLLIN) != 0 ? true : nil
            }
            process.kill(SIGTERM)
            #expect(try await process.exit() == .code(1))
        }
    }

    @Test("a signal ends it while it says what it made")
    func saying() async throws {
        try await TemporaryFolder.use { folder in
            let (file, out) = ("\(folder.path)/one.mp3", "\(folder.path)/clip.mp3")
            try await Sample.make(file, seconds: 5)
            try await withFullPipe("\(folder.path)/pipe") { _ in
                let process = try await cutroom(
                    ["clip", file, "--start", "1", "--duration", "1s", "-o", out], in: folder,
                    output: "\(folder.path)/pipe")
                _ = try await eventually("the clip") { () -> Bool? in access(out, F_OK) == 0 ? true : nil }
                process.kill(SIGTERM)
                #expect(try await process.exit() == .code(1))
            }
        }
    }

    @Test("a signal ends it while it says that no broker was reached")
    func complaining() async throws {
        try await TemporaryFolder.use { folder in
            try await withFullPipe("\(folder.path)/pipe") { _ in
                let process = try await cutroom(
                    ["dead-letters", "list", "--wait", "100ms"], in: folder, error: "\(folder.path)/pipe",
                    environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
                _ = try await eventually("cutroom to take signals itself") { () -> Bool? in
                    blocksTermination(process.pid) ? true : nil
                }
                process.kill(SIGTERM)
                #expect(try await process.exit() == .code(1))
            }
        }
    }

    @Test("serve makes clips though nobody reads where it says that it serves")
    func serving() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            try await Sample.make("\(folder.path)/audio/one.mp3")
            let port = TestStack.freePort()
            let words = ["serve", "\(folder.path)/audio", "--port", "\(port)", "--data", "\(folder.path)/data"]
            let heard = try await cutroom(words, in: folder)
            let id = try await eventually("the episode's id") { () -> Substring? in
                episode(in: heard.standardOutput)
            }
            #expect(try await heard.stop() == .code(0))
            try await withFullPipe("\(folder.path)/pipe") { drain in
                let process = try await cutroom(words, in: folder, output: "\(folder.path)/pipe")
                try await process.ready(port: port)
                let answer = try await HTTPFetch.get(
                    "http://127.0.0.1:\(port)/api/v1/audio_clips/\(id)?start_time_ms=1000&duration_ms=1000")
                #expect(answer.status == 200, "\(answer.text)")
                drain()
                #expect(try await process.stop() == .code(0))
            }
        }
    }

    /// What `serve` says of the first one, once it has said it.
    private func episode(in output: [UInt8]) -> Substring? {
        String(decoding: output, as: UTF8.self).split(separator: "\"episode_id\":\"", maxSplits: 1).dropFirst().first?
            .prefix(24)
    }

    /// Whether the program has come to where its own thread waits for signals (proc(5), `SigBlk`).
    private func blocksTermination(_ pid: pid_t) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:\t") }
        let mask = line.flatMap { UInt64($0.dropFirst(8), radix: 16) } ?? 0
        return mask & 1 << UInt64(SIGTERM - 1) != 0
    }
}
