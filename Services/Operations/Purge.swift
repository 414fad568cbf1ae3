import Bounded
import Domain
import Episodes
import Flow
import HTTPClient
import Kafka
import Logging
import ObjectStore
import Traces
import Wiring

/// Deletes what was made of an episode: clips, layouts, entries of the register, and what gateways know of it.
///
/// Each step can be repeated, and what was not reached is found again by the next purge.
public final class Purge: Sendable {
    /// What there is to be deleted.
    public struct Findings: Sendable {
        /// The canonical ids that the name stands for.
        public var episodes: Set<ObjectID>
        /// Keys in the clips bucket, layouts included.
        public var objects: [String]
        /// Clip ids that gateways may know.
        public var clips: Set<String>
        /// Whether the catalog still has the episode: then its clips are made again when they are asked for.
        public var isInCatalog: Bool

        public var isEmpty: Bool { objects.isEmpty && clips.isEmpty }
    }

    /// Why a purge could not go on; it may be begun again.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        public init(description: String) { self.description = description }
    }

    private let asked: EpisodeID
    private let broker: BrokerSettings
    private let kafka: KafkaSettings
    private let store: any ObjectStore
    private let catalog: any EpisodeCatalog
    private let register: any ClipRegister
    private let limit: Duration

    /// - Parameter limit: for each answer that is waited for.
    public init(
        of asked: EpisodeID, broker: BrokerSettings, store: any ObjectStore, catalog: any EpisodeCatalog,
        register: any ClipRegister, within limit: Duration, log: Log
    ) {
        self.asked = asked
        self.broker = broker
        kafka = broker.client(of: "purge", log: log)
        self.store = store
        self.catalog = catalog
        self.register = register
        self.limit = limit
    }

    /// Looks for all that belongs to the episode; changes nothing.
    public func look() async throws(Failure) -> Findings {
        var episodes: Set<ObjectID> = []
        var isInCatalog = false
        if case .objectID(let id) = asked { episodes.insert(id) }
        do throws(CatalogFault) {
            let episode = try await catalog.episode(asked)
            isInCatalog = true
            episodes.insert(episode.id)
            // Clips asked for by a guid of 24 hex digits lie under the guid.
            if let id = ObjectID(hex: episode.guid) { episodes.insert(id) }
        } catch {
            switch error.fate {
            case .permanent: isInCatalog = error != .noSuchEpisode
            case .transient: throw Failure(description: error.description)
            }
        }
        let index: ReadyIndex
        do throws(KafkaFault) {
            index = try await ReadyIndex.read(broker, kafka, asked: asked, known: episodes, within: limit)
        } catch { throw Failure(description: "the topic of ready clips was not read: \(error)") }
        episodes.formUnion(index.episodes)
        var objects: [String] = []
        for prefix in Self.prefixes(of: episodes) {
            objects += try await storing { () async throws(ObjectStoreFault) in
                try await self.store.list(prefix: prefix, limit: 1_000_000).map(\.key)
            }
        }
        return Findings(episodes: episodes, objects: objects, clips: index.clips, isInCatalog: isInCatalog)
    }

    /// Tells resolvers and cutters: whatever was asked for before now is void.
    public func announce(_ findings: Findings) async throws(Failure) {
        let codec = EventCodec(source: "/purge")
        try await send(
            findings.episodes.map { codec.encode(EpisodePurged(episode: $0), to: broker.topics.purged, trace: .new()) })
    }

    /// Deletes what was found: objects first, then the register's entries, then what gateways know.
    public func delete(_ findings: Findings) async throws(Failure) {
        for key in findings.objects {
            try await storing { () async throws(ObjectStoreFault) in try await self.store.delete(key) }
        }
        for episode in findings.episodes {
            do throws(CatalogFault) { try await register.removeAll(episode: episode) } catch {
                throw Failure(description: "the register was not changed: \(error)")
            }
        }
        try await send(
            findings.clips.map { OutgoingRecord(topic: broker.topics.ready, key: Array($0.utf8), value: nil) })
    }

    private func send(_ records: [OutgoingRecord]) async throws(Failure) {
        do throws(KafkaFault) {
            let producer = try KafkaProducer(kafka, messageTimeout: limit)
            var fault: KafkaFault?
            for record in records where fault == nil {
                do throws(KafkaFault) { try await producer.deliver(record) } catch { fault = error }
            }
            await producer.close(flushingWithin: limit)
            if let fault { throw fault }
        } catch {
            throw Failure(description: "Kafka did not take a record: \(error)")
        }
    }

    private func storing<Value: Sendable>(
        _ call: () async throws(ObjectStoreFault) -> Value
    ) async throws(Failure) -> Value {
        let backoff = Backoff(base: .milliseconds(200), cap: .seconds(5))
        var attempt = 0
        let deadline = ContinuousClock.now + limit
        while true {
            do throws(ObjectStoreFault) {
                return try await call()
            } catch {
                let pause = backoff.delay(attempt: attempt)
                guard error.isTransient, ContinuousClock.now + pause < deadline, !Task.isCancelled else {
                    throw Failure(description: "the clips bucket did not do what was asked: \(error.slug)")
                }
                attempt += 1
                try? await Task.sleep(for: pause)
            }
        }
    }

    static func prefixes(of episodes: Set<ObjectID>) -> [String] {
        episodes.flatMap { [ObjectKey.prefix(of: $0), ObjectKey.layoutPrefix(of: $0)] }.sorted()
    }
}
