import CPosix
import Glibc
import TestStack
import Testing

@testable import ChildProcesses

@Suite("children that work on one processor")
struct ProcessorSharesTests {
    @Test("each is kept on that which fewest others have, and a place that is given back is taken again")
    func shares() async throws {
        let count = Int(cposix_processors())
        var shares = ProcessorShares()
        var (sleepers, taken) = ([ServiceProcess](), [Int]())
        for _ in 0..<(2 * count) {
            let sleeper = try await ServiceProcess("sleep", ["600"])
            let processor = shares.take(for: sleeper.pid)
            taken.append(try #require(processor))
            sleepers.append(sleeper)
        }
        for processor in 0..<count { #expect(taken.count { $0 == processor } == 2, "\(taken)") }
        #expect(Set(taken.prefix(count)).count == count, "\(taken)")
        let kept = try sleepers.map { try Self.allowed($0.pid) }
        #expect(Set(kept).count == count && kept.allSatisfy { Int($0) != nil }, "\(kept)")
        #expect(
            zip(taken, kept).allSatisfy { pair in zip(taken, kept).allSatisfy { ($0.0 == pair.0) == ($0.1 == pair.1) } }
        )
        // SCHED_BATCH is 3 (sched.h).
        #expect(sleepers.allSatisfy { sched_getscheduler($0.pid) == 3 })
        shares.giveBack(taken[0])
        let (again, nobody) = (shares.take(for: sleepers[0].pid), shares.take(for: 0x7FFF_FFFF))
        #expect(again == taken[0] && nobody == nil)
    }

    @Test("a child that is asked to works on one, from its input on; another on all")
    func child() async throws {
        let script = Command("/bin/sh", ["-c", "read x; exec grep Cpus_allowed_list: /proc/self/status"])
        for onOne in [true, false] {
            let child = try await Child.start(
                script, input: .later, output: .capture(limitBytes: 1000), limits: ChildLimits(onOneProcessor: onOne))
            #expect(try Self.allowed(child.pid) == Self.allowed(getpid()))
            child.feed(Array("go\n".utf8))
            let said = String(decoding: try await child.ended().output, as: UTF8.self)
            let allowed = try #require(said.split(whereSeparator: \.isWhitespace).last.map(String.init))
            #expect(onOne ? Int(allowed) != nil : try allowed == Self.allowed(getpid()), "\(said)")
        }
    }

    /// As proc(5) lists them: a number, or ranges.
    private static func allowed(_ pid: pid_t) throws -> String {
        let status = try #require(fopen("/proc/\(pid)/status", "r"))
        defer { fclose(status) }
        var line = [CChar](repeating: 0, count: 1024)
        while fgets(&line, Int32(line.count), status) != nil {
            let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                .split(whereSeparator: \.isWhitespace)
            if words.first == "Cpus_allowed_list:" { return words.last.map(String.init) ?? "" }
        }
        throw Missing()
    }

    private struct Missing: Error {}
}
