import Domain

extension MongoEpisodeCatalog: ChunkListing {
    /// Asked by `(episode_id, start_time)`, on which there should be an index, and for nothing but the starts: the embeddings never
    /// leave the server. A chunk whose `start_time` is no time is left out.
    public func chunkStarts(
        of episode: Episode, after last: Double?, limit: Int
    ) async throws(CatalogFault) -> (starts: [Duration], next: Double?) {
        let range: BSONDocument = last.map { ["$gt": .double($0)] } ?? ["$gte": .double(0)]
        let chunks = try await mongo.asking(about: Collection.chunks) { session throws(MongoFault) in
            try session.findAll(
                Collection.chunks,
                where: [
                    "episode_id": .string(episode.guid), "start_time": .document(range),
                    "feed_slug": .document(["$in": .array([.string(episode.feedSlug), .string(""), .null])]),
                ],
                fields: ["start_time"], sort: ["start_time": .int32(1)], limit: limit,
                limitBytes: 1024 * max(1, limit))
        }
        guard let chunks else {
            throw .badEpisodeData("the transcript's chunks have names of more than 1024 bytes each")
        }
        let starts = chunks.compactMap { try? EpisodeMetadata.chunkStart($0) }
        return (starts, chunks.last?["start_time"]?.number)
    }
}
