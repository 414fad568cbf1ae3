import Audio
import Domain
import Glibc
import ObjectStore
import TestStack
import Testing

@testable import Episodes

struct EpisodeFolderTests {
    private static func open(
        _ folder: TemporaryFolder, limits: EpisodeFolder.Limits = .init(), rescanAfter: Duration = .zero,
        probe: @escaping EpisodeFolder.Probe = { _, _ in .seconds(90) }
    ) async throws -> EpisodeFolder {
        try await EpisodeFolder.open(folder.path, limits: limits, rescanAfter: rescanAfter, probe: probe)
    }

    /// `printf 'Shows/Seams Weekly/01 - Cuts.mp3' | sha256sum`, its first 12 bytes and the 16 after them.
    @Test("an episode's names follow from its path alone")
    func names() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("Shows/Seams Weekly/01 - Cuts.mp3", "x")
            let catalog = try await Self.open(folder)
            let id = try EpisodeID(parsing: "f42ecc1897b5c271e5465f50")
            let episode = try await catalog.episode(id)
            #expect(episode.id.description == "f42ecc1897b5c271e5465f50")
            #expect(episode.guid == "1ce8c962-4523-ed83-f495-e1b450d61de9")
            #expect(episode.feedSlug == "shows/seams-weekly")
            #expect(episode.title == "01 - Cuts")
            #expect(episode.duration == .seconds(90))
            #expect(try await catalog.episode(.guid(episode.guid)) == episode)
            await catalog.close()
        }
    }

    @Test("a file at the top belongs to a feed with the folder's own name")
    func top() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("My Podcast!/a.mp3", "x")
            let catalog = try await EpisodeFolder.open("\(folder.path)/My Podcast!") { _, _ in nil }
            let listing = await catalog.listing()
            #expect(listing.episodes.map(\.feedSlug) == ["my-podcast"])
            await catalog.close()
        }
    }

    @Test(
        "a folder's name becomes a segment that is safe in a key",
        arguments: [
            (["Ärzte & Co."], "ärzte-co"), (["..", "???"], "feed/feed"), (["A_b--C"], "a-b-c"), (["日本語"], "日本語"),
            ([String(repeating: "x", count: 500)], String(repeating: "x", count: 63)),
        ])
    func slugs(folders: [String], expected: String) {
        #expect(FeedSlug.cleaned(folders) == expected)
        #expect(PathSegments.areSafe(expected))
    }

    @Test("audio is found by what a file holds, whatever it is called, and what is left out is told with the reason")
    func kinds() async throws {
        try await TemporaryFolder.use { folder in
            let mp4 = "\0\0\0\u{18}ftypM4A "
            let audio: [(String, String, AudioKind, String)] = [
                ("a.mp3", "x", .mpeg, "mp3"), ("b.M4B", mp4, .mp4, "m4b"), ("c.oga", "OggS", .ogg, "oga"),
                ("d.mp2", "x", .mpeg, "mp2"), ("e", "fLaC", .flac, "flac"), ("f.data", "caff", .caf, "caf"),
                ("g.mp3", "ID3\u{3}\0\0\0\0\0\u{2}..OggS", .ogg, "mp3"), ("h.webm", "RIFF....WAVE", .wav, "webm"),
                ("i.aac", "x", .adts, "aac"),
            ]
            for (name, bytes, _, _) in audio { try folder.write(name, bytes) }
            for (name, bytes) in [
                ("k.txt", "notes"), ("l.mp3", "<html>gone"), ("m.html", "<!doctype html>"), ("n.m4a", "x"),
                ("o.mp3", ""),
            ] { try folder.write(name, bytes) }
            for name in [".mp3", ".hidden.mp3", ".data/h.mp3"] { try folder.write(name, "x") }
            mkdir("\(folder.path)/p.mp3", 0o755)
            mkfifo("\(folder.path)/q.mp3", 0o600)
            let catalog = try await Self.open(folder)
            let listing = await catalog.listing()
            #expect(listing.episodes.map(\.relativePath) == audio.map(\.0))
            #expect(listing.episodes.map(\.kind) == audio.map(\.2))
            #expect(listing.episodes.map { $0.sourceKey.split(separator: ".").last.map(String.init) } == audio.map(\.3))
            #expect(listing.episodes.map(\.title) == ["a", "b", "c", "d", "e", "f.data", "g", "h", "i"])
            #expect(
                listing.leftOut.reasons == [
                    .init(text: "is no audio that is known here", count: 2, example: "k.txt"),
                    .init(text: "is a web page", count: 2, example: "l.mp3"),
                    .init(text: "is empty", count: 1, example: "o.mp3"),
                ])
            await catalog.close()
        }
    }

    @Test("a file that is replaced by another kind is what it now holds")
    func replaced() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("a.mp3", "x")
            let catalog = try await Self.open(folder)
            #expect(await catalog.listing().episodes.map(\.kind) == [.mpeg])
            try folder.write("a.mp3", "OggS and more")
            #expect(await catalog.listing().episodes.map(\.kind) == [.ogg])
            try folder.write("a.mp3", "%PDF-1.7 and more")
            #expect(await catalog.listing().episodes.isEmpty)
            await catalog.close()
        }
    }

    @Test("links are followed inside the folder, once around, and never out of it")
    func links() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("shows/real/a.mp3", "x")
            try folder.write("other/secret.mp3", "x")
            symlink("real", "\(folder.path)/shows/also")
            symlink("..", "\(folder.path)/shows/real/around")
            symlink("\(folder.path)/other", "\(folder.path)/shows/out")
            symlink("\(folder.path)/other/secret.mp3", "\(folder.path)/shows/out.mp3")
            symlink("real/a.mp3", "\(folder.path)/shows/in.mp3")
            symlink("nowhere", "\(folder.path)/shows/broken.mp3")
            let catalog = try await EpisodeFolder.open("\(folder.path)/shows") { _, _ in nil }
            let found = await catalog.listing().episodes.map(\.relativePath)
            #expect(found.sorted() == ["also/a.mp3", "in.mp3"] || found.sorted() == ["in.mp3", "real/a.mp3"])
            await catalog.close()
        }
    }

    @Test("a file that turns into a link out of the folder is no episode any more")
    func swapped() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("shows/a.mp3", "x")
            try folder.write("secret.mp3", "secret")
            let catalog = try await EpisodeFolder.open("\(folder.path)/shows") { _, _ in nil }
            let episode = try #require(await catalog.listing().episodes.first)
            unlink("\(folder.path)/shows/a.mp3")
            symlink("../secret.mp3", "\(folder.path)/shows/a.mp3")
            await #expect(throws: CatalogFault.noSuchEpisode) { try await catalog.episode(.objectID(episode.id)) }
            await #expect(throws: ObjectStoreFault.denied(code: "OutsideFolder")) {
                try await catalog.source.get(episode.sourceKey, range: nil, ifMatch: nil, limitBytes: 100)
            }
            await catalog.close()
        }
    }

    @Test("more files or folders than the limits allow are left out, and that is said")
    func limits() async throws {
        try await TemporaryFolder.use { folder in
            for number in 0..<5 { try folder.write("\(number).mp3", "x") }
            try folder.write("a/b/c.mp3", "x")
            let few = try await Self.open(folder, limits: .init(files: 3))
            #expect(await few.listing().episodes.count == 3)
            #expect(await few.listing().isCutOff)
            let flat = try await Self.open(folder, limits: .init(depth: 1))
            #expect(await flat.listing().episodes.count == 5)
            #expect(await flat.listing().isCutOff)
            let enough = try await Self.open(folder, limits: .init(files: 6, depth: 2))
            #expect(await enough.listing().episodes.count == 6)
            #expect(await !enough.listing().isCutOff)
            for catalog in [few, flat, enough] { await catalog.close() }
        }
    }

    @Test("a file that comes later is found when it is asked for, but not before the next look is due")
    func later() async throws {
        try await TemporaryFolder.use { folder in
            let eager = try await Self.open(folder)
            let patient = try await Self.open(folder, rescanAfter: .seconds(3_600))
            try folder.write("a.mp3", "x")
            let id = try #require(await eager.listing().episodes.first?.id)
            #expect(try await eager.episode(.objectID(id)).title == "a")
            await #expect(throws: CatalogFault.noSuchEpisode) { try await patient.episode(.objectID(id)) }
            unlink("\(folder.path)/a.mp3")
            await #expect(throws: CatalogFault.noSuchEpisode) { try await eager.episode(.objectID(id)) }
            await eager.close()
            await patient.close()
        }
    }

    @Test("a file's duration is asked for once, and again when the file has changed")
    func probing() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("a.mp3", "x")
            let counter = ProbeCounter()
            let catalog = try await Self.open(folder) { _, _ in await counter.count() }
            let id = EpisodeID.objectID(try #require(await catalog.listing().episodes.first?.id))
            let durations = try await withThrowingTaskGroup(of: Duration?.self) { group in
                for _ in 0..<10 { group.addTask { try await catalog.episode(id).duration } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(durations == [.seconds(1)])
            try folder.write("a.mp3", "longer")
            #expect(try await catalog.episode(id).duration == .seconds(2))
            await catalog.close()
        }
    }

    private actor ProbeCounter {
        private var probes = 0
        func count() -> Duration {
            probes += 1
            return .seconds(probes)
        }
    }

    @Test(
        "chunks start every 30 seconds within the episode",
        arguments: [(0, 0), (2, 60), (3, nil), (-1, nil), (Int32.max, nil)] as [(Int32, Int?)])
    func chunks(index: Int32, start: Int?) async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("a.mp3", "x")
            let catalog = try await Self.open(folder)
            let id = EpisodeID.objectID(try #require(await catalog.listing().episodes.first?.id))
            let episode = try await catalog.episode(id)
            if let start {
                #expect(try await catalog.chunkStart(episode: episode, chunkIndex: index) == .seconds(start))
            } else {
                await #expect(throws: CatalogFault.noSuchChunk) {
                    try await catalog.chunkStart(episode: episode, chunkIndex: index)
                }
            }
            await catalog.close()
        }
    }

    @Test("a folder that is not there is named")
    func absent() async throws {
        await #expect(throws: CatalogFault.unavailable("/nowhere/at/all: no such folder")) {
            _ = try await EpisodeFolder.open("/nowhere/at/all") { _, _ in nil }
        }
    }
}
