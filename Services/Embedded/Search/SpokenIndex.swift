import SQLite
import Transcripts

/// The words of a folder's transcripts, in memory, for searches: SQLite's FTS5 over passages.
final class SpokenIndex: Sendable {
    /// A passage in which all words of a query are.
    struct Found: Hashable, Sendable {
        /// The number that its episode was put under.
        let episode: Int64
        let startMs: Int32
        let endMs: Int32
        let text: String
        let speaker: String?
        /// Where the query's words are in the text, in UTF-16 code units, in their order.
        let matches: [Range<Int>]
    }

    struct Answer: Sendable {
        let found: [Found]
        let hasMore: Bool
        /// Whether the best come first; if ranking took too long, it is those of the first episodes.
        let isRanked: Bool
    }

    /// Between characters of scripts without spaces; no text holds control characters (`Passage.text`).
    static let parting: Unicode.Scalar = "\u{3}"
    private static let opening: Unicode.Scalar = "\u{1}"
    private static let closing: Unicode.Scalar = "\u{2}"
    /// Of an episode's passages within its numbers: 2²⁰, more than a transcript of the largest size has.
    private static let numberBits: Int64 = 20
    private static let longestRanking = Duration.milliseconds(400)
    private static let longestSearch = Duration.milliseconds(200)
    /// Of searches and episodes together.
    private static let mostWaiting = 100

    private let database: SQLiteDatabase

    /// - Parameter limitBytes: of memory; what would need more is not taken.
    static func open(limitBytes: Int) async throws(SQLiteFault) -> SpokenIndex {
        let database = try await SQLiteDatabase.open(
            .memory, named: "search", queueLimit: mostWaiting, limitBytes: limitBytes)
        try await database.run { (connection) throws(SQLiteFault) in
            try connection.run(
                """
                CREATE VIRTUAL TABLE said USING fts5(
                    text, start UNINDEXED, end UNINDEXED, speaker UNINDEXED,
                    tokenize = "unicode61 remove_diacritics 2", prefix = '2 3')
                """)
        }
        return SpokenIndex(database)
    }

    private init(_ database: SQLiteDatabase) { self.database = database }

    /// Puts an episode's passages in the place of those that it had.
    ///
    /// - Throws: `.full` if there is no room for them; then the episode has none.
    func put(_ passages: [Passage], of episode: Int64) async throws(SQLiteFault) {
        try await remove(episode)
        guard !passages.isEmpty else { return }
        try await database.run { (connection) throws(SQLiteFault) in
            try connection.transaction { () throws(SQLiteFault) in
                for (place, passage) in passages.prefix(1 << Int(Self.numberBits)).enumerated() {
                    try connection.run(
                        "INSERT INTO said (rowid, text, start, end, speaker) VALUES (?1, ?2, ?3, ?4, ?5)",
                        .integer(episode << Self.numberBits | Int64(place)),
                        .text(UnspacedText.parted(passage.text, by: Self.parting)), .integer(Int64(passage.startMs)),
                        .integer(Int64(passage.endMs)), passage.speaker.map { .text($0) } ?? .null)
                }
            }
        }
    }

    func remove(_ episode: Int64) async throws(SQLiteFault) {
        try await database.run { (connection) throws(SQLiteFault) in
            try connection.run(
                "DELETE FROM said WHERE rowid BETWEEN ?1 AND ?2", .integer(episode << Self.numberBits),
                .integer((episode + 1) << Self.numberBits - 1))
        }
    }

    /// - Parameters:
    ///   - episode: where to look; nil: everywhere.
    ///   - limit: at most so many.
    /// - Throws: `.busy` if too many wait.
    func find(_ query: SpokenQuery, in episode: Int64? = nil, limit: Int) async throws(SQLiteFault) -> Answer {
        guard let expression = query.expression else { return Answer(found: [], hasMore: false, isRanked: true) }
        return try await database.run { (connection) throws(SQLiteFault) in
            do throws(SQLiteFault) {
                return try Self.find(
                    expression, episode, limit, isRanked: true, within: Self.longestRanking, connection)
            } catch {
                guard error.kind == .interrupted else { throw error }
            }
            do throws(SQLiteFault) {
                return try Self.find(
                    expression, episode, limit, isRanked: false, within: Self.longestSearch, connection)
            } catch {
                guard error.kind == .interrupted else { throw error }
                return Answer(found: [], hasMore: true, isRanked: false)
            }
        }
    }

    func close() async { await database.close() }

    private static func find(
        _ expression: String, _ episode: Int64?, _ limit: Int, isRanked: Bool, within time: Duration,
        _ connection: SQLiteConnection
    ) throws(SQLiteFault) -> Answer {
        let text = """
            SELECT rowid, start, end, speaker, highlight(said, 0, char(1), char(2)) FROM said
            WHERE said MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY \(isRanked ? "rank, rowid" : "rowid") LIMIT ?4
            """
        let first = episode.map { $0 << numberBits } ?? 0
        let last = episode.map { ($0 + 1) << numberBits - 1 } ?? .max
        var found: [Found] = []
        try connection.within(time) { () throws(SQLiteFault) in
            try connection.rows(
                text, [.text(expression), .integer(first), .integer(last), .integer(Int64(limit) + 1)]
            ) { (row) throws(SQLiteFault) in
                let (text, matches) = marked(row.text(4))
                found.append(
                    Found(
                        episode: row.integer(0) >> numberBits, startMs: Int32(clamping: row.integer(1)),
                        endMs: Int32(clamping: row.integer(2)), text: text,
                        speaker: row.isNull(3) ? nil : row.text(3), matches: matches))
            }
        }
        return Answer(found: Array(found.prefix(limit)), hasMore: found.count > limit, isRanked: isRanked)
    }

    /// Takes the marks out of a text.
    static func marked(_ text: String) -> (text: String, matches: [Range<Int>]) {
        var plain = String.UnicodeScalarView()
        var (at, start): (Int, Int?) = (0, nil)
        var matches: [Range<Int>] = []
        for scalar in text.unicodeScalars {
            switch scalar {
            case opening: start = at
            case closing:
                if let begin = start, begin < at { matches.append(begin..<at) }
                start = nil
            case parting: continue
            default:
                plain.append(scalar)
                at += UTF16.width(scalar)
            }
        }
        return (String(plain), matches)
    }
}
