import Domain
import Flow
import Kafka
import Synchronization
import Wiring

/// Clips of some episodes that the topic of ready clips knows.
public struct ReadyIndex: Sendable {
    /// The canonical ids under which clips lie that were asked for by this name.
    public private(set) var episodes: Set<ObjectID> = []
    /// Ids, as asked, whose newest record is no tombstone.
    public private(set) var clips: Set<String> = []

    /// Reads the whole topic.
    ///
    /// - Parameters:
    ///   - asked: the episode as it was named.
    ///   - known: its canonical ids, as far as they are known.
    /// - Throws: `.timedOut` if it was not read to its end in time.
    static func read(
        _ broker: BrokerSettings, _ kafka: KafkaSettings, asked: EpisodeID, known: Set<ObjectID>, within limit: Duration
    ) async throws(KafkaFault) -> ReadyIndex {
        var index = try await pass(broker, kafka, asked: asked, known: known, within: limit)
        // An id that only this topic told may have clips that were asked for in another way, further up.
        if !index.episodes.isSubset(of: known) {
            let episodes = index.episodes.union(known)
            index = try await pass(broker, kafka, asked: asked, known: episodes, within: limit)
        }
        return index
    }

    private static func pass(
        _ broker: BrokerSettings, _ kafka: KafkaSettings, asked: EpisodeID, known: Set<ObjectID>, within limit: Duration
    ) async throws(KafkaFault) -> ReadyIndex {
        let codec = EventCodec(source: "/purge")
        let found = Mutex(ReadyIndex())
        let reader = try TopicReader(kafka, topics: [(broker.topics.ready, .beginning)]) { record in
            guard let key = record.key.flatMap({ String(validating: $0, as: UTF8.self) }) else { return }
            guard record.value != nil else {
                found.withLock { _ = $0.clips.remove(key) }
                return
            }
            // What can't be read is in no gateway's table either.
            guard let event = try? codec.decode(record, as: ClipReady.self) else { return }
            let (id, object) = (event.clipID, event.objectKey)
            guard id.episode == asked || known.contains(object.episode) else { return }
            found.withLock { found in
                found.clips.insert(key)
                if id.episode == asked { found.episodes.insert(object.episode) }
            }
        }
        let isRead = await reader.caughtUp(within: limit)
        await reader.close()
        guard isRead else { throw .timedOut }
        return found.withLock { $0 }
    }
}
