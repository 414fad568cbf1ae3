import ChildProcesses
import Glibc
import Testing

@Suite("A child process")
struct ChildTests {
    @Test("tells its exit code", arguments: [0, 1, 7, 255])
    func exitCode(code: Int32) async throws {
        let ended = try await Child.run(shell("exit \(code)"))
        #expect(ended.status == .exited(code))
    }

    @Test("tells the signal that ended it", arguments: [SIGTERM, SIGSEGV, SIGKILL])
    func signal(number: Int32) async throws {
        let ended = try await Child.run(shell("kill -\(number) $$"))
        #expect(ended.status == .signalled(number))
    }

    @Test("gives its output and the end of its standard error")
    func outputs() async throws {
        let ended = try await Child.run(
            shell("echo out; echo first >&2; echo last >&2"), output: .capture(limitBytes: 100), errorTailBytes: 5)
        #expect(ended.output == Array("out\n".utf8))
        #expect(ended.errorTail == "last\n")
    }

    @Test("gets its arguments as they are, without a shell")
    func arguments() async throws {
        let odd = ["a b", "$HOME", "", "\"'", "*", "ü\n;"]
        let ended = try await Child.run(
            Command("/usr/bin/printf", ["%s|"] + odd), output: .capture(limitBytes: 100))
        #expect(String(decoding: ended.output, as: UTF8.self) == odd.map { $0 + "|" }.joined())
    }

    @Test("gets the environment and folder it was given, and nothing else")
    func environment() async throws {
        let command = Command(
            "/usr/bin/env", ["sh", "-c", "pwd; env"], environment: ["PATH": "/usr/bin:/bin", "A": "b c"],
            workingDirectory: "/usr")
        let ended = try await Child.run(command, output: .capture(limitBytes: 1000))
        let lines = Set(String(decoding: ended.output, as: UTF8.self).split(separator: "\n"))
        // dash sets PWD itself.
        #expect(lines.subtracting(["PWD=/usr"]) == ["/usr", "PATH=/usr/bin:/bin", "A=b c"])
    }

    @Test("inherits no descriptor, no signal mask and no ignored signal")
    func inheritsNothing() async throws {
        let kept = open("/dev/null", O_RDONLY)
        defer { close(kept) }
        Glibc.signal(SIGUSR2, SIG_IGN)
        let ended = try await Child.run(
            Command("/bin/grep", ["-E", "^Sig(Blk|Ign)", "/proc/self/status"]), output: .capture(limitBytes: 1000))
        #expect(
            String(decoding: ended.output, as: UTF8.self) == """
                SigBlk:\t0000000000000000
                SigIgn:\t0000000000000000

                """)
        let files = try await Child.run(Command("/bin/ls", ["/proc/self/fd"]), output: .capture(limitBytes: 1000))
        // 3 is the folder that ls reads; were 3 inherited, it would have opened 4.
        #expect(files.output == Array("0\n1\n2\n3\n".utf8))
    }

    @Test("reads bytes from a pipe, from memory that can be opened again, and from a descriptor")
    func inputs() async throws {
        // Longer than any pipe.
        let bytes = (0..<1_100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let piped = try await Child.run(
            Command("/bin/cat"), input: .bytes(bytes), output: .capture(limitBytes: bytes.count))
        #expect(piped.output == bytes)
        let seeked = try await Child.run(
            Command("/usr/bin/tail", ["-c", "5", "/dev/stdin"]), input: .memory(bytes),
            output: .capture(limitBytes: 5))
        #expect(seeked.output == bytes.suffix(5))
        let file = open("/etc/passwd", O_RDONLY)
        let read = try await Child.run(
            Command("/bin/cat"), input: .descriptor(file), output: .capture(limitBytes: 10_000))
        close(file)
        let named = try await Child.run(
            Command("/bin/cat", ["/etc/passwd"]), output: .capture(limitBytes: 10_000))
        #expect(read.output == named.output)
    }

    @Test("waits for its input until it is fed, and its wall clock with it")
    func later() async throws {
        let child = try await Child.start(
            Command("/bin/cat"), input: .later, output: .capture(limitBytes: 100),
            limits: ChildLimits(wallClock: .seconds(20)))
        child.feed(Array("now".utf8), wallClock: .seconds(30))
        child.feed(Array("and never again".utf8))
        let ended = try await child.ended()
        #expect(ended.output == Array("now".utf8))
    }

    // Without a limit it ends by itself, late: the test then says so instead of waiting.
    @Test("that is fed and hangs is killed at the limit that came with the feeding")
    func laterHangs() async throws {
        let child = try await Child.start(
            Command("/bin/sleep", ["20"]), input: .later, limits: ChildLimits(wallClock: .seconds(300)))
        child.feed(Array("now".utf8), wallClock: .milliseconds(50))
        do throws(ChildFault) {
            _ = try await child.ended()
            Issue.record("it ended by itself")
        } catch {
            guard case .overLimit(.wallClock(let limit), let ended) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(limit == .milliseconds(50))
            #expect(ended.status == .killed)
        }
    }

    @Test("may close its input early without hurting anyone")
    func closedInput() async throws {
        let ended = try await Child.run(
            shell("exec 0<&-; echo done"), input: .bytes([UInt8](repeating: 1, count: 5_000_000)),
            output: .capture(limitBytes: 100))
        #expect(ended.status == .exited(0))
        #expect(ended.output == Array("done\n".utf8))
    }

    @Test("has its processor time and memory counted")
    func usage() async throws {
        let ended = try await Child.run(
            Command("/usr/bin/perl", ["-e", "my $x = 'a' x 150_000_000; my $n = 0; $n += $_ for 1..3_000_000"]))
        #expect(ended.usage.cpuTime > .milliseconds(20))
        #expect(ended.usage.cpuTime <= ended.usage.wallClock + .milliseconds(50))
        #expect(ended.usage.peakResidentBytes > 150_000_000)
    }

    @Test("that cannot run says why")
    func cannotRun() async throws {
        await #expect(throws: ChildFault.notFound(path: "/no/such/program")) {
            try await Child.run(Command("/no/such/program"))
        }
        await #expect(throws: ChildFault.notFound(path: "cat")) { try await Child.run(Command("cat")) }
        await #expect(throws: ChildFault.notExecutable(path: "/etc/passwd")) {
            try await Child.run(Command("/etc/passwd"))
        }
        await #expect(throws: ChildFault.notExecutable(path: "/usr/bin")) {
            try await Child.run(Command("/usr/bin"))
        }
        await #expect(throws: ChildFault.notStarted(call: "chdir", errno: ENOENT)) {
            try await Child.run(Command("/bin/true", workingDirectory: "/no/such/folder"))
        }
    }

    @Test("is refused when C would read its arguments differently")
    func refusals() async throws {
        await #expect(throws: ChildFault.nulInArgument("a\0b")) {
            try await Child.run(Command("/bin/echo", ["a\0b"]))
        }
        await #expect(throws: ChildFault.badVariable("A=B")) {
            try await Child.run(Command("/bin/true", environment: ["A=B": "c"]))
        }
    }

    @Test("is found where a shell would find it")
    func find() {
        #expect(findExecutable("env", searchPath: "/no/such:relative:/usr/bin:/bin") == "/usr/bin/env")
        #expect(findExecutable("/bin/sh", searchPath: "") == "/bin/sh")
        #expect(findExecutable("passwd", searchPath: "/etc") == nil)
        #expect(findExecutable("bin", searchPath: "/usr") == nil)
    }
}

func shell(_ script: String) -> Command { Command("/bin/sh", ["-c", script]) }
