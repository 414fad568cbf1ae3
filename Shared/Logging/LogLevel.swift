/// How much a line matters. Raw values are what `LOG_LEVEL` takes and what the line says.
public enum LogLevel: String, CaseIterable, Comparable, Sendable {
    case debug, info, warning, error

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }
}

/// What a line looks like. Raw values are what `LOG_FORMAT` takes.
public enum LogFormat: String, CaseIterable, Sendable {
    /// Text where standard error is a terminal, JSON elsewhere.
    case auto
    case json
    case text
}
