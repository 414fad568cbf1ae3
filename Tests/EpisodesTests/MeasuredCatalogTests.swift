import Domain
import Episodes
import Telemetry
import Testing
import Transcripts

@Suite("measured calls to MongoDB")
struct MeasuredCatalogTests {
    /// Knows one episode, and its register is away.
    private struct Scripted: EpisodeCatalog, ClipRegister {
        func episode(_ id: EpisodeID) async throws(CatalogFault) -> Episode { throw .noSuchEpisode }
        func chunkStart(episode: Episode, chunkIndex: Int32) async throws(CatalogFault) -> Duration { .seconds(1) }
        func cues(of episode: Episode, in window: ClipWindow) async throws(CatalogFault) -> [Cue] {
            throw .transcriptMissing
        }
        func check() async throws(CatalogFault) {}
        func record(_ clip: RegisteredClip) async throws(CatalogFault) { throw .resting(.seconds(1)) }
        func removeAll(episode: ObjectID) async throws(CatalogFault) {}
    }

    @Test("each call is counted by what it came to")
    func counts() async throws {
        let metrics = Metrics()
        let calls = MongoCalls(metrics)
        let catalog = MeasuredCatalog(Scripted(), calls)
        let register = MeasuredRegister(Scripted(), calls)
        let id = try EpisodeID(parsing: "507f1f77bcf86cd799439011")
        let episode = try #require(ObjectID(hex: "507f1f77bcf86cd799439011"))
        await #expect(throws: CatalogFault.noSuchEpisode) { try await catalog.episode(id) }
        let silent = Episode(id: episode, guid: "g", feedSlug: "f", title: nil, duration: nil)
        let window = try #require(ClipWindow(startMs: 0, endMs: 1))
        await #expect(throws: CatalogFault.transcriptMissing) { try await catalog.cues(of: silent, in: window) }
        try await register.removeAll(episode: episode)
        try await register.removeAll(episode: episode)
        let text = String(decoding: MetricsText.prometheus.write(metrics), as: UTF8.self)
        #expect(text.contains(#"cutroom_mongodb_requests_total{operation="episode",result="missing"} 1"#))
        #expect(text.contains(#"cutroom_mongodb_requests_total{operation="transcript",result="missing"} 1"#))
        #expect(text.contains(#"cutroom_mongodb_requests_total{operation="remove",result="ok"} 2"#))
        #expect(text.contains(#"cutroom_mongodb_request_duration_seconds_count{operation="remove"} 2"#))
    }
}
