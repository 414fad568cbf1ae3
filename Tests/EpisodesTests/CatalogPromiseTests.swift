import Bounded
import Domain
import Fakes
import Telemetry
import TestStack
import Testing
import Transcripts

@testable import Episodes

/// The fake, the folder and the database behind one port.
@Suite("what every catalog promises", .timeLimit(.minutes(1)))
struct CatalogPromiseTests {
    private let holding: EpisodeCatalogPromise.Holding

    init() throws {
        let episode = Episode(
            id: try #require(ObjectID(hex: "507f1f77bcf86cd799439011")), guid: "1a4f7e52-6f0c-4a0c-9d4e-7b1c2b9a0001",
            feedSlug: "seams-weekly", title: "On seams", duration: .seconds(3600))
        holding = .init(
            episode, chunk: (7, .milliseconds(12_345)), absentChunk: 8, silent: try Self.silent("another-guid"))
    }

    private static func silent(_ guid: String, id: String = "507f1f77bcf86cd799439099") throws -> Episode {
        Episode(id: try #require(ObjectID(hex: id)), guid: guid, feedSlug: "seams-weekly", title: nil, duration: nil)
    }

    private var said: SpokenCue {
        let said = EpisodeCatalogPromise.Holding.said
        return SpokenCue(start: said.start, end: said.end, text: said.text)
    }

    private var memory: MemoryCatalog {
        MemoryCatalog(
            [holding.episode], chunks: [holding.chunk.index: holding.chunk.start],
            transcripts: [holding.episode.id: Transcript([said])])
    }

    @Test("the catalog of unit tests", arguments: EpisodeCatalogPromise.allCases)
    func memory(promise: EpisodeCatalogPromise) async throws { try await promise.check(on: memory, holding: holding) }

    @Test("one behind a circuit", arguments: EpisodeCatalogPromise.allCases)
    func guarded(promise: EpisodeCatalogPromise) async throws {
        try await promise.check(on: GuardedCatalog(memory, circuit: Circuit(.init())), holding: holding)
    }

    @Test("one that is measured", arguments: EpisodeCatalogPromise.allCases)
    func measured(promise: EpisodeCatalogPromise) async throws {
        try await promise.check(on: MeasuredCatalog(memory, MongoCalls(Metrics())), holding: holding)
    }

    /// `printf 'Shows/Seams Weekly/01 - Cuts.mp3' | sha256sum`, its first 12 bytes and the 16 after them; the same of `02.mp3`.
    @Test("a folder of audio files", arguments: EpisodeCatalogPromise.allCases)
    func folder(promise: EpisodeCatalogPromise) async throws {
        let episode = Episode(
            id: try #require(ObjectID(hex: "f42ecc1897b5c271e5465f50")), guid: "1ce8c962-4523-ed83-f495-e1b450d61de9",
            feedSlug: "shows/seams-weekly", title: "01 - Cuts", duration: .seconds(90),
            about: EpisodeAbout(episodeTitle: "01 - Cuts", feedTitle: "Seams Weekly"))
        try await TemporaryFolder.use { folder in
            try folder.write("Shows/Seams Weekly/01 - Cuts.mp3", "x")
            try folder.write("02.mp3", "x")
            try folder.write(
                "Shows/Seams Weekly/01 - Cuts.vtt",
                "WEBVTT\n\n00:12.345 --> 00:14.500\nSeams &lt;are&gt; lines &amp; more.\n")
            let catalog = try await EpisodeFolder.open(folder.path, rescanAfter: .zero) { _, _ in .seconds(90) }
            // Chunks begin every 30 seconds.
            try await promise.check(
                on: catalog,
                holding: .init(
                    episode, chunk: (2, .seconds(60)), absentChunk: 3,
                    silent: Self.silent("02", id: "580c2ce2bca22a7fabb922fe")))
            await catalog.close()
        }
    }

    /// Against the server that `CUTROOM_TEST_MONGODB` names.
    @Test("a database", arguments: EpisodeCatalogPromise.allCases)
    func database(promise: EpisodeCatalogPromise) async throws {
        try await ScratchMongo.use { mongo in
            let episode = holding.episode
            try await mongo.insert(
                [
                    "_id": .objectID(episode.id), "guid": .string(episode.guid), "title": .string("On seams"),
                    "duration": .int32(3600),
                ], into: "episode_metadata")
            try await mongo.insert(
                [
                    "episode_id": .string(episode.guid), "feed_slug": .string(episode.feedSlug),
                    "chunk_index": .int32(holding.chunk.index), "start_time": .double(said.start ?? 0),
                    "end_time": .double(said.end ?? 0), "text": .string(said.text ?? ""),
                ], into: "transcript_chunks_768d")
            try await promise.check(on: MongoEpisodeCatalog(mongo.database), holding: holding)
        }
    }
}

@Suite("what every register promises", .timeLimit(.minutes(1)))
struct RegisterPromiseTests {
    @Test("the register of unit tests", arguments: ClipRegisterPromise.allCases)
    func memory(promise: ClipRegisterPromise) async throws {
        let register = MemoryRegister()
        try await promise.check(on: register) { register.clips($0, $1) }
    }

    @Test("one behind a circuit", arguments: ClipRegisterPromise.allCases)
    func guarded(promise: ClipRegisterPromise) async throws {
        let register = MemoryRegister()
        try await promise.check(on: GuardedRegister(register, circuit: Circuit(.init()))) { register.clips($0, $1) }
    }

    @Test("one that is measured", arguments: ClipRegisterPromise.allCases)
    func measured(promise: ClipRegisterPromise) async throws {
        let register = MemoryRegister()
        try await promise.check(on: MeasuredRegister(register, MongoCalls(Metrics()))) { register.clips($0, $1) }
    }

    /// Against the server that `CUTROOM_TEST_MONGODB` names.
    @Test("a database", arguments: ClipRegisterPromise.allCases)
    func database(promise: ClipRegisterPromise) async throws {
        try await ScratchMongo.use { mongo in
            let register = MongoClipRegister(mongo.database)
            _ = try await register.prepare()
            try await promise.check(on: register) { episode, window in
                let place: BSONDocument = [
                    "episode_id": .string(episode.description), "clip_start_ms": .int32(window.startMs),
                    "clip_end_ms": .int32(window.endMs),
                ]
                guard let document = try await mongo.find("audio_clips", where: place) else { return [] }
                return Set(RegisterEntry(document, episode: episode, window: window).clips.values)
            }
        }
    }
}
