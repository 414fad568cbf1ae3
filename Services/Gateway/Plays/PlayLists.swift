import Domain
import Flow
import Kafka
import Logging
import Synchronization

/// What was played most, as the resolver has added it up last: a list for each way of adding up and each window.
final class PlayLists: Sendable {
    private let codec: EventCodec?
    private let log: Log
    private let lists = Mutex<[PlayTop.List: PlayTop]>([:])
    private let skips = RateBound(perMinute: 6)

    /// - Parameter codec: nil: nobody tells.
    init(_ codec: EventCodec? = nil, log: Log = .silent) {
        self.codec = codec
        self.log = log
    }

    /// Nil if nothing was added up yet.
    subscript(list: PlayTop.List) -> PlayTop? { lists.withLock { $0[list] } }

    var watch: ReaderWatch {
        ReaderWatch { [log] _, _ in log.info("What was played most is known from now on") }
    }

    /// Called on the reader's thread.
    func take(_ record: Record) {
        guard let codec, record.value != nil else { return }
        do throws(EventFault) {
            let list = try codec.decode(record, as: PlayTop.self)
            // Of two resolvers, the one that has added up later.
            lists.withLock { if ($0[list.list]?.asOf ?? 0) <= list.asOf { $0[list.list] = list } }
        } catch {
            log.warning(
                "A record of what was played most was skipped",
                ["reason": .string(error.slug), "detail": .string(error.detail)], bound: skips)
        }
    }
}
