import Domain
import Episodes
import Flow
import Kafka
import Logging
import ObjectStore
import Settings
import Testing
import Wiring

@testable import ResolverService

@Suite("the resolver's way of records")
struct ResolverRouteTests {
    private struct Nothing: EpisodeCatalog, ClipRegister {
        func episode(_ id: EpisodeID) async throws(CatalogFault) -> Episode { throw .noSuchEpisode }
        func chunkStart(episode: Episode, chunkIndex: Int32) async throws(CatalogFault) -> Duration {
            throw .noSuchChunk
        }
        func check() async throws(CatalogFault) {}
        func record(_ clip: RegisteredClip) async throws(CatalogFault) {}
        func removeAll(episode: ObjectID) async throws(CatalogFault) {}
    }

    /// docs/operations.md, "Rights at Kafka".
    @Test("it asks for its own topics and rights and no other")
    func needs() throws {
        var read = SettingsReader(environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
        let resolver = Resolver(
            ResolverSettings.Own(from: &read), broker: BrokerSettings(from: &read),
            life: LifeSettings(clipLifetime: .seconds(86_400), urls: .standard), catalog: Nothing(),
            register: Nothing(),
            version: "1", log: .silent)
        let needs = try resolver.service().needs
        #expect(
            Dictionary(uniqueKeysWithValues: needs.map { ($0.spec.name, $0.rights) }) == [
                "clip.requested": [.read], "clip.requested.bulk": [.read], "clip.resolved": [.write],
                "clip.resolved.bulk": [.write], "clip.ready": [.read], "clip.failed": [.write],
                "clip.dead-letter": [.write], "clip.purged": [.read],
            ])
        #expect(needs.first { $0.spec.name == "clip.ready" }?.spec.configuration["retention.ms"] == "86400000")
        #expect(needs.first { $0.spec.name == "clip.purged" }?.spec.partitions == 1)
    }
}
