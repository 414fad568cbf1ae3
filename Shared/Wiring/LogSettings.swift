import Logging
import Settings

public struct LogSettings: Sendable {
    public var level: LogLevel
    public var format: LogFormat

    public init(from read: inout SettingsReader) {
        level = read.choice("LOG_LEVEL", default: .info, "lines below it are left out")
        format = read.choice("LOG_FORMAT", default: .auto, "auto: text for a person at a terminal, JSON elsewhere")
    }

    public func log(for service: String, version: String) -> Log {
        Log(service: service, version: version, level: level, format: format)
    }
}
