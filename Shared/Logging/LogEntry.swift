import Text

/// One line before it is written down.
struct LogEntry {
    let time: WallTime
    let level: LogLevel
    let service: String
    let version: String
    let message: StaticString
    let traceID: String?
    let clipID: String?
    let requestID: String?
    let fields: LogFields
}
