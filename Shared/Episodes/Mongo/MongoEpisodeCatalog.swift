import Domain

/// The episodes in MongoDB: `episode_metadata`, `transcript_chunks_768d` and `podcast_metadata`, which are only read.
public struct MongoEpisodeCatalog: EpisodeCatalog {
    private let mongo: MongoDatabase

    public init(_ mongo: MongoDatabase) { self.mongo = mongo }

    public func episode(_ id: EpisodeID) async throws(CatalogFault) -> Episode {
        guard let found = try await asking({ session throws(MongoFault) in try Self.metadata(session, id) }) else {
            throw .noSuchEpisode
        }
        let metadata = try EpisodeMetadata(found)
        let chunk = try await asking { session throws(MongoFault) in
            try session.findOne(
                Collection.chunks, where: ["episode_id": .string(metadata.guid)], fields: ["feed_slug"])
        }
        var feedSlug = try chunk.flatMap { chunk throws(CatalogFault) in
            try EpisodeMetadata.feedSlug(chunk, in: Collection.chunks)
        }
        if feedSlug == nil {
            let feed = try await asking { session throws(MongoFault) in
                try session.findOne(
                    Collection.feeds, where: ["episodes.guid": .string(metadata.guid)], fields: ["feed_slug"])
            }
            feedSlug = try feed.flatMap { feed throws(CatalogFault) in
                try EpisodeMetadata.feedSlug(feed, in: Collection.feeds)
            }
        }
        guard let feedSlug else { throw .noTranscript }
        return metadata.episode(feedSlug: feedSlug)
    }

    public func chunkStart(episode: Episode, chunkIndex: Int32) async throws(CatalogFault) -> Duration {
        let chunk = try await asking { session throws(MongoFault) in
            try session.findOne(
                Collection.chunks,
                where: ["episode_id": .string(episode.guid), "chunk_index": .int32(chunkIndex)],
                fields: ["start_time"])
        }
        guard let chunk else { throw .noSuchChunk }
        return try EpisodeMetadata.chunkStart(chunk)
    }

    /// Asks for a document that is not there, as a look-up would: it needs the same server and the same rights.
    public func check() async throws(CatalogFault) {
        _ = try await asking { session throws(MongoFault) in
            try session.findOne(Collection.metadata, where: ["_id": .null], fields: ["_id"])
        }
    }

    enum Collection {
        static let metadata = "episode_metadata"
        static let chunks = "transcript_chunks_768d"
        static let feeds = "podcast_metadata"
    }

    private static let metadataFields = ["guid", "title", "duration"]

    private static func metadata(
        _ session: borrowing MongoSession, _ id: EpisodeID
    ) throws(MongoFault) -> BSONDocument? {
        let guid: BSONValue
        switch id {
        case .guid(let text): guid = .string(text)
        case .objectID(let id):
            let found = try session.findOne(Collection.metadata, where: ["_id": .objectID(id)], fields: metadataFields)
            if let found { return found }
            // The id came in either case and is lower-case since: a guid is compared byte for byte.
            let lower = id.description
            guid = .document(["$in": .array([.string(lower), .string(lower.uppercased())])])
        }
        // Where a feed was read in twice, the document that was there first: its id is in keys and links already.
        return try session.findOne(
            Collection.metadata, where: ["guid": guid], fields: metadataFields, sort: ["_id": .int32(1)])
    }

    private func asking(
        _ body: @escaping @Sendable (borrowing MongoSession) throws(MongoFault) -> BSONDocument?
    ) async throws(CatalogFault) -> BSONDocument? {
        do throws(MongoFault) {
            return try await mongo.run(body)
        } catch {
            throw error.catalogFault
        }
    }
}
