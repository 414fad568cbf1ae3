import Domain
import Transcripts

/// The episodes in MongoDB: `episode_metadata`, `transcript_chunks_768d` and `podcast_metadata`, which are only read.
public struct MongoEpisodeCatalog: EpisodeCatalog {
    let mongo: MongoDatabase

    public init(_ mongo: MongoDatabase) { self.mongo = mongo }

    public func episode(_ id: EpisodeID) async throws(CatalogFault) -> Episode {
        var found = try await mongo.asking { session throws(MongoFault) in try Self.byID(session, id) }
        let isAskedByGUID = found == nil
        if found == nil {
            found = try await mongo.asking { session throws(MongoFault) in try Self.byGUID(session, Self.guid(id)) }
        }
        guard let found else { throw .noSuchEpisode }
        let episode = try EpisodeMetadata(found)
        if isAskedByGUID { try await checkGUIDMeansOne(episode) }
        let place = found["_id"] ?? .null
        let namesake = try await mongo.asking { session throws(MongoFault) in
            try session.findOne(
                Collection.metadata,
                where: ["guid": .string(episode.guid), "_id": .document(["$ne": place])], fields: ["_id"])
        }
        let feedSlug = try await EpisodeFeed.slug(of: episode, isShared: namesake != nil, mongo: mongo)
        return episode.episode(feedSlug: feedSlug)
    }

    public func chunkStart(episode: Episode, chunkIndex: Int32) async throws(CatalogFault) -> Duration {
        let chunk = try await mongo.asking { session throws(MongoFault) in
            // A chunk of another feed is another episode's. One that names its feed goes before one that names none.
            try session.findOne(
                Collection.chunks,
                where: [
                    "episode_id": .string(episode.guid), "chunk_index": .int32(chunkIndex),
                    "feed_slug": .document(["$in": .array([.string(episode.feedSlug), .string(""), .null])]),
                ],
                fields: ["start_time"], sort: ["feed_slug": .int32(-1)])
        }
        guard let chunk else { throw .noSuchChunk }
        return try EpisodeMetadata.chunkStart(chunk)
    }

    public func cues(of episode: Episode, in window: ClipWindow) async throws(CatalogFault) -> [Cue] {
        try await TranscriptChunks(mongo: mongo).cues(of: episode, in: window)
    }

    /// Asks each collection for a document that is not there, as a look-up would: it needs the same server and the same
    /// rights.
    public func check() async throws(CatalogFault) {
        for collection in Collection.all {
            _ = try await mongo.asking(about: collection) { session throws(MongoFault) in
                try session.findOne(collection, where: ["_id": .null], fields: ["_id"])
            }
        }
    }

    enum Collection {
        static let metadata = "episode_metadata"
        static let chunks = "transcript_chunks_768d"
        static let feeds = "podcast_metadata"
        static let all = [metadata, chunks, feeds]
    }

    private static func byID(_ session: borrowing MongoSession, _ id: EpisodeID) throws(MongoFault) -> BSONDocument? {
        guard case .objectID(let id) = id else { return nil }
        // Importers from JSON leave the id as text.
        for key in [BSONValue.objectID(id), eitherCase(id)] {
            let found = try session.findOne(
                Collection.metadata, where: ["_id": key], fields: EpisodeMetadata.fields)
            if let found { return found }
        }
        return nil
    }

    private static func guid(_ id: EpisodeID) -> BSONValue {
        switch id {
        case .guid(let text): .string(text)
        // The id came in either case and is lower-case since: a guid is compared byte for byte.
        case .objectID(let id): eitherCase(id)
        }
    }

    private static func eitherCase(_ id: ObjectID) -> BSONValue {
        .document(["$in": .array([.string(id.description), .string(id.description.uppercased())])])
    }

    /// Where a feed was read in twice, the document that was there first: its id is in keys and links already.
    private static func byGUID(_ session: borrowing MongoSession, _ guid: BSONValue) throws(MongoFault) -> BSONDocument?
    {
        try session.findOne(
            Collection.metadata, where: ["guid": guid], fields: EpisodeMetadata.fields, sort: ["_id": .int32(1)])
    }

    /// Asked for by a guid, episodes that say themselves that they are of different feeds can't be told apart.
    private func checkGUIDMeansOne(_ episode: EpisodeMetadata) async throws(CatalogFault) {
        guard let own = episode.feedSlug else { return }
        let other = try await mongo.asking { session throws(MongoFault) in
            try session.findOne(
                Collection.metadata,
                where: [
                    "guid": .string(episode.guid),
                    "feed_slug": .document(["$nin": .array([.null, .string(""), .string(own)])]),
                ],
                fields: ["feed_slug"])
        }
        let slug = try other.flatMap { other throws(CatalogFault) in
            try EpisodeMetadata.feedSlug(other, in: Collection.metadata)
        }
        if let slug { throw EpisodeFeed.conflict(episode.guid, own, slug) }
    }
}
