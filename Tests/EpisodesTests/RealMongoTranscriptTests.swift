import Domain
import TestStack
import Testing
import Transcripts

@testable import Episodes

/// Against the server that `CUTROOM_TEST_MONGODB` names.
@Suite("what the chunks of a transcript say", .timeLimit(.minutes(2)))
struct RealMongoTranscriptTests {
    private let episode = Episode(
        id: ObjectID(hex: "507f1f77bcf86cd799439011")!, guid: "a-guid", feedSlug: "a-feed", title: nil,
        duration: .seconds(3600))

    private func chunk(
        _ start: BSONValue?, _ text: BSONValue = .string("some words"), _ feed: String = "a-feed",
        with more: BSONDocument = [:]
    ) -> BSONDocument {
        var chunk: BSONDocument = ["episode_id": .string("a-guid"), "feed_slug": .string(feed), "text": text]
        if let start { chunk.fields.append(.init(name: "start_time", value: start)) }
        chunk.fields += more.fields
        return chunk
    }

    private func cues(_ mongo: ScratchMongo, _ startMs: Int32, _ endMs: Int32) async throws -> [Cue] {
        let window = try #require(ClipWindow(startMs: startMs, endMs: endMs))
        return try await MongoEpisodeCatalog(mongo.database).cues(of: episode, in: window)
    }

    private func fault(_ call: () async throws -> [Cue]) async -> CatalogFault? {
        do {
            _ = try await call()
            return nil
        } catch { return error as? CatalogFault }
    }

    private func use(_ chunks: [BSONDocument], _ body: (ScratchMongo) async throws -> Void) async throws {
        try await ScratchMongo.use { mongo in
            for chunk in chunks { try await mongo.insert(chunk, into: "transcript_chunks_768d") }
            try await body(mongo)
        }
    }

    @Test("a chunk ends where the next begins, wherever that is, and those are taken that reach into the window")
    func span() async throws {
        let chunks = [30.0, 0, 90, 60].map { chunk(.double($0), .string("first\(Int($0)) other\(Int($0))")) }
        try await use(chunks) { (mongo) async throws in
            #expect(
                try await cues(mongo, 30_000, 60_000)
                    == [Cue(startMs: 0, endMs: 30_000, text: "first30 other30", timing: .estimated)])
            #expect(try await cues(mongo, 15_000, 75_000).map(\.text) == ["other0", "first30 other30", "first60"])
            #expect(try await cues(mongo, 60_000, 90_000).map(\.endMs) == [30_000])
            #expect(try await cues(mongo, 500_000, 530_000) == [])
        }
    }

    @Test("words, speakers and ends are taken where a document has them, in whatever types of number")
    func fields() async throws {
        let words: BSONValue = .array([
            .document(["word": .string("Hello"), "start": .double(10), "end": .double(10.4)]),
            .document(["word": .string("you"), "start": .int32(11), "end": .int64(12)]),
        ])
        let first = chunk(
            .int32(10), .string("Hello, you."),
            with: [
                "end_time": .double(12.5), "speaker": .string("Ann"), "words": words, "embedding": .array([.double(1)]),
            ])
        let second = chunk(
            .int64(13), .string("Good bye."), with: ["end_time": .null, "speaker": .int32(3), "words": .string("x")])
        try await use([second, first]) { (mongo) async throws in
            let cues = try await cues(mongo, 9_000, 30_000)
            #expect(
                cues.first
                    == Cue(
                        startMs: 1_000, endMs: 3_500, text: "Hello, you.", speaker: "Ann", timing: .exact,
                        words: [TimedWord("Hello,", 1_000, 1_400), TimedWord(" you.", 2_000, 3_000)]))
            #expect(cues.last == Cue(startMs: 4_000, endMs: 5_000, text: "Good bye.", timing: .estimated))
            #expect(cues.count == 2)
        }
    }

    @Test("chunks of another feed, without a start or without a text are not said")
    func leftOut() async throws {
        let chunks = [
            chunk(.double(1), .string("other words"), "another-feed"), chunk(nil), chunk(.null), chunk(.string("1")),
            chunk(.double(-5)), chunk(.double(1e300)), chunk(.double(2), .null), chunk(.double(2), .int32(7)),
            chunk(.double(2), .string(" \n")), chunk(.double(3), .string("All that is said"), ""),
        ]
        try await use(chunks) { (mongo) async throws in
            #expect(try await cues(mongo, 0, 60_000).map(\.text) == ["All that is said"])
        }
    }

    @Test("that there is no transcript is told apart from one of which no time can be used")
    func absence() async throws {
        try await use([chunk(.double(1), .string("other words"), "another-feed")]) { (mongo) async throws in
            await #expect(throws: CatalogFault.transcriptMissing) { try await cues(mongo, 0, 30_000) }
        }
        try await use([chunk(.string("0:01")), chunk(.null)]) { (mongo) async throws in
            let fault = await fault { try await cues(mongo, 0, 30_000) }
            #expect(fault?.reason == .badEpisodeData)
            #expect(fault?.description.contains("start_time") == true)
        }
    }

    /// 12 × 700 KB are twice as much as is read at most.
    @Test("embeddings are never read from the server, and text beyond the limit is refused")
    func bounded() async throws {
        let large = String(repeating: "0.123456 ", count: 80_000)
        let embedded = (0..<12).map {
            chunk(.double(Double($0)), with: ["embedding": .string(large), "vector": .string(large)])
        }
        try await use(embedded) { (mongo) async throws in
            #expect(try await cues(mongo, 0, 30_000).count == 12)
        }
        let spoken = (0..<12).map { chunk(.double(Double($0)), .string(large)) }
        try await use(spoken) { (mongo) async throws in
            #expect(await fault { try await cues(mongo, 500, 30_000) }?.reason == .badEpisodeData)
        }
    }

    /// As many as a day of speech has sentences.
    @Test("of 10,000 chunks those in the window are found")
    func many() async throws {
        try await ScratchMongo.use { mongo in
            let chunks = (0..<10_000).map {
                #"{"episode_id": "a-guid", "feed_slug": "a-feed", "start_time": \#($0 * 3), "text": "chunk number \#($0)"}"#
            }
            try await mongo.server.insert(
                chunks, database: mongo.database.name, collection: "transcript_chunks_768d")
            #expect(
                try await cues(mongo, 15_000_000, 15_009_000).map(\.text)
                    == (5_000..<5_003).map { "chunk number \($0)" })
        }
    }
}
