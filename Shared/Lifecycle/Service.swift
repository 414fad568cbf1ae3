import Glibc
import Logging
import Settings

extension Lifecycle {
    /// The whole of a service's `main.swift`: reads the command line and the settings, sets up the log, and runs `body`
    /// as `run` does.
    ///
    /// A service that returns without having been asked to stop has failed: that is said, and it exits 1.
    ///
    /// `--help` prints the table of settings, `--version` the build; `--health` exits 0 or 1; another argument is refused
    /// with exit code 2, mistakes in the settings with 78.
    ///
    /// - Parameters:
    ///   - name: of the executable, and of the service in its log lines.
    ///   - purpose: one sentence for `--help`.
    ///   - versionNotes: what `--version` adds to the build: "cut version 2".
    ///   - isReady: what `--health` asks: whether the service that runs with these settings on this machine is ready.
    public static func serve<Settings: ServiceSettings>(
        _ name: String, _ purpose: String, settings: Settings.Type, versionNotes: [String] = [],
        isReady: (@Sendable (Settings) -> Bool)? = nil,
        _ body: @escaping @Sendable (Settings, Log, StopSignal) async throws -> Void
    ) -> Never {
        LargeBlocks.giveBack()
        Signals.block()
        switch CommandLine.arguments.dropFirst().first {
        case nil: break
        case "--help", "-h":
            say("\(name): \(purpose)\n\n\(ProgramSettings<Settings>.help())", on: STDOUT_FILENO)
            exit(ExitStatus.done.code)
        case "--health" where isReady != nil:
            exit(health(name, isReady))
        case "--version":
            say(([name, BuildInfo.description] + versionNotes).joined(separator: ", ") + "\n", on: STDOUT_FILENO)
            exit(ExitStatus.done.code)
        case let other?:
            say("\(name): unknown argument \(other); see \(name) --help\n", on: STDERR_FILENO)
            exit(ExitStatus.usage.code)
        }
        let settings: ProgramSettings<Settings>
        var warnings: [String] = []
        do throws(SettingsFault) {
            settings = try ProgramSettings(environment: Environment.current(), warn: { warnings.append($0) })
        } catch {
            say("\(name) does not start: \(error)", on: STDERR_FILENO)
            exit(ExitStatus.badSettings.code)
        }
        let process = settings.process
        let log = process.log(service: name)
        for warning in warnings { log.warning("A variable is no setting", ["warning": .string(warning)]) }
        log.info("Starting", ["commit": .string(BuildInfo.commit)])
        run(log: log, limit: process.shutdownLimit, leavesCore: process.leavesCore) { stopping in
            try await body(settings.own, log, stopping)
            if !stopping.isRequested { throw EndedUnasked() }
        }
    }

    private static func health<Settings: ServiceSettings>(
        _ name: String, _ isReady: (@Sendable (Settings) -> Bool)?
    ) -> Int32 {
        do throws(SettingsFault) {
            let settings = try ProgramSettings<Settings>(environment: Environment.current())
            return isReady?(settings.own) == true ? ExitStatus.done.code : ExitStatus.failed.code
        } catch {
            say("\(name) can't be asked: \(error)", on: STDERR_FILENO)
            return ExitStatus.badSettings.code
        }
    }

    /// Before there is a log, and for what a person asked to see: plain text, written at once.
    private static func say(_ text: String, on descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}

/// A service's own settings and those of every program, in one table.
private struct ProgramSettings<Own: ServiceSettings>: ServiceSettings {
    static var prefixes: [String] { Own.prefixes }

    let own: Own
    let process: ProcessSettings

    init(from read: inout SettingsReader) {
        own = Own(from: &read)
        process = ProcessSettings(from: &read)
    }
}
