/// What SQLite says of a call that did not work, or why there was no call.
public struct SQLiteFault: Error, Equatable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// The database has as many pages as it may have, or the disk is full (SQLITE_FULL).
        case full
        /// It was told to stop (SQLITE_INTERRUPT).
        case interrupted
        /// As many calls wait for the thread as may.
        case busy
        /// The database is closed, or its thread could not be started.
        case closed
        /// SQLite's result code (https://www.sqlite.org/rescode.html).
        case other(code: Int32)
    }

    public let kind: Kind
    /// In SQLite's words: for logs, never for clients.
    public let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { "SQLite: \(message)" }
}
