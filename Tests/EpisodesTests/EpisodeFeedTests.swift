import Domain
import Testing

@testable import Episodes

/// What names an episode's feed, against the server that `CUTROOM_TEST_MONGODB` names.
@Suite("an episode's feed")
struct EpisodeFeedTests {
    private static let a = ObjectID(hex: "507f1f77bcf86cd799439011")!
    private static let b = ObjectID(hex: "607f1f77bcf86cd799439011")!
    private static let guid = "https://blog.example/?p=123"
    private static let conflict = CatalogFault.badEpisodeData(
        "two feeds, 'feed-a' and 'feed-b', use the episode's guid 'https://blog.example/?p=123', "
            + "and nothing says which of them it belongs to")

    private static func metadata(_ id: BSONValue, feed: BSONValue? = nil) -> BSONDocument {
        var document: BSONDocument = ["_id": id, "guid": .string(guid), "title": .string("One")]
        if let feed { document.fields.append(.init(name: "feed_slug", value: feed)) }
        return document
    }

    private static func chunk(_ feed: BSONValue?, index: Int32 = 0, start: Double = 0) -> BSONDocument {
        var document: BSONDocument = [
            "episode_id": .string(guid), "chunk_index": .int32(index), "start_time": .double(start),
        ]
        if let feed { document.fields.append(.init(name: "feed_slug", value: feed)) }
        return document
    }

    private static func feed(_ slug: String) -> BSONDocument {
        ["feed_slug": .string(slug), "episodes": .array([.document(["guid": .string(guid)])])]
    }

    private static func metadata(_ documents: BSONDocument..., chunks: [BSONDocument], feeds: [BSONDocument] = [])
        -> [(collection: String, document: BSONDocument)]
    {
        documents.map { ("episode_metadata", $0) } + chunks.map { ("transcript_chunks_768d", $0) }
            + feeds.map { ("podcast_metadata", $0) }
    }

    private func catalog(
        over documents: [(collection: String, document: BSONDocument)],
        _ body: (MongoEpisodeCatalog) async throws -> Void
    ) async throws {
        try await ScratchMongo.use { mongo in
            for (collection, document) in documents { try await mongo.insert(document, into: collection) }
            try await body(MongoEpisodeCatalog(mongo.database))
        }
    }

    @Test("two feeds whose chunks have one guid make it bad data, by either id and by guid, and both are named")
    func twoFeeds() async throws {
        let documents = Self.metadata(
            Self.metadata(.objectID(Self.a)), Self.metadata(.objectID(Self.b)),
            chunks: [Self.chunk(.string("feed-a")), Self.chunk(.string("feed-b"))])
        try await catalog(over: documents) { catalog in
            for id in [EpisodeID.objectID(Self.a), .objectID(Self.b), .guid(Self.guid)] {
                await #expect(throws: Self.conflict) { try await catalog.episode(id) }
            }
        }
    }

    @Test("where only one of two episodes has chunks, the feeds that list the guid are believed as much")
    func oneTranscript() async throws {
        let documents = Self.metadata(
            Self.metadata(.objectID(Self.a)), Self.metadata(.objectID(Self.b)),
            chunks: [Self.chunk(.string("feed-a"))], feeds: [Self.feed("feed-a"), Self.feed("feed-b")])
        try await catalog(over: documents) { catalog in
            await #expect(throws: Self.conflict) { try await catalog.episode(.objectID(Self.b)) }
        }
        // An episode alone with its guid is that of its chunks, however feeds are called.
        let alone = Self.metadata(
            Self.metadata(.objectID(Self.a)), chunks: [Self.chunk(.string("feed-a"))], feeds: [Self.feed("renamed")])
        try await catalog(over: alone) { catalog in
            let found = try await catalog.episode(.objectID(Self.a))
            #expect(found.feedSlug == "feed-a")
        }
    }

    @Test("an episode that names its feed itself is of that feed, and chunks are those of its feed")
    func ownWord() async throws {
        let documents = Self.metadata(
            Self.metadata(.objectID(Self.a), feed: .string("feed-a")),
            Self.metadata(.objectID(Self.b), feed: .string("feed-b")),
            chunks: [
                Self.chunk(.string("feed-a"), index: 3, start: 30), Self.chunk(.string("feed-b"), index: 3, start: 40),
                Self.chunk(nil, index: 3, start: 50), Self.chunk(nil, index: 4, start: 60),
            ])
        try await catalog(over: documents) { catalog in
            let episode = try await catalog.episode(.objectID(Self.b))
            #expect((episode.id, episode.feedSlug) == (Self.b, "feed-b"))
            let third = try await catalog.chunkStart(episode: episode, chunkIndex: 3)
            #expect(third == .seconds(40))
            let fourth = try await catalog.chunkStart(episode: episode, chunkIndex: 4)
            #expect(fourth == .seconds(60))
            let found = try await catalog.episode(.objectID(Self.a))
            #expect(found.feedSlug == "feed-a")
            await #expect(throws: Self.conflict) { try await catalog.episode(.guid(Self.guid)) }
        }
        let contradicted = Self.metadata(
            Self.metadata(.objectID(Self.a), feed: .string("feed-a")), chunks: [Self.chunk(.string("feed-b"))])
        try await catalog(over: contradicted) { catalog in
            await #expect(throws: Self.conflict) { try await catalog.episode(.objectID(Self.a)) }
        }
    }

    @Test("chunks that name no feed, or an empty one, don't hide those that do", arguments: [nil, "", "null"])
    func silentChunks(feed: String?) async throws {
        let silent: BSONValue? = feed == "null" ? .null : feed.map(BSONValue.string)
        let documents = Self.metadata(
            Self.metadata(.objectID(Self.a)), chunks: [Self.chunk(silent), Self.chunk(.string("feed-a"), index: 1)])
        try await catalog(over: documents) { catalog in
            let found = try await catalog.episode(.objectID(Self.a))
            #expect(found.feedSlug == "feed-a")
        }
        let fallback = Self.metadata(
            Self.metadata(.objectID(Self.a)), chunks: [Self.chunk(silent)], feeds: [Self.feed("feed-a")])
        try await catalog(over: fallback) { catalog in
            let found = try await catalog.episode(.objectID(Self.a))
            #expect(found.feedSlug == "feed-a")
        }
    }

    @Test("an _id that is stored as text is found by it, in either case", arguments: [false, true])
    func textID(upper: Bool) async throws {
        let text = upper ? Self.a.description.uppercased() : Self.a.description
        let documents = Self.metadata(Self.metadata(.string(text)), chunks: [Self.chunk(.string("feed-a"))])
        try await catalog(over: documents) { catalog in
            let found = try await catalog.episode(EpisodeID(parsing: text))
            #expect(found.id == Self.a)
            let byGUID = try await catalog.episode(.guid(Self.guid))
            #expect(byGUID.id == Self.a)
        }
    }
}
