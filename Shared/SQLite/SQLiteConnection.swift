import CSQLite

/// A connection, for work on its database's thread alone.
public final class SQLiteConnection {
    private static let pageBytes = 4_096
    /// Steps of SQLite's virtual machine between two looks at the clock: some tens of microseconds.
    private static let stepsBetweenLooks: Int32 = 10_000

    private let handle: OpaquePointer
    /// Statements by their text: preparing one takes longer than most of them run. There are as many as the program has texts.
    private var statements: [String: SQLiteStatement] = [:]
    /// Of what `within` runs.
    private var end = ContinuousClock.now

    init(_ place: SQLiteDatabase.Place, limitBytes: Int) throws(SQLiteFault) {
        let path =
            switch place {
            case .memory: ":memory:"
            case .file(let path): path
            }
        var opened: OpaquePointer?
        // One thread uses it, so SQLite need not lock.
        let code = sqlite3_open_v2(
            path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            let fault = Self.fault(code, of: opened)
            sqlite3_close_v2(opened)
            throw fault
        }
        handle = opened
        try run("PRAGMA page_size = \(Self.pageBytes)")
        try run("PRAGMA max_page_count = \(max(1, limitBytes / Self.pageBytes))")
        if place == .memory {
            try run("PRAGMA journal_mode = MEMORY")
        } else {
            try run("PRAGMA journal_mode = WAL")
            try run("PRAGMA synchronous = NORMAL")
        }
        try run("PRAGMA temp_store = MEMORY")
        try run("PRAGMA trusted_schema = OFF")
    }

    deinit {
        // Statements that are left are finalized first.
        statements = [:]
        sqlite3_close_v2(handle)
    }

    /// Runs one statement to its end.
    ///
    /// - Parameter text: a constant of the program. What others wrote goes into `values`.
    public func run(_ text: String, _ values: SQLiteValue...) throws(SQLiteFault) {
        try rows(text, values) { (_) throws(SQLiteFault) in }
    }

    /// Runs one statement, and takes each of its rows.
    ///
    /// - Parameter take: a row is there only while it is called.
    public func rows(
        _ text: String, _ values: [SQLiteValue] = [], _ take: (SQLiteRow) throws(SQLiteFault) -> Void
    ) throws(SQLiteFault) {
        let statement = try statement(text)
        defer { statement.reset() }
        try statement.bind(values)
        while try statement.step() { try take(SQLiteRow(statement)) }
    }

    /// All that is changed in `body`, or nothing.
    public func transaction(_ body: () throws(SQLiteFault) -> Void) throws(SQLiteFault) {
        try run("BEGIN IMMEDIATE")
        do throws(SQLiteFault) {
            try body()
            try run("COMMIT")
        } catch {
            // A full database has rolled back by itself.
            if sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") }
            throw error
        }
    }

    /// Stops what `body` runs, as `.interrupted`, once it has taken so long.
    public func within<Value>(
        _ limit: Duration, _ body: () throws(SQLiteFault) -> Value
    ) throws(SQLiteFault) -> Value {
        end = .now + limit
        sqlite3_progress_handler(
            handle, Self.stepsBetweenLooks,
            { context in
                guard let context else { return 0 }
                return Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue().end <= .now ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
        defer { sqlite3_progress_handler(handle, 0, nil, nil) }
        return try body()
    }

    /// Rows that the last statement inserted, changed or deleted.
    public var changes: Int { Int(sqlite3_changes64(handle)) }

    private func statement(_ text: String) throws(SQLiteFault) -> SQLiteStatement {
        if let known = statements[text] { return known }
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw Self.fault(code, of: handle) }
        let statement = SQLiteStatement(prepared, of: handle)
        statements[text] = statement
        return statement
    }

    static func fault(_ code: Int32, of handle: OpaquePointer?) -> SQLiteFault {
        let message = handle.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) } ?? "code \(code)"
        switch code & 0xff {
        case SQLITE_FULL: return SQLiteFault(.full, message)
        case SQLITE_INTERRUPT: return SQLiteFault(.interrupted, message)
        default: return SQLiteFault(.other(code: code), message)
        }
    }
}
