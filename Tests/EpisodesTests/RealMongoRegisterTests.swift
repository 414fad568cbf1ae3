import Domain
import Testing

@testable import Episodes

/// Against the server that `CUTROOM_TEST_MONGODB` names.
struct RealMongoRegisterTests {
    private typealias Entry = RegisterEntryTests

    @Test("preparing makes collection and unique index, may be repeated, and says what the server refused")
    func prepare() async throws {
        try await ScratchMongo.use { mongo in
            let register = MongoClipRegister(mongo.database)
            let refused = try await register.prepare()
            let again = try await register.prepare()
            // FerretDB knows no validators, MongoDB does: either way nothing else may be refused.
            #expect(refused.allSatisfy { $0.contains("validator") })
            #expect(again.count == refused.count)
            let indexes = try await mongo.database.run { session throws(MongoFault) in
                try session.command(["listIndexes": .string("audio_clips")])
            }
            guard case .array(let list) = indexes.document("cursor")?["firstBatch"] else {
                Issue.record("no list of indexes")
                return
            }
            let unique = list.contains {
                if case .document(let index) = $0 {
                    index.string("name") == "clip_lookup_idx" && index["unique"] == .bool(true)
                } else {
                    false
                }
            }
            #expect(unique)
        }
    }

    @Test("a clip is one document, and the later of two clips for its window and format counts")
    func record() async throws {
        try await ScratchMongo.use { mongo in
            let register = MongoClipRegister(mongo.database)
            _ = try await register.prepare()
            try await register.record(Entry.clip(.mp3, storedAt: 200, source: "bbbb0000"))
            try await register.record(Entry.clip(.mp3, storedAt: 100, source: "aaaa0000"))
            try await register.record(Entry.clip(.mp3, storedAt: 200, source: "bbbb0000"))
            try await register.record(Entry.clip(.opus, storedAt: 50, bytes: 7))
            #expect(try await mongo.count("audio_clips") == 1)
            let document = try #require(try await mongo.find("audio_clips"))
            #expect(document.string("episode_id") == Entry.episode.description)
            #expect(document["clip_start_ms"] == .int32(30_000))
            #expect(document["clip_end_ms"] == .int32(60_000))
            #expect(document.string("source_version") == "bbbb0000")
            #expect(document["generated_at"] == .date(200_000))
            #expect(document.document("formats")?.document("opus")?["file_size_bytes"] == .int32(7))
            // The repeated record changed nothing.
            #expect(document["revision"] == .int64(2))
        }
    }

    @Test("registers that hear of one window at the same time make one document, and lose nothing")
    func race() async throws {
        try await ScratchMongo.use { mongo in
            let register = MongoClipRegister(mongo.database)
            _ = try await register.prepare()
            let clips = ClipFormat.each.flatMap { format in
                (1...4).map { Entry.clip(format, storedAt: Int64($0) * 10) }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for clip in clips.shuffled() { group.addTask { try await register.record(clip) } }
                try await group.waitForAll()
            }
            #expect(try await mongo.count("audio_clips") == 1)
            let document = try #require(try await mongo.find("audio_clips"))
            #expect(document.string("s3_key")?.hasSuffix(".mp3") == true)
            #expect(document["generated_at"] == .date(40_000))
            let formats = try #require(document.document("formats"))
            #expect(formats.fields.map(\.name) == ClipFormat.each.map(\.rawValue).filter { $0 != "mp3" })
            for format in formats.fields {
                guard case .document(let made) = format.value else { continue }
                #expect(made["generated_at"] == .date(40_000))
            }
        }
    }

    @Test("the old system's document for a window is taken over, its own fields left alone")
    func oldSystem() async throws {
        try await ScratchMongo.use { mongo in
            let register = MongoClipRegister(mongo.database)
            _ = try await register.prepare()
            try await mongo.insert(
                [
                    "_id": .objectID(Entry.episode), "episode_id": .string(Entry.episode.description),
                    "clip_start_ms": .int32(30_000), "clip_end_ms": .int32(60_000),
                    "s3_key": .string("audio_clips/\(Entry.episode)/30000-60000_v1.mp3"),
                    "generated_at": .date(9_000_000_000_000), "theirs": .string("kept"),
                ], into: "audio_clips")
            try await register.record(Entry.clip(.mp3, storedAt: 100))
            #expect(try await mongo.count("audio_clips") == 1)
            let document = try #require(try await mongo.find("audio_clips"))
            #expect(document["_id"] == .objectID(Entry.episode))
            #expect(document.string("s3_key")?.contains("_v5-") == true)
            #expect(document.string("theirs") == "kept")
        }
    }

    @Test("removing an episode's clips leaves those of others")
    func remove() async throws {
        try await ScratchMongo.use { mongo in
            let register = MongoClipRegister(mongo.database)
            let other = ObjectKey(
                episode: ObjectID(hex: "607f1f77bcf86cd799439011")!, window: Entry.window, cutVersion: .current,
                sourceVersion: SourceVersion("abcd1234")!, format: .mp3)
            try await register.record(Entry.clip(.mp3, storedAt: 1))
            try await register.record(RegisteredClip(key: other, sizeBytes: 1, storedAtUnixSeconds: 1))
            try await register.removeAll(episode: Entry.episode)
            #expect(try await mongo.count("audio_clips") == 1)
            #expect(try await mongo.find("audio_clips")?.string("s3_key") == other.description)
        }
    }

    @Test("looking whether it takes writes leaves nothing, and works without a document and with one")
    func check() async throws {
        try await ScratchMongo.use { mongo in
            let register = MongoClipRegister(mongo.database)
            _ = try await register.prepare()
            try await register.check()
            #expect(try await mongo.count("audio_clips") == 0)
            try await register.record(Entry.clip(.mp3, storedAt: 100))
            let before = try await mongo.find("audio_clips")
            try await register.check()
            #expect(try await mongo.count("audio_clips") == 1)
            #expect(try await mongo.find("audio_clips") == before)
        }
    }

    @Test("numbers of others, as large as they can be, are no reason to stop")
    func largestNumbers() async throws {
        try await ScratchMongo.use { mongo in
            let register = MongoClipRegister(mongo.database)
            let clip = Entry.clip(.mp3, storedAt: 100)
            try await register.record(clip)
            let largest: BSONDocument = [
                "revision": .int64(.max), "file_size_bytes": .double(1e300), "generated_at": .date(.min),
            ]
            _ = try await mongo.database.run(.write) { session throws(MongoFault) in
                try session.update("audio_clips", where: [:], by: ["$set": .document(largest)])
            }
            try await register.record(Entry.clip(.mp3, storedAt: 200))
            #expect(try await mongo.find("audio_clips")?["generated_at"] == .date(200_000))
        }
    }
}
