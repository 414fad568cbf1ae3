import Threads

/// One SQLite database with one connection, which only work on this database's own thread touches.
///
/// Close it with `close()`, or its thread lives as long as the process.
///
/// `@unchecked Sendable`: the connection is touched on the one thread alone.
public final class SQLiteDatabase: @unchecked Sendable {
    public enum Place: Hashable, Sendable {
        /// It goes with the connection.
        case memory
        /// Made if it is not there; with a write-ahead log beside it. UTF-8 without a zero byte.
        case file(String)
    }

    private let thread: BlockingPool
    private var connection: SQLiteConnection?

    /// - Parameters:
    ///   - queueLimit: so many calls may wait for the thread.
    ///   - limitBytes: of the database's pages, rounded down to pages of 4 KiB. What would need more fails as `.full`.
    public static func open(
        _ place: Place, named name: String, queueLimit: Int, limitBytes: Int
    ) async throws(SQLiteFault) -> SQLiteDatabase {
        let database = SQLiteDatabase(BlockingPool(named: name, threads: 1, queueLimit: queueLimit))
        do throws(SQLiteFault) {
            try await database.onThread { () throws(SQLiteFault) in
                database.connection = try SQLiteConnection(place, limitBytes: limitBytes)
            }
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    private init(_ thread: BlockingPool) { self.thread = thread }

    /// Runs work on the database's thread, after the work that was given before it.
    ///
    /// - Throws: what the work throws; `.busy` and `.closed` if it was not begun.
    public func run<Value: Sendable>(
        _ work: @escaping @Sendable (SQLiteConnection) throws(SQLiteFault) -> Value
    ) async throws(SQLiteFault) -> Value {
        try await onThread { () throws(SQLiteFault) -> Value in
            guard let connection = self.connection else { throw SQLiteFault(.closed, "the database is closed") }
            return try work(connection)
        }
    }

    /// Finishes the work that was given, and closes the database.
    public func close() async { await thread.close { self.connection = nil } }

    private func onThread<Value: Sendable>(
        _ work: @escaping @Sendable () throws(SQLiteFault) -> Value
    ) async throws(SQLiteFault) -> Value {
        let result: Result<Value, SQLiteFault>
        do throws(BlockingPool.Refusal) {
            result = try await thread.run { Result { () throws(SQLiteFault) in try work() } }
        } catch {
            switch error {
            case .full(let limit): throw SQLiteFault(.busy, "\(limit) calls wait for the database")
            case .closed: throw SQLiteFault(.closed, "the database is closed")
            case .noThread(let fault): throw SQLiteFault(.closed, "\(fault)")
            }
        }
        return try result.get()
    }
}
