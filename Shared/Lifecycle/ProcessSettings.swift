import Logging
import Settings

/// The settings that every program has.
public struct ProcessSettings: Sendable {
    public let logLevel: LogLevel
    public let logFormat: LogFormat
    public let shutdownLimit: Duration
    /// Whether a crash may leave a core file.
    public let leavesCore: Bool

    /// For work under way: what `shutdownLimit` leaves when the rest of a stop is taken off.
    public var drainLimit: Duration {
        // librdkafka's clients take a second or two to close: a short limit must leave them that.
        min(shutdownLimit * 4 / 5, max(shutdownLimit - .seconds(3), shutdownLimit / 2))
    }

    public init(from read: inout SettingsReader) {
        logLevel = read.choice("LOG_LEVEL", default: .info, "what matters less is not logged")
        logFormat = read.choice(
            "LOG_FORMAT", default: .auto, "lines on standard error; auto: text at a terminal, else json")
        shutdownLimit = read.duration(
            "SHUTDOWN_LIMIT", default: .seconds(25), in: .seconds(1) ... .seconds(600),
            "time to finish after SIGTERM; what is left then is cut off, and the exit code is 1")
        leavesCore = read.bool(
            "CORE_FILES", default: false,
            "whether a crash may leave a core file, for those who look for its cause: it holds all secrets")
    }

    /// The log on standard error that these settings ask for.
    public func log(service: String) -> Log {
        Log(service: service, version: BuildInfo.version, level: logLevel, format: logFormat)
    }
}
