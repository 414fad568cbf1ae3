import Domain
import Episodes
import Fakes
import Flow
import Kafka
import Logging
import ObjectStore
import Settings
import Testing
import Transcripts
import Wiring

@testable import ResolverService

@Suite("the resolver's way of records")
struct ResolverRouteTests {
    private struct Nothing: EpisodeCatalog, ClipRegister {
        func episode(_ id: EpisodeID) async throws(CatalogFault) -> Episode { throw .noSuchEpisode }
        func chunkStart(episode: Episode, chunkIndex: Int32) async throws(CatalogFault) -> Duration {
            throw .noSuchChunk
        }
        func cues(of episode: Episode, in window: ClipWindow) async throws(CatalogFault) -> [Cue] {
            throw .transcriptMissing
        }
        func check() async throws(CatalogFault) {}
        func record(_ clip: RegisteredClip) async throws(CatalogFault) {}
        func removeAll(episode: ObjectID) async throws(CatalogFault) {}
    }

    @Test("it asks for the topics and rights that operators are told to give it, and no other")
    func needs() async throws {
        var read = SettingsReader(environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
        let resolver = Resolver(
            ResolverSettings.Own(from: &read), broker: BrokerSettings(from: &read),
            life: LifeSettings(clipLifetime: .seconds(86_400), urls: .standard), catalog: Nothing(),
            register: Nothing(),
            version: "1", log: .silent)
        let needs = try resolver.service().needs
        let told = try await OperatorRights.topics(of: "resolver")
        #expect(told.count > 5)
        #expect(Dictionary(uniqueKeysWithValues: needs.map { ($0.spec.name, $0.rights) }) == told)
        #expect(needs.first { $0.spec.name == "clip.ready" }?.spec.configuration["retention.ms"] == "86400000")
        #expect(needs.first { $0.spec.name == "clip.purged" }?.spec.partitions == 1)
    }
}
