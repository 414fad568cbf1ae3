import Domain

/// Which feed an episode belongs to.
///
/// Chunks and feeds name an episode by its guid alone, and two feeds may use the same one. The audio lies under the feed, so
/// an episode of which the documents name more than one feed is refused rather than answered with the other one's sound.
enum EpisodeFeed {
    /// - Parameter isShared: whether several episodes have this guid: then chunks of one feed don't prove that the episode is
    ///   that feed's, and the feeds that list the guid are asked as well.
    /// - Throws: `.noTranscript`; `.badEpisodeData` where two feeds are named, or one that can't be part of a key.
    static func slug(
        of episode: EpisodeMetadata, isShared: Bool, mongo: MongoDatabase
    ) async throws(CatalogFault) -> String {
        let chunks = Source(collection: MongoEpisodeCatalog.Collection.chunks, guidField: "episode_id")
        let feeds = Source(collection: MongoEpisodeCatalog.Collection.feeds, guidField: "episodes.guid")
        var named = try await chunks.slugs(guid: episode.guid, mongo: mongo)
        if named.isEmpty || isShared {
            for slug in try await feeds.slugs(guid: episode.guid, mongo: mongo) where !named.contains(slug) {
                named.append(slug)
            }
        }
        if let own = episode.feedSlug {
            // The episode's own word decides between several, and contradicts a single other one.
            guard named.isEmpty || named.contains(own) else { throw conflict(episode.guid, own, named[0]) }
            return own
        }
        guard let slug = named.first else {
            if try await chunks.hasEmptySlug(guid: episode.guid, mongo: mongo) {
                throw .badEpisodeData("the feed_slug in \(chunks.collection) can't be part of a storage key")
            }
            throw .noTranscript
        }
        guard named.count == 1 else { throw conflict(episode.guid, slug, named[1]) }
        return slug
    }

    /// - Parameter one, other: feeds; they are safe as part of a key, and so on one line.
    static func conflict(_ guid: String, _ one: String, _ other: String) -> CatalogFault {
        .badEpisodeData(
            "two feeds, '\(one.prefix(100))' and '\(other.prefix(100))', use the episode's guid '\(guid.prefix(100))', "
                + "and nothing says which of them it belongs to")
    }

    /// A collection whose documents name a guid's feed.
    private struct Source {
        let collection: String
        let guidField: String

        /// Documents without a `feed_slug`, or with an empty one, say nothing.
        private static let silent: [BSONValue] = [.null, .string("")]

        /// The feeds that documents with this guid name: none, one, or two of perhaps more.
        func slugs(guid: String, mongo: MongoDatabase) async throws(CatalogFault) -> [String] {
            guard let first = try await slug(guid: guid, except: [], mongo: mongo) else { return [] }
            guard let second = try await slug(guid: guid, except: [first], mongo: mongo) else { return [first] }
            return [first, second]
        }

        func hasEmptySlug(guid: String, mongo: MongoDatabase) async throws(CatalogFault) -> Bool {
            try await mongo.asking { [self] session throws(MongoFault) in
                try session.findOne(
                    collection, where: [guidField: .string(guid), "feed_slug": .string("")], fields: ["_id"])
            } != nil
        }

        private func slug(guid: String, except known: [String], mongo: MongoDatabase) async throws(CatalogFault)
            -> String?
        {
            let passedOver = BSONValue.array(Self.silent + known.map(BSONValue.string))
            let found = try await mongo.asking { [self] session throws(MongoFault) in
                try session.findOne(
                    collection,
                    where: [guidField: .string(guid), "feed_slug": .document(["$nin": passedOver])],
                    fields: ["feed_slug"])
            }
            return try found.flatMap { found throws(CatalogFault) in
                try EpisodeMetadata.feedSlug(found, in: collection)
            }
        }
    }
}
