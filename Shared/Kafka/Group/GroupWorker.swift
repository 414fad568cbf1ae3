import CRdkafka
import Glibc

/// The poll thread of a group consumer: takes records, answers rebalances, stores offsets, closes.
///
/// Everything here runs on that one thread, the last to let the client go.
final class GroupWorker {
    struct Feed {
        let work: PartitionWork
        let queue: PartitionQueue
    }

    let client: Client
    let limits: ConsumerLimits
    let control: GroupControl
    private let topics: [String]
    private let handle: @Sendable (Record, Turn) async -> Settlement
    /// Owned partitions from which records are taken.
    var feeds: [Feed] = []
    /// Owned partitions that another consumer is waiting for.
    var leaving: Leaving?
    private var next = 0
    /// When positions were last stored.
    private var storedAt: ContinuousClock.Instant?
    private var publishAt = ContinuousClock.now

    private init(
        _ client: Client, topics: [String], limits: ConsumerLimits, control: GroupControl,
        handle: @escaping @Sendable (Record, Turn) async -> Settlement
    ) {
        self.client = client
        self.topics = topics
        self.limits = limits
        self.control = control
        self.handle = handle
    }

    /// Returns when the client is destroyed.
    static func run(
        _ client: Handover<Client>, topics: [String], limits: ConsumerLimits, control: GroupControl,
        handle: @escaping @Sendable (Record, Turn) async -> Settlement
    ) {
        guard let client = client.take() else { return }
        GroupWorker(client, topics: topics, limits: limits, control: control, handle: handle).run()
    }

    private func run() {
        client.ringForEvents(control.doorbell)
        let code = client.subscribe(to: topics)
        if code.isFailure { client.context.noteError(code, reason: "subscribe") }
        while !isDone {
            client.serveConsumerQueue()
            answerRebalances()
            beginAnew()
            storePositions()
            letLeavingGo(atOnce: false)
            if control.drainUntil == nil { takeWhatFits() }
            publishNowAndThen()
            control.doorbell.wait(atMost: waitLimit)
        }
        close()
    }

    private var isDone: Bool {
        guard let drainUntil = control.drainUntil else { return false }
        return ContinuousClock.now >= drainUntil || (leaving == nil && feeds.allSatisfy(\.work.isIdle))
    }

    /// A second keeps `max.poll.interval.ms` and the published state going.
    private var waitLimit: Duration {
        let nearest = [control.drainUntil, leaving?.deadline].compactMap { $0 }.min()
        guard let nearest else { return .seconds(1) }
        return max(.zero, min(.seconds(1), nearest - .now))
    }

    /// One record of each partition in turn, until none is fetched or there is no room.
    private func takeWhatFits() {
        var empty = 0
        while empty < feeds.count, hasRoom {
            if next >= feeds.count { next = 0 }
            let feed = feeds[next]
            guard feed.work.hasRoom, let taken = feed.queue.take() else {
                next += 1
                empty += 1
                continue
            }
            empty = 0
            switch taken {
            case .trouble(let code):
                client.context.noteError(code, reason: "fetch", topic: feed.work.partition.topic)
            case .record(let record):
                client.context.noteConnected()
                start(record, at: next)
                next += 1
            }
        }
    }

    private func start(_ record: Record, at index: Int) {
        control.begin()
        let isStarted = feeds[index].work.start(record, handle: handling(record)) { [control] in control.finish() }
        if isStarted { return }
        // The log was cut or replaced below us: offsets begin anew, and what was under way there is void.
        client.context.report(
            .warning, "Offsets of a Kafka partition went back", ["topic": record.topic, "offset": "\(record.offset)"])
        feeds[index].work.close()
        let anew = PartitionWork(feeds[index].work.partition, limit: limits.maxUncommittedPerPartition)
        feeds[index] = Feed(work: anew, queue: feeds[index].queue)
        if !anew.start(record, handle: handling(record), ended: { [control] in control.finish() }) { control.finish() }
    }

    /// For topics that were deleted and made again: their offsets begin anew, and a position in the old topic must not be
    /// committed for the new one, whose first records nobody would read then.
    private func beginAnew() {
        let replaced = control.takeReplaced()
        guard !replaced.isEmpty else { return }
        let indices = feeds.indices.filter { replaced.contains(feeds[$0].work.partition.topic) }
        for index in indices {
            feeds[index].work.letFinish()
            let work = PartitionWork(feeds[index].work.partition, limit: limits.maxUncommittedPerPartition)
            feeds[index] = Feed(work: work, queue: feeds[index].queue)
        }
        guard !indices.isEmpty else { return }
        client.rewind(indices.map { feeds[$0].work.partition })
        client.context.report(
            .warning, "A Kafka topic was made anew and is read from its beginning",
            ["topic": replaced.sorted().joined(separator: ",")])
    }

    private var hasRoom: Bool {
        let (inFlight, most) = (control.inFlight, max(1, limits.maxInFlight))
        return inFlight < most && inFlight + control.resting < most + max(0, limits.maxResting)
    }

    private func handling(_ record: Record) -> @Sendable () async -> Settlement {
        let (handle, turn) = (handle, Turn(control))
        return { await handle(record, turn) }
    }

    func storePositions() {
        let works = feeds.map(\.work) + (leaving?.works ?? [])
        let moved = works.compactMap { work in work.takeDirtyPosition().map { (work.partition, Optional($0)) } }
        guard !moved.isEmpty else { return }
        client.store(moved)
        storedAt = .now
    }

    /// Commits how far partitions got that this consumer is about to give up; nothing moves in them any more.
    func commitAtLast(_ works: [PartitionWork], within limit: Duration) {
        // From here on automatic commits say the same as this last one.
        storePositions()
        // But one that was refused before is sent again as it was, and behind the last one would take the group back.
        if let storedAt, storedAt.duration(to: .now) < .seconds(1) { usleep(Self.resendingMicroseconds) }
        client.commit(works.compactMap { work in work.position.map { (work.partition, Optional($0)) } }, within: limit)
    }

    /// In which librdkafka sends a refused automatic commit again, twice and after `retry.backoff.ms` each, doubled: its
    /// waits, and as much again for the coordinator's answers.
    private static let resendingMicroseconds: UInt32 = 60_000

    private func publishNowAndThen() {
        guard ContinuousClock.now >= publishAt else { return }
        publish()
    }

    func publish() {
        publishAt = .now + .milliseconds(500)
        control.publish(
            feeds.map { feed in
                PartitionStatus(partition: feed.work.partition, lag: lag(of: feed), isFull: !feed.work.hasRoom)
            })
    }

    private func lag(of feed: Feed) -> Int64? {
        guard let end = client.cachedEnd(of: feed.work.partition) else { return nil }
        if let begin = feed.work.begin { return max(0, end - begin) }
        // A fetch was answered and brought nothing.
        return feed.queue.isEmpty ? 0 : nil
    }

    private func close() {
        if control.vanishes {
            for work in feeds.map(\.work) + (leaving?.works ?? []) { work.close() }
            feeds = []
            return
        }
        letLeavingGo(atOnce: true)
        let works = feeds.map(\.work)
        for work in works { work.close() }
        commitAtLast(works, within: .seconds(3))
        feeds = []
        publish()
        client.leaveGroup(within: .seconds(3)) { self.answerWhileClosing() }
    }
}
