import CSQLite

/// What is bound to a statement's places and read from its columns.
public enum SQLiteValue: Hashable, Sendable {
    case integer(Int64)
    case real(Double)
    /// May hold zero bytes.
    case text(String)
    case blob([UInt8])
    case null
}

/// A prepared statement, which belongs to its connection.
final class SQLiteStatement {
    let statement: OpaquePointer
    private let connection: OpaquePointer

    init(_ statement: OpaquePointer, of connection: OpaquePointer) {
        self.statement = statement
        self.connection = connection
    }

    deinit { sqlite3_finalize(statement) }

    /// Gives the places ?1, ?2, … their values.
    func bind(_ values: [SQLiteValue]) throws(SQLiteFault) {
        for (place, value) in values.enumerated() {
            let place = Int32(place + 1)
            let code: Int32 =
                switch value {
                case .integer(let number): sqlite3_bind_int64(statement, place, number)
                case .real(let number): sqlite3_bind_double(statement, place, number)
                case .text(let text): cutroom_bind_text(statement, place, text, Int32(clamping: text.utf8.count))
                case .blob(let bytes):
                    if bytes.isEmpty {
                        sqlite3_bind_zeroblob(statement, place, 0)
                    } else {
                        cutroom_bind_blob(statement, place, bytes, Int32(clamping: bytes.count))
                    }
                case .null: sqlite3_bind_null(statement, place)
                }
            guard code == SQLITE_OK else { throw SQLiteConnection.fault(code, of: connection) }
        }
    }

    /// - Returns: whether there is a row.
    func step() throws(SQLiteFault) -> Bool {
        let code = sqlite3_step(statement)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw SQLiteConnection.fault(code, of: connection)
        }
    }

    /// Ready for new values, and without those that it had.
    func reset() {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }
}

/// A row of an answer, by the places of its columns, from 0 on.
public struct SQLiteRow {
    private let statement: SQLiteStatement

    init(_ statement: SQLiteStatement) { self.statement = statement }

    /// 0 for what is null or no number.
    public func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement.statement, Int32(column)) }

    public func real(_ column: Int) -> Double { sqlite3_column_double(statement.statement, Int32(column)) }

    /// Empty for null; what is no UTF-8 is mended.
    public func text(_ column: Int) -> String {
        guard let bytes = sqlite3_column_text(statement.statement, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(statement.statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    public func blob(_ column: Int) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(statement.statement, Int32(column)) else { return [] }
        return Array(
            UnsafeRawBufferPointer(
                start: bytes, count: Int(sqlite3_column_bytes(statement.statement, Int32(column)))))
    }

    public func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(statement.statement, Int32(column)) == SQLITE_NULL
    }
}
