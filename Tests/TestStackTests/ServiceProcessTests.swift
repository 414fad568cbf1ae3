import Glibc
import Testing

@testable import TestStack

@Suite struct ServiceProcessTests {
    @Test("a process's lines, output and exit code are those of the program")
    func speaks() async throws {
        let process = try await ServiceProcess(
            "sh", ["-c", "echo $WORD; cat; echo one >&2; printf two >&2; exit 7"], environment: ["WORD": "hear"],
            input: Array("me".utf8))
        #expect(try await process.exit() == .code(7))
        #expect(String(decoding: process.standardOutput, as: UTF8.self) == "hear\nme")
        #expect(process.lines == ["one", "two"])
    }

    @Test("a program sees only the variables it is given and the few that every program needs")
    func environment() async throws {
        setenv("CUTROOM_TEST_SECRET", "x", 1)
        let seen = String(decoding: try await Tool.run("env", environment: ["GIVEN": "y"]), as: UTF8.self)
        #expect(seen.contains("GIVEN=y\n"))
        #expect(!seen.contains("CUTROOM_TEST_SECRET"))
    }

    @Test("a line is waited for, also a second one with the same text")
    func waits() async throws {
        let process = try await ServiceProcess("sh", ["-c", "echo up 1 >&2; read x; echo up 2 >&2; exec cat"])
        #expect(try await process.line(containing: "up") == "up 1")
        #expect(try await process.line(containing: "up", from: 1) == "up 2")
    }

    @Test("waiting for a line that cannot come any more ends with the process, not with the time")
    func noSuchLine() async throws {
        let process = try await ServiceProcess("sh", ["-c", "echo other >&2"])
        let began = ContinuousClock.now
        await #expect(throws: TooLate.self) { try await process.line(containing: "up", within: .seconds(20)) }
        #expect(ContinuousClock.now - began < .seconds(10))
    }

    @Test("a killed process says by which signal", arguments: [SIGTERM, SIGKILL])
    func killed(signal: Int32) async throws {
        let process = try await ServiceProcess("sleep", ["600"])
        process.kill(signal)
        #expect(try await process.exit() == .signal(signal))
    }

    @Test("a process that does not end in time is a fault, and dead after it")
    func tooLong() async throws {
        let process = try await ServiceProcess("sleep", ["600"])
        await #expect(throws: TooLate.self) { try await process.exit(within: .milliseconds(50)) }
        #expect(try await process.exit() == .signal(SIGKILL))
    }

    @Test("once the value is gone, so are the process and its children")
    func leavesNothing() async throws {
        var process: ServiceProcess? = try await ServiceProcess(
            "sh", ["-c", "sleep 600 & echo child $! >&2; wait"])
        let line = try #require(try await process?.line(containing: "child"))
        let child = try #require(pid_t(line.dropFirst("child ".count)))
        let parent = try #require(process?.pid)
        #expect(kill(child, 0) == 0)
        process = nil
        for pid in [child, parent] {
            _ = try await eventually("the end of \(pid)") { kill(pid, 0) == 0 && !isZombie(pid) ? nil : true }
        }
    }

    @Test("a program that is not there ends with 127")
    func unknownProgram() async throws {
        let process = try await ServiceProcess("/no/such/program")
        #expect(try await process.exit() == .code(127))
    }

    /// Ended, but not yet collected by the machine's first process, which inherits orphans.
    private func isZombie(_ pid: pid_t) -> Bool {
        guard let file = fopen("/proc/\(pid)/stat", "r") else { return false }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, 256, file) != nil else { return false }
        return String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).contains(") Z ")
    }
}
