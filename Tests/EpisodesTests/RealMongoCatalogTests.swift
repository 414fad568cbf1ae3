import Domain
import Testing

@testable import Episodes

/// Against the server that `CUTROOM_TEST_MONGODB` names.
struct RealMongoCatalogTests {
    static let id = ObjectID(hex: "507f1f77bcf86cd799439011")!
    static let guid = "1a4f7e52-6f0c-4a0c-9d4e-7b1c2b9a0001"

    private static func metadata(
        _ id: ObjectID = id, guid: String = guid, title: BSONValue = .string("On seams"),
        duration: BSONValue = .int32(3600)
    ) -> BSONDocument {
        [
            "_id": .objectID(id), "guid": .string(guid), "title": title, "pubDate": .date(1_700_000_000_000),
            "duration": duration, "unrelated": .document(["deep": .array([.double(1)])]),
        ]
    }

    private static func chunk(_ guid: String = guid, index: Int32, start: BSONValue, feed: BSONValue) -> BSONDocument {
        [
            "episode_id": .string(guid), "feed_slug": feed, "chunk_index": .int32(index), "start_time": start,
            "text": .string("…"), "embedding": .array(Array(repeating: .double(0.1), count: 768)),
        ]
    }

    @Test("an episode is found by ObjectId in either case, and by guid, with the feed of its transcript")
    func found() async throws {
        try await ScratchMongo.use { mongo in
            try await mongo.insert(Self.metadata(), into: "episode_metadata")
            let chunk = Self.chunk(index: 0, start: .double(0), feed: .string("seams-weekly"))
            try await mongo.insert(chunk, into: "transcript_chunks_768d")
            let catalog = MongoEpisodeCatalog(mongo.database)
            let expected = Episode(
                id: Self.id, guid: Self.guid, feedSlug: "seams-weekly", title: "On seams", duration: .seconds(3600))
            for text in [Self.id.description, Self.id.description.uppercased(), Self.guid] {
                #expect(try await catalog.episode(EpisodeID(parsing: text)) == expected)
            }
            await #expect(throws: CatalogFault.noSuchEpisode) {
                try await catalog.episode(EpisodeID(parsing: "507f1f77bcf86cd799439012"))
            }
            await #expect(throws: CatalogFault.noSuchEpisode) {
                try await catalog.episode(EpisodeID(parsing: "unheard-of"))
            }
            try await catalog.check()
        }
    }

    @Test("what pages tell of an episode is taken from its document, and left out where it can't be shown")
    func about() async throws {
        try await ScratchMongo.use { mongo in
            let catalog = MongoEpisodeCatalog(mongo.database)
            let cases: [(more: BSONDocument, feed: String?, image: String?)] = [
                (
                    [
                        "podcast_title": .string("Seams\n weekly"),
                        "image_url": .string("https://example.org/a.jpg?w=1"),
                    ],
                    "Seams weekly", "https://example.org/a.jpg?w=1"
                ),
                (["podcast_title": .int32(7), "image_url": .string("javascript:alert(1)")], nil, nil),
                (["podcast_title": .string(""), "image_url": .string("https://example.org/\"onerror=")], nil, nil),
                ([:], nil, nil),
            ]
            for (number, one) in cases.enumerated() {
                let id = try #require(ObjectID(hex: "507f1f77bcf86cd79943902\(number)"))
                var document = Self.metadata(id, guid: "about-\(number)")
                document.fields += one.more.fields
                try await mongo.insert(document, into: "episode_metadata")
                let chunk = Self.chunk("about-\(number)", index: 0, start: .double(0), feed: .string("seams-weekly"))
                try await mongo.insert(chunk, into: "transcript_chunks_768d")
                let about = try await catalog.episode(.objectID(id)).about
                #expect(about == EpisodeAbout(episodeTitle: "On seams", feedTitle: one.feed, imageURL: one.image))
            }
        }
    }

    @Test("24 hex digits that are no ObjectId here are a guid, in lower or upper case", arguments: [true, false])
    func hexGUID(upper: Bool) async throws {
        try await ScratchMongo.use { mongo in
            let asked = "aaaabbbbccccddddeeeeffff"
            let guid = upper ? asked.uppercased() : asked
            try await mongo.insert(Self.metadata(guid: guid), into: "episode_metadata")
            try await mongo.insert(
                Self.chunk(guid, index: 0, start: .double(0), feed: .string("f")), into: "transcript_chunks_768d")
            let episode = try await MongoEpisodeCatalog(mongo.database).episode(EpisodeID(parsing: asked))
            #expect(episode.id == Self.id)
            #expect(episode.guid == guid)
        }
    }

    @Test("without transcript chunks the feed that lists the guid is taken, and without that there is no transcript")
    func fallback() async throws {
        try await ScratchMongo.use { mongo in
            try await mongo.insert(Self.metadata(), into: "episode_metadata")
            let catalog = MongoEpisodeCatalog(mongo.database)
            await #expect(throws: CatalogFault.noTranscript) { try await catalog.episode(.objectID(Self.id)) }
            try await mongo.insert(
                [
                    "feed_slug": .string("from-the-feed"),
                    "episodes": .array(["other", Self.guid].map { .document(["guid": .string($0)]) }),
                ], into: "podcast_metadata")
            #expect(try await catalog.episode(.objectID(Self.id)).feedSlug == "from-the-feed")
        }
    }

    @Test("of two documents with one guid, the one with the smaller _id counts")
    func twice() async throws {
        try await ScratchMongo.use { mongo in
            let later = ObjectID(hex: "607f1f77bcf86cd799439011")!
            try await mongo.insert(Self.metadata(later, title: .string("Again")), into: "episode_metadata")
            try await mongo.insert(Self.metadata(), into: "episode_metadata")
            try await mongo.insert(
                Self.chunk(index: 0, start: .double(0), feed: .string("f")), into: "transcript_chunks_768d")
            let catalog = MongoEpisodeCatalog(mongo.database)
            #expect(try await catalog.episode(.guid(Self.guid)).id == Self.id)
            #expect(try await catalog.episode(.objectID(later)).id == later)
        }
    }

    @Test("a feed_slug that can't be part of a key is bad data", arguments: ["../up", "a//b", "", "a\u{1}"])
    func badSlug(slug: String) async throws {
        try await ScratchMongo.use { mongo in
            try await mongo.insert(Self.metadata(), into: "episode_metadata")
            try await mongo.insert(
                Self.chunk(index: 0, start: .double(0), feed: .string(slug)), into: "transcript_chunks_768d")
            await #expect(
                throws: CatalogFault.badEpisodeData(
                    "the feed_slug in transcript_chunks_768d can't be part of a storage key")
            ) {
                try await MongoEpisodeCatalog(mongo.database).episode(.objectID(Self.id))
            }
        }
    }

    @Test("a chunk starts where its document says, and an unknown one is told")
    func chunks() async throws {
        try await ScratchMongo.use { mongo in
            try await mongo.insert(
                Self.chunk(index: 7, start: .double(754.3205), feed: .string("f")), into: "transcript_chunks_768d")
            try await mongo.insert(
                Self.chunk(index: 8, start: .string("?"), feed: .string("f")), into: "transcript_chunks_768d")
            let catalog = MongoEpisodeCatalog(mongo.database)
            let episode = Episode(id: Self.id, guid: Self.guid, feedSlug: "f", title: nil, duration: nil)
            #expect(try await catalog.chunkStart(episode: episode, chunkIndex: 7) == .milliseconds(754_321))
            await #expect(throws: CatalogFault.noSuchChunk) {
                try await catalog.chunkStart(episode: episode, chunkIndex: 9)
            }
            await #expect(throws: CatalogFault.badEpisodeData("the chunk's start_time is text, not a number")) {
                try await catalog.chunkStart(episode: episode, chunkIndex: 8)
            }
        }
    }

    @Test("more look-ups at once than connections all get their answer")
    func many() async throws {
        try await ScratchMongo.use { mongo in
            try await mongo.insert(Self.metadata(), into: "episode_metadata")
            try await mongo.insert(
                Self.chunk(index: 0, start: .double(0), feed: .string("f")), into: "transcript_chunks_768d")
            let catalog = MongoEpisodeCatalog(mongo.database)
            let found = try await withThrowingTaskGroup(of: Episode.self) { group in
                for _ in 0..<50 { group.addTask { try await catalog.episode(.objectID(Self.id)) } }
                return try await group.reduce(into: 0) { count, _ in count += 1 }
            }
            #expect(found == 50)
        }
    }
}
