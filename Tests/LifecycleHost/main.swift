// A process of its own for what can't be tried inside a test's: signals, exit codes, the command line.
// Its first line on standard error says that it has started.
import Glibc
import Lifecycle
import Logging
import Settings

struct HostSettings: ServiceSettings {
    static let prefixes = ["HOST_"]
    let way: String

    init(from read: inout SettingsReader) {
        way = read.string("HOST_WAY", "what the host does")
    }
}

/// Waits for ever, whatever is cancelled.
func never() async { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }

func act(_ way: String, _ log: Log, _ stopping: StopSignal) async throws {
    struct Broken: Error {}
    log.info("Started")
    switch way {
    case "drain":
        await stopping.requested()
        await stopping.step("finish") { await Task.yield() }
        log.info("Drained")
    case "stuck":
        await stopping.requested()
        await stopping.step("close the group") { log.info("Closing") }
        await stopping.step("answer waiters") { await never() }
    case "stuck-inside":
        await stopping.requested()
        await Task { await StopSignal.drainStep("deep inside") { await never() } }.value
    case "busy":
        for _ in 0..<8 {
            Task.detached { while !stopping.isRequested { await Task.yield() } }
        }
        await stopping.requested()
    case "fail":
        stopping.fail("The broker refuses us", ["code": 7])
        await stopping.requested()
        log.info("Drained")
    case "throw": throw Broken()
    case "abort": abort()
    case "missing": throw SettingMissing("HOST_PLACE")
    case "broken-pipe":
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        close(ends[0])
        _ = write(ends[1], "x", 1)
        await stopping.requested()
    default: break
    }
}

if let way = getenv("LIMITED").map({ String(cString: $0) }) {
    let log = Log(service: "host", version: BuildInfo.version, format: .json)
    Lifecycle.run(log: log, limit: .milliseconds(50)) { stopping in try await act(way, log, stopping) }
}
Lifecycle.serve(
    "host", "stands in for a service in tests.", settings: HostSettings.self, versionNotes: ["cut version 2"]
) {
    settings, log, stopping in
    try await act(settings.way, log, stopping)
}
