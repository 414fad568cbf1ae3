import Domain
import Transcripts

/// What an episode's chunks in `transcript_chunks_768d` say within a window.
///
/// Asked by `(episode_id, start_time)`, on which there should be an index, and with a projection: the embeddings never leave
/// the server. A chunk whose `start_time` is no number can't be found in this way, and is as one that is not there.
struct TranscriptChunks: Sendable {
    /// Chunks that begin before the window and may reach into it: overlapping ones, as searches like to have them.
    private static let chunksBefore = 8
    /// Chunks that begin within it, at most.
    private static let mostChunks = 2_000
    /// Of all that is read, without embeddings.
    private static let mostBytes = 4 << 20
    private static let fields = ["start_time", "end_time", "text", "speaker", "words"]

    let mongo: MongoDatabase

    private struct Found: Sendable {
        var chunks: [BSONDocument] = []
        /// Where the first chunk begins that does not belong to the window.
        var next: Double?
        var isTooMuch = false
    }

    func cues(of episode: Episode, in window: ClipWindow) async throws(CatalogFault) -> [Cue] {
        let found = try await mongo.asking(about: MongoEpisodeCatalog.Collection.chunks) { session throws(MongoFault) in
            try Self.find(session, episode, window)
        }
        guard !found.isTooMuch, found.chunks.count <= Self.mostChunks + Self.chunksBefore else {
            throw .badEpisodeData(
                "the transcript has more than \(Self.mostChunks) chunks or \(Self.mostBytes) bytes of text within the clip"
            )
        }
        if found.chunks.isEmpty, found.next == nil { try await explainAbsence(of: episode) }
        let transcript = Transcript(found.chunks.map(SpokenCue.init), nextStart: found.next)
        return transcript.cut(from: window.startMs, to: window.endMs)
    }

    private static func find(
        _ session: borrowing MongoSession, _ episode: Episode, _ window: ClipWindow
    ) throws(MongoFault) -> Found {
        let (start, end) = (
            BSONValue.double(Double(window.startMs) / 1000), BSONValue.double(Double(window.endMs) / 1000)
        )
        var found = Found()
        for (range, order, limit) in [
            (["$lte": start] as BSONDocument, Int32(-1), chunksBefore),
            (["$gt": start, "$lt": end], 1, mostChunks + 1),
        ] {
            let chunks = try session.findAll(
                MongoEpisodeCatalog.Collection.chunks, where: filter(episode, range), fields: fields,
                sort: ["start_time": .int32(order)], limit: limit, limitBytes: mostBytes)
            guard let chunks else {
                found.isTooMuch = true
                return found
            }
            found.chunks += order < 0 ? chunks.reversed() : chunks
        }
        found.next = try session.findOne(
            MongoEpisodeCatalog.Collection.chunks, where: filter(episode, ["$gte": end]), fields: ["start_time"],
            sort: ["start_time": .int32(1)])?["start_time"]?.number
        return found
    }

    /// - Throws: always, unless the transcript appears at this moment.
    private func explainAbsence(of episode: Episode) async throws(CatalogFault) {
        let any = try await mongo.asking { session throws(MongoFault) in
            try session.findOne(
                MongoEpisodeCatalog.Collection.chunks,
                where: ["episode_id": .string(episode.guid), "feed_slug": Self.feed(of: episode)],
                fields: ["start_time"])
        }
        guard let any else { throw .transcriptMissing }
        guard any["start_time"]?.number == nil else { return }
        throw .badEpisodeData(
            "no chunk of the transcript has a start_time that is a number; one has \(any["start_time"]?.typeName ?? "none")"
        )
    }

    private static func filter(_ episode: Episode, _ range: BSONDocument) -> BSONDocument {
        ["episode_id": .string(episode.guid), "start_time": .document(range), "feed_slug": feed(of: episode)]
    }

    /// A chunk of another feed is another episode's.
    private static func feed(of episode: Episode) -> BSONValue {
        .document(["$in": .array([.string(episode.feedSlug), .string(""), .null])])
    }
}

extension SpokenCue {
    /// - Parameter chunk: of whatever types others gave its fields.
    init(_ chunk: BSONDocument) {
        var words: [Word] = []
        if case .array(let listed) = chunk["words"] { words = listed.compactMap(Word.init) }
        self.init(
            start: chunk["start_time"]?.number, end: chunk["end_time"]?.number, text: chunk.string("text"),
            speaker: chunk.string("speaker"), words: words)
    }
}

extension SpokenCue.Word {
    fileprivate init?(_ value: BSONValue) {
        guard case .document(let word) = value, let text = word.string("word") ?? word.string("text") else {
            return nil
        }
        self.init(
            text, start: (word["start"] ?? word["start_time"])?.number, end: (word["end"] ?? word["end_time"])?.number)
    }
}
