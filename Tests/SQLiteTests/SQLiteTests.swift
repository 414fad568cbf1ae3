import SQLite
import TestStack
import Testing

@Suite("SQLite", .timeLimit(.minutes(1)))
struct SQLiteTests {
    private func open(_ place: SQLiteDatabase.Place = .memory, limitBytes: Int = 64 << 20) async throws
        -> SQLiteDatabase
    {
        try await SQLiteDatabase.open(place, named: "sqlite-test", queueLimit: 100, limitBytes: limitBytes)
    }

    @Test("values come back as they went in, zero bytes, nothing and the largest numbers too")
    func values() async throws {
        let database = try await open()
        let texts = ["", "a\u{0}b", "über 東京 🐝", "'; DROP TABLE t; --"]
        let (numbers, blobs): ([Int64], [[UInt8]]) = ([.min, -1, 0, .max], [[], [0, 255, 0]])
        let read = try await database.run { (connection) throws(SQLiteFault) in
            try connection.run("CREATE TABLE t (v)")
            for text in texts { try connection.run("INSERT INTO t VALUES (?1)", .text(text)) }
            for number in numbers { try connection.run("INSERT INTO t VALUES (?1)", .integer(number)) }
            for blob in blobs { try connection.run("INSERT INTO t VALUES (?1)", .blob(blob)) }
            try connection.run("INSERT INTO t VALUES (?1)", .null)
            var read: (texts: [String], numbers: [Int64], blobs: [[UInt8]], nulls: Int) = ([], [], [], 0)
            try connection.rows("SELECT v, typeof(v) FROM t ORDER BY rowid") { (row) throws(SQLiteFault) in
                switch row.text(1) {
                case "text": read.texts.append(row.text(0))
                case "integer": read.numbers.append(row.integer(0))
                case "blob": read.blobs.append(row.blob(0))
                default: read.nulls += row.isNull(0) ? 1 : 0
                }
            }
            return read
        }
        #expect(read.texts == texts && read.numbers == numbers && read.blobs == blobs && read.nulls == 1)
        await database.close()
    }

    @Test("full-text search is there: words, phrases and prefixes, ranked")
    func fullText() async throws {
        let database = try await open()
        let found = try await database.run { (connection) throws(SQLiteFault) in
            try connection.run("CREATE VIRTUAL TABLE said USING fts5(text)")
            for text in ["bees make honey", "honey honey", "the make of bees"] {
                try connection.run("INSERT INTO said VALUES (?1)", .text(text))
            }
            var found: [[Int64]] = []
            for query in ["honey", "\"make honey\"", "be*"] {
                var ids: [Int64] = []
                try connection.rows("SELECT rowid FROM said WHERE said MATCH ?1 ORDER BY rank", [.text(query)]) {
                    (row) throws(SQLiteFault) in ids.append(row.integer(0))
                }
                found.append(ids)
            }
            return found
        }
        #expect(found[0] == [2, 1] && found[1] == [1] && Set(found[2]) == [1, 3])
        await database.close()
    }

    @Test("a transaction that fails leaves nothing, whatever it failed by")
    func transactions() async throws {
        let database = try await open(limitBytes: 64 << 10)
        try await database.run { (connection) throws(SQLiteFault) in try connection.run("CREATE TABLE t (v UNIQUE)") }
        let faults = try await database.run { (connection) throws(SQLiteFault) in
            var faults: [SQLiteFault.Kind] = []
            for values: [SQLiteValue] in [
                [.integer(1), .integer(1)], [.integer(2), .blob(.init(repeating: 1, count: 1 << 20))],
            ] {
                do throws(SQLiteFault) {
                    try connection.transaction { () throws(SQLiteFault) in
                        for value in values { try connection.run("INSERT INTO t VALUES (?1)", value) }
                    }
                } catch { faults.append(error.kind) }
            }
            return faults
        }
        // SQLITE_CONSTRAINT is 19 (https://www.sqlite.org/rescode.html); its extended codes are too.
        guard case .other(let code) = faults.first else { return #expect(Bool(false), "\(faults)") }
        #expect(code & 0xff == 19 && faults.last == .full)
        let count = try await database.run { (connection) throws(SQLiteFault) in
            var count: Int64 = -1
            try connection.rows("SELECT count(*) FROM t") { (row) throws(SQLiteFault) in count = row.integer(0) }
            return count
        }
        #expect(count == 0)
        await database.close()
    }

    @Test("what takes too long is interrupted, and the connection goes on")
    func interrupted() async throws {
        let database = try await open()
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        await #expect(throws: SQLiteFault.self) {
            try await database.run { (connection) throws(SQLiteFault) in
                try connection.within(.milliseconds(20)) { () throws(SQLiteFault) in try connection.run(endless) }
            }
        }
        try await database.run { (connection) throws(SQLiteFault) in try connection.run("SELECT 1") }
        await database.close()
    }

    @Test("a file keeps what was written, and a closed database refuses")
    func file() async throws {
        try await TemporaryFolder.use { folder in
            let place = SQLiteDatabase.Place.file("\(folder.path)/some.db")
            var database = try await open(place)
            try await database.run { (connection) throws(SQLiteFault) in
                try connection.run("CREATE TABLE t (v)")
                try connection.run("INSERT INTO t VALUES (7)")
            }
            await database.close()
            await #expect(throws: SQLiteFault.self) { try await database.run { (_) throws(SQLiteFault) in } }
            database = try await open(place)
            let read = try await database.run { (connection) throws(SQLiteFault) in
                var read: Int64 = 0
                try connection.rows("SELECT v FROM t") { (row) throws(SQLiteFault) in read = row.integer(0) }
                return read
            }
            #expect(read == 7)
            await database.close()
            await #expect(throws: SQLiteFault.self) { try await open(.file("\(folder.path)/none/some.db")) }
        }
    }
}
