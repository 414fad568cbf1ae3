import FoundationEssentials
import Glibc
import TestStack
import Testing

@testable import Lifecycle

@Suite("A process and its signals", .timeLimit(.minutes(1)))
struct ProcessTests {
    private func started(_ way: String) async -> Host {
        let host = Host(environment: ["HOST_WAY": way])
        _ = await host.output(upTo: "\"Started\"")
        return host
    }

    @Test("the first signal drains, and a whole drain exits 0", arguments: [SIGTERM, SIGINT])
    func drain(signal: Int32) async {
        let host = await started("drain")
        host.send(signal)
        let lines = await host.output(upTo: "\"Stopped\"")
        #expect(lines.contains("\"signal\":\"\(signalName(signal))\""))
        #expect(lines.contains("\"Drained\""))
        #expect(await host.ended() == 0)
    }

    /// If any thread did not block the signal, the kernel might end the process there: the code would be −15.
    @Test("a signal finds its thread among many busy ones", arguments: 0..<10)
    func busy(round: Int) async {
        let host = await started("busy")
        host.send(SIGTERM)
        #expect(await host.ended() == 0)
    }

    /// The kernel's own word on a process whose shell had allowed core files of any size.
    @Test("a crash leaves no core file, and hands none to a program, unless that is wanted", arguments: [false, true])
    func core(isWanted: Bool) async throws {
        try await TemporaryFolder.use { folder in
            func start(_ way: String) async throws -> ServiceProcess {
                try await ServiceProcess(
                    "sh", ["-c", "ulimit -c unlimited && cd '\(folder.path)' && exec '\(Host.path)'"],
                    environment: ["HOST_WAY": way, "CORE_FILES": isWanted ? "yes" : ""])
            }
            let running = try await start("drain")
            try await running.line(containing: "\"Started\"")
            let limits = try String(contentsOfFile: "/proc/\(running.pid)/limits", encoding: .utf8)
            let limit = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
                .split(separator: " ").dropFirst(4)
            #expect(limit.prefix(2) == (isWanted ? ["unlimited", "unlimited"] : ["1", "1"]), "\(limit)")
            #expect(try await running.stop() == .code(0))
            #expect(try await start("abort").exit() == .signal(SIGABRT))
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            let pattern = try String(contentsOfFile: "/proc/sys/kernel/core_pattern", encoding: .utf8)
            // Elsewhere, or to a program: then the limit above is all that can be seen from here.
            let isHere = isWanted && !pattern.hasPrefix("/") && !pattern.hasPrefix("|")
            #expect(files.count == (isHere ? 1 : 0), "\(files), \(pattern)")
        }
    }

    @Test("a second signal ends at once, however stuck the drain is", arguments: [SIGTERM, SIGINT])
    func second(signal: Int32) async {
        let host = await started("stuck")
        host.send(SIGTERM)
        _ = await host.output(upTo: "\"Closing\"")
        host.send(signal)
        #expect(await host.ended() == 128 + signal)
    }

    @Test(
        "when the limit passes, the log names what is left, and the exit code is 1",
        arguments: [("stuck", "answer waiters"), ("stuck-inside", "deep inside")])
    func limit(way: String, step: String) async {
        let host = Host(environment: ["LIMITED": way])
        _ = await host.output(upTo: "\"Started\"")
        host.send(SIGTERM)
        let lines = await host.output(upTo: "\"The limit passed")
        #expect(lines.contains("\"fields\":{\"limit_ms\":50.0,\"unfinished\":\"\(step)\"}"))
        #expect(await host.ended() == 1)
    }

    @Test("a service that can't go on drains and exits 1")
    func fail() async {
        let host = Host(environment: ["HOST_WAY": "fail"])
        let lines = await host.output(upTo: "\"Drained\"")
        #expect(lines.contains("\"level\":\"error\""))
        #expect(lines.contains("\"message\":\"The broker refuses us\",\"fields\":{\"code\":7}"))
        #expect(await host.ended() == 1)
    }

    @Test("a fault that is thrown is logged, and exits 1")
    func thrown() async {
        let host = Host(environment: ["HOST_WAY": "throw"])
        #expect(await host.output(upTo: "\"Ended by a fault\"").contains("\"fault\":\"Broken()\""))
        #expect(await host.ended() == 1)
    }

    @Test("a fault that other settings would mend is logged, and exits 78 however late it is found")
    func missingSetting() async {
        let host = Host(environment: ["HOST_WAY": "missing"])
        #expect(await host.output(upTo: "\"Ended by a fault\"").contains("HOST_PLACE: missing"))
        #expect(await host.ended() == 78)
    }

    @Test("a body that returns by itself exits 0, and its last line is written")
    func done() async {
        let host = Host(environment: ["LIMITED": "nothing"])
        #expect(await host.output(upTo: "\"Started\"").contains("\"Started\""))
        #expect(await host.ended() == 0)
    }

    @Test("a service that returns though nobody asked it to has failed, says so, and exits 1")
    func unasked() async {
        let host = Host(environment: ["HOST_WAY": "nothing"])
        #expect(await host.output(upTo: "\"Ended by a fault\"").contains("nobody had asked it to stop"))
        #expect(await host.ended() == 1)
    }

    @Test("a pipe without a reader ends nothing")
    func brokenPipe() async {
        let host = await started("broken-pipe")
        host.send(SIGTERM)
        #expect(await host.ended() == 0)
    }
}
