import Domain
import Episodes
import Fakes
import Logging
import Synchronization
import Testing

@testable import Flow
@testable import ResolverService

@Suite("what is known of episodes, and how long work on them may take")
struct EpisodeCacheTests {
    /// Knows one guid.
    private let catalog: MemoryCatalog

    init() throws {
        let id = try #require(ObjectID(hex: "507f1f77bcf86cd799439011"))
        catalog = MemoryCatalog([Episode(id: id, guid: "there", feedSlug: "a-feed", title: nil, duration: nil)])
    }

    private func cache(lifetime: Duration, absence: Duration) -> EpisodeCache {
        EpisodeCache(
            catalog: catalog, limits: .init(entries: 10, lifetime: lifetime, absenceLifetime: absence), lookUps: 10)
    }

    @Test("what is there and what is not are each known for their own time")
    func lifetimes() async throws {
        for (lifetime, absence, looks) in [(Duration.seconds(3600), .zero, (1, 3)), (.zero, .seconds(3600), (4, 4))]
            as [(Duration, Duration, (Int, Int))]
        {
            let cache = cache(lifetime: lifetime, absence: absence)
            for _ in 0..<3 {
                _ = try await cache.episode(.guid("there"), log: .silent)
                await #expect(throws: ClipFault.self) { try await cache.episode(.guid("absent"), log: .silent) }
            }
            #expect(catalog.looks(.guid("there")) == looks.0)
            #expect(catalog.looks(.guid("absent")) == looks.1)
        }
    }

    /// The deadline travels as what is left of it: a new one for each step would let work go on that nobody waits for.
    @Test("what is left of the deadline is passed on, and no more")
    func budget() async throws {
        let resolve = ResolveClip(
            catalog: catalog, cache: cache(lifetime: .seconds(60), absence: .seconds(60)), topics: Topics(),
            chunkDuration: .seconds(30))
        let event = ClipRequested(clipID: try ClipID(parsing: "there/0-1000.mp3"), budget: .seconds(120))
        let incoming = Incoming(
            event: event, origin: EventOrigin(trace: .new()), deadline: .after(.seconds(40)), log: .silent, attempt: 1)
        let codec = EventCodec(source: "/test")
        let sent = try await resolve.handle(incoming).publish(codec, incoming.origin, .live)
        let record = try #require(sent.first)
        let resolved = try codec.decode(
            .init(topic: record.topic, partition: 0, offset: 0, key: record.key, value: record.value),
            as: ClipResolved.self)
        #expect(resolved.budgetMs <= 40_000 && resolved.budgetMs > 0)
    }
}
