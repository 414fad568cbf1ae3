import Bounded
import Domain
import Kafka
import Logging
import Synchronization

/// Which episodes were purged lately, and when by the brokers' clock.
public final class PurgeMarks: Sendable {
    private struct State {
        var times = RecentlyUsed<ObjectID, Int64>(limitCount: PurgeMarks.most)
        var readers: [@Sendable (ObjectID) -> Void] = []
    }

    /// More purges than anybody makes while a request may be under way.
    private static let most = 10_000

    private let codec = EventCodec(source: "/purges")
    private let log: Log
    private let state = Mutex(State())
    private let skipped = RateBound(perMinute: 6)

    public init(log: Log) { self.log = log }

    /// - Parameter body: called with each episode that is purged, on the reader's thread; it must not block.
    func whenPurged(_ body: @escaping @Sendable (ObjectID) -> Void) { state.withLock { $0.readers.append(body) } }

    /// Takes a record of the topic of purges.
    func note(_ record: Record) {
        do throws(EventFault) {
            let episode = try codec.decode(record, as: EpisodePurged.self).episode
            let time = record.timeMs ?? 0
            let readers = state.withLock { state in
                _ = state.times.insert(max(time, state.times.peek(episode) ?? 0), for: episode)
                return state.readers
            }
            for reader in readers { reader(episode) }
        } catch {
            log.warning(
                "A record could not be read and was skipped",
                ["reason": .string(error.slug), "topic": .string(record.topic), "offset": .int(Int(record.offset))],
                bound: skipped)
        }
    }

    /// Whether a record is void, because one of these episodes was purged after the record was written.
    func isVoid(_ record: Record, of episodes: [ObjectID?]) -> Bool {
        guard let writtenAtMs = record.timeMs else { return false }
        return state.withLock { state in
            episodes.contains { episode in
                guard let episode, let purged = state.times.get(episode) else { return false }
                return writtenAtMs <= purged
            }
        }
    }

    /// Work for a record that is void. As for work that has run out of time, whoever still waits asks once more.
    static let void = ClipFault(.expired, "the episode was taken down while its clip was made")
}
