import Domain
import Flow
import Kafka
import Logging
import Synchronization

/// Projects the topics onto the state of clips. Runs on the reader's own thread, record by record.
///
/// The bulk lane's requests are not read: nobody here waits for them, and they count in no backlog. What comes of them is
/// in `clip.ready` and `clip.failed`.
///
/// A record that can't be read is counted, logged at a bounded rate and skipped: here nobody waits for it, and the
/// resolver and the cutter put their own bad input aside.
final class TopicProjection: Sendable {
    private let clipState: ClipState
    private let topics: Topics
    private let codec: EventCodec
    private let cues: CueCache
    private let abouts: AboutCache
    private let log: Log
    private let clock: @Sendable () -> Int64
    private let askAgain: @Sendable (ClipRequested, ClipID, EventOrigin) -> Void
    private let skips = RateBound(perMinute: 60)
    private let skippedCount = Atomic<UInt64>(0)

    init(
        clipState: ClipState, topics: Topics, codec: EventCodec, cues: CueCache,
        abouts: AboutCache = AboutCache(), log: Log,
        clock: @escaping @Sendable () -> Int64,
        askAgain: @escaping @Sendable (ClipRequested, ClipID, EventOrigin) -> Void
    ) {
        self.clipState = clipState
        self.topics = topics
        self.codec = codec
        self.cues = cues
        self.abouts = abouts
        self.log = log
        self.clock = clock
        self.askAgain = askAgain
    }

    /// Records that could not be read since the start.
    var skipped: UInt64 { skippedCount.load(ordering: .relaxed) }

    func handle(_ record: Record) {
        do throws(EventFault) {
            switch record.topic {
            case topics.ready: try ready(record)
            case topics.failed: try failed(record)
            case topics.requested.live:
                clipState.saw(.resolving, of: try codec.decode(record, as: ClipRequested.self).clipID)
            case topics.resolved.live:
                let event = try codec.decode(record, as: ClipResolved.self)
                cues.saw(event)
                abouts.saw(event)
                clipState.saw(.cutting, of: event.clipID)
            default: break
            }
        } catch {
            skippedCount.add(1, ordering: .relaxed)
            log.warning(
                "A record could not be read and was skipped",
                [
                    "reason": .string(error.slug), "detail": .string(error.detail), "topic": .string(record.topic),
                    "partition": .int(Int(record.partition)), "offset": .int(Int(record.offset)),
                ], bound: skips)
        }
    }

    private func ready(_ record: Record) throws(EventFault) {
        guard record.value != nil else {
            if let key = record.key, let text = String(validating: key, as: UTF8.self),
                let id = try? ClipID(parsing: text)
            {
                clipState.sawRemoval(of: id)
            }
            return
        }
        let event = try codec.decode(record, as: ClipReady.self)
        clipState.saw(ready: ReadyClip(event), cut: event.cut, of: event.clipID, now: clock())
    }

    private func failed(_ record: Record) throws(EventFault) {
        let event = try codec.decode(record, as: ClipFailed.self)
        if let again = clipState.saw(failure: event.fault(), of: event.clipID, in: event.workLane) {
            askAgain(again, event.clipID, EventOrigin(of: record))
        }
    }
}
