import Logging

enum Timestamp {
    /// RFC 3339 in UTC, to the millisecond.
    static func now() -> String { WallTime.now().text }
}
