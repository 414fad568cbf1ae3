import CPosix
import ChildProcesses
import Glibc
import Testing

@Suite("A child's limits")
struct ChildLimitsTests {
    @Test("a child that writes more than is kept is killed, and what was kept is there")
    func hugeOutput() async throws {
        let fault = await fault {
            try await Child.run(Command("/usr/bin/yes"), output: .capture(limitBytes: 1_000_001))
        }
        guard case .overLimit(.outputBytes(1_000_001), let ended)? = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(ended.status == .killed)
        #expect(ended.output.count == 1_000_001)
    }

    @Test("exactly as much as is kept is no fault")
    func fullOutput() async throws {
        let ended = try await Child.run(
            shell("head -c 200000 /dev/zero"), output: .capture(limitBytes: 200_000))
        #expect(ended.output.count == 200_000)
    }

    @Test("output in memory can be sought in and read again by the child, and has its bound too")
    func outputInMemory() async throws {
        let script =
            "open F, '+>', '/dev/stdout' or die; print F 'a' x 10; seek F, 3, 0; print F 'bc'; "
            + "open G, '<', '/dev/stdout' or die; seek F, 0, 2; print F 'd'; close F; print STDERR <G>"
        let ended = try await Child.run(
            Command("/usr/bin/perl", ["-e", script]), output: .memory(limitBytes: 11))
        #expect(String(decoding: ended.output, as: UTF8.self) == "aaabcaaaaad")
        #expect(ended.errorTail == "aaabcaaaaad")

        let fault = await fault {
            try await Child.run(
                Command("/usr/bin/head", ["-c", "1001", "/dev/zero"]), output: .memory(limitBytes: 1000))
        }
        guard case .overLimit(.outputBytes(1000), let ended)? = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(ended.output.count <= 1000)
    }

    @Test("a flood of errors costs no memory and keeps its end")
    func errorFlood() async throws {
        let ended = try await Child.run(
            shell("head -c 50000000 /dev/zero | tr '\\0' x >&2; printf 'the end' >&2"), errorTailBytes: 10)
        #expect(ended.status == .exited(0))
        #expect(ended.errorTail == "xxxthe end")
    }

    @Test("a child that hangs is killed at the wall limit together with what it started")
    func wallClock() async throws {
        // The grandchild's id comes out through standard error; both ignore the polite signals.
        let fault = await fault {
            try await Child.run(
                shell("trap '' TERM INT HUP; sleep 1000 & echo $! >&2; wait; sleep 1000"),
                limits: ChildLimits(wallClock: .milliseconds(300)))
        }
        guard case .overLimit(.wallClock(.milliseconds(300)), let ended)? = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(ended.usage.wallClock >= .milliseconds(300))
        let grandchild = try #require(Int32(ended.errorTail.split(separator: "\n").first ?? ""))
        #expect(await isGone(grandchild))
    }

    @Test("what a child left running in its group goes when it ends")
    func leftBehind() async throws {
        let ended = try await Child.run(shell("sleep 1000 & echo $!"), output: .capture(limitBytes: 100))
        #expect(ended.status == .exited(0))
        let text = String(decoding: ended.output, as: UTF8.self)
        #expect(await isGone(try #require(Int32(text.split(separator: "\n").first ?? ""))))
    }

    @Test("one that left the group and holds the pipes keeps nobody waiting")
    func escaped() async throws {
        let ended = try await Child.run(
            shell("setsid sh -c 'echo $$; exec sleep 60' & sleep 0.2"), output: .capture(limitBytes: 100))
        #expect(ended.usage.wallClock < .seconds(30))
        let text = String(decoding: ended.output, as: UTF8.self)
        kill(try #require(Int32(text.split(separator: "\n").first ?? "")), SIGKILL)
    }

    @Test("memory beyond the address space is refused to it")
    func memory() async throws {
        let hungry = Command("/usr/bin/perl", ["-e", "my $x = 'a' x 500_000_000; print 'had it'"])
        let ended = try await Child.run(
            hungry, output: .capture(limitBytes: 100), limits: ChildLimits(addressSpaceBytes: 200_000_000))
        #expect(ended.status != .exited(0))
        #expect(ended.output.isEmpty)
        #expect(ended.errorTail.contains("Out of memory"))
    }

    @Test("processor time beyond the limit ends it, and is told from other killing")
    func cpuTime() async throws {
        let fault = await fault {
            try await Child.run(
                shell("trap '' XCPU; while :; do :; done"), limits: ChildLimits(cpuTime: .milliseconds(500)))
        }
        guard case .overLimit(.cpuTime(.milliseconds(500)), let ended)? = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(ended.usage.cpuTime < .seconds(3))
    }

    @Test("a file longer than allowed ends it")
    func fileSize() async throws {
        let fault = await fault {
            try await Child.run(
                Command(
                    "/usr/bin/perl", ["-e", "open F, '+>', undef or die; print F 'x' x 100_000 for 1..100; close F"]),
                limits: ChildLimits(fileSizeBytes: 1_000_000))
        }
        guard case .overLimit(.fileSizeBytes(1_000_000), _)? = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
    }

    @Test("descriptors, core files and niceness are as said")
    func kernelLimits() async throws {
        let ended = try await Child.run(
            shell("ulimit -n; ulimit -c; nice; cut -d' ' -f5 /proc/$$/stat; echo $$"),
            output: .capture(limitBytes: 100), limits: ChildLimits(openFiles: 33, nice: 10))
        let lines = String(decoding: ended.output, as: UTF8.self).split(separator: "\n")
        // On top of this process's own.
        let niceness = min(19, nice(0) + 10)
        #expect(lines.prefix(3) == ["33", "0", "\(niceness)"])
        #expect(lines[3] == lines[4], "it leads its own process group")
    }

    @Test("cancelling the task kills the child and waits for it")
    func cancellation() async throws {
        let child = try await Child.start(shell("sleep 1000"))
        let task = Task { try await child.ended() }
        task.cancel()
        await #expect(throws: ChildFault.cancelled) { try await task.value }
        #expect(kill(child.pid, 0) == -1 && errno == ESRCH, "collected, not only killed")
    }

    @Test("a child that nobody holds any more is killed")
    func letGo() async throws {
        var child: Child? = try await Child.start(shell("sleep 1000"))
        let pid = try #require(child).pid
        child = nil
        #expect(await isGone(pid))
    }
}

private func fault(_ body: () async throws -> Ended) async -> ChildFault? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? ChildFault
    }
}

/// Waits until the process has ended: a pidfd turns readable, and a process that is gone has none.
func isGone(_ pid: Int32) async -> Bool {
    let pidfd = cposix_pidfd_open(pid)
    guard pidfd >= 0 else { return errno == ESRCH }
    defer { close(pidfd) }
    var watched = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
    return poll(&watched, 1, 10_000) == 1
}
