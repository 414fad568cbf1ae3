import Bounded
import Domain
import Flow
import Kafka
import Logging
import Synchronization

/// Which episodes were purged lately, and when by the brokers' clock.
public final class PurgeMarks: Sendable {
    /// More purges than anybody makes while a request may be under way.
    private static let most = 10_000

    private let codec = EventCodec(source: "/purges")
    private let onPurge: @Sendable (ObjectID) -> Void
    private let log: Log
    private let times = Mutex(RecentlyUsed<ObjectID, Int64>(limitCount: PurgeMarks.most))
    private let skipped = RateBound(perMinute: 6)

    /// - Parameter onPurge: called on the reader's thread; it must not block.
    public init(log: Log, onPurge: @escaping @Sendable (ObjectID) -> Void = { _ in }) {
        self.log = log
        self.onPurge = onPurge
    }

    /// Reads the topic of purges from its beginning, as long as the reader lives. Nothing is to be worked on before
    /// ``isRead(by:stopping:)``: it may have been purged.
    public func follow(_ broker: BrokerSettings, _ kafka: KafkaSettings) throws(KafkaFault) -> TopicReader? {
        // The embedded broker serves a folder, out of which people delete by hand.
        guard !broker.isEmbedded else { return nil }
        return try TopicReader(kafka, topics: [(broker.topics.purged, .beginning)]) { [self] in note($0) }
    }

    /// Returns true once all purges until now are known, however long that takes; false if the service is stopped before.
    public func isRead(by reader: TopicReader?, stopping: @escaping @Sendable () async -> Void) async -> Bool {
        guard let reader, !reader.isCaughtUp else { return true }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await reader.caughtUp() }
            group.addTask {
                await stopping()
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    func note(_ record: Record) {
        do throws(EventFault) {
            let episode = try codec.decode(record, as: EpisodePurged.self).episode
            let time = record.timeMs ?? 0
            times.withLock { times in _ = times.insert(max(time, times.peek(episode) ?? 0), for: episode) }
            onPurge(episode)
        } catch {
            log.warning(
                "A record could not be read and was skipped",
                ["reason": .string(error.slug), "topic": .string(record.topic), "offset": .int(Int(record.offset))],
                bound: skipped)
        }
    }

    /// Whether a record that was written at `timeMs` (since 1970) is void, because the episode was purged after it.
    public func isVoid(_ episode: ObjectID, writtenAtMs timeMs: Int64?) -> Bool {
        guard let timeMs, let purged = times.withLock({ $0.get(episode) }) else { return false }
        return timeMs <= purged
    }

    /// Work for a record that is void. As it has run out of time, whoever still waits asks once more.
    public static let void = ClipFault(.expired, "the episode was taken down while its clip was made")
}
