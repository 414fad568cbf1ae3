import CMongoc
import Synchronization

/// A line of libmongoc's own log.
public struct MongoLogLine: Hashable, Sendable {
    public enum Level: String, Sendable {
        case error, warning, info, debug
    }

    public let level: Level
    /// The part of libmongoc that speaks, as `mongoc` or `cluster`.
    public let part: String
    public let message: String
}

/// libmongoc as a whole: started once in a process, and its log, of which there is one.
enum MongoLibrary {
    private static let sink = Mutex<(@Sendable (MongoLogLine) -> Void)?>(nil)

    private static let started: Void = {
        // Before anything else: without a handler libmongoc writes to standard error.
        mongoc_log_set_handler(
            { level, part, message, _ in
                guard let message else { return }
                MongoLibrary.pass(
                    MongoLogLine(
                        level: .init(level), part: part.map { String(cString: $0) } ?? "mongoc",
                        message: String(cString: message)))
            }, nil)
        mongoc_init()
    }()

    static func start() { started }

    /// Sends what libmongoc logs to `sink` from now on, in place of the sink before. It may be called on any thread.
    static func log(to sink: @escaping @Sendable (MongoLogLine) -> Void) {
        self.sink.withLock { $0 = sink }
        start()
    }

    private static func pass(_ line: MongoLogLine) {
        // Called outside the lock: a sink that itself causes a log line must not wait for itself.
        let sink = sink.withLock { $0 }
        sink?(line)
    }
}

extension MongoLogLine.Level {
    fileprivate init(_ level: mongoc_log_level_t) {
        switch level {
        case MONGOC_LOG_LEVEL_ERROR, MONGOC_LOG_LEVEL_CRITICAL: self = .error
        case MONGOC_LOG_LEVEL_WARNING: self = .warning
        case MONGOC_LOG_LEVEL_MESSAGE, MONGOC_LOG_LEVEL_INFO: self = .info
        default: self = .debug
        }
    }
}
