import Domain
import TestStack
import Testing

@testable import Episodes

/// Our reading and writing of BSON held against MongoDB's own driver, over a real server.
struct RealMongoDriverTests {
    private typealias Entry = RegisterEntryTests

    @Test("an episode that MongoDB's driver wrote is read as it was meant, whatever types its numbers have")
    func reads() async throws {
        try await ScratchMongo.use { mongo in
            let guid = "1a4f7e52-6f0c-4a0c-9d4e-7b1c2b9a0001"
            try await mongo.server.insert(
                [
                    #"""
                    {"_id": {"$oid": "507f1f77bcf86cd799439011"}, "guid": "\#(guid)", "title": "Nähte\u0000 & Schnitte",
                     "pubDate": {"$date": "2024-12-31T12:00:00Z"}, "duration": {"$numberLong": "3600"}}
                    """#.replacing("\n", with: " ")
                ], database: mongo.database.name, collection: "episode_metadata")
            try await mongo.server.insert(
                [
                    #"{"episode_id": "\#(guid)", "feed_slug": "naht", "chunk_index": {"$numberInt": "3"}, "start_time": {"$numberDouble": "90.5004"}}"#,
                    #"{"episode_id": "\#(guid)", "feed_slug": "naht", "chunk_index": {"$numberLong": "4"}, "start_time": {"$numberInt": "120"}}"#,
                ], database: mongo.database.name, collection: "transcript_chunks_768d")
            let catalog = MongoEpisodeCatalog(mongo.database)
            let episode = try await catalog.episode(.guid(guid))
            #expect(
                episode
                    == Episode(
                        id: Entry.episode, guid: guid, feedSlug: "naht", title: "Nähte & Schnitte",
                        duration: .seconds(3600)))
            #expect(try await catalog.chunkStart(episode: episode, chunkIndex: 3) == .milliseconds(90_500))
            #expect(try await catalog.chunkStart(episode: episode, chunkIndex: 4) == .seconds(120))
        }
    }

    @Test("a registered clip has the types that the old system's validator and readers want")
    func writes() async throws {
        try await ScratchMongo.use { mongo in
            try await MongoClipRegister(mongo.database).record(Entry.clip(.mp3, storedAt: 1_735_646_400))
            let found = try await mongo.server.find(database: mongo.database.name, collection: "audio_clips")
            let document = try #require(found.first)
            #expect(found.count == 1)
            for field in [
                #""episode_id":"507f1f77bcf86cd799439011""#, #""clip_start_ms":{"$numberInt":"30000"}"#,
                #""clip_end_ms":{"$numberInt":"60000"}"#,
                #""s3_key":"audio_clips/507f1f77bcf86cd799439011/30000-60000_v5-abcd1234.mp3""#,
                #""file_size_bytes":{"$numberInt":"480000"}"#,
                #""generated_at":{"$date":{"$numberLong":"1735646400000"}}"#, #""cut_version":{"$numberInt":"5"}"#,
                #""source_version":"abcd1234""#,
            ] {
                #expect(document.contains(field))
            }
        }
    }
}
