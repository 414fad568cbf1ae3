import Threads

/// Shares topics with the other consumers of a group and works on many records at once.
///
/// A record's offset is committed once it and all below it in its partition are settled. Close it with `drain`.
public final class GroupConsumer: Sendable {
    public let group: String
    private let control: GroupControl
    private let context: ClientContext

    /// Joins the group at once.
    ///
    /// - Parameters:
    ///   - topics: those that are missing are looked for until they appear; none is made.
    ///   - handle: called in a task of its own for each record. When the partition goes to another consumer and
    ///     `revokeGrace` is over, the task is cancelled, and what it returns counts no more.
    /// - Throws: `.settingRefused`, `.clientNotStarted`. A broker that is away is no error here.
    public init(
        _ settings: KafkaSettings, group: String, topics: [String], limits: ConsumerLimits = ConsumerLimits(),
        handle: @escaping @Sendable (Record, Turn) async -> Settlement
    ) throws(KafkaFault) {
        let control = GroupControl()
        let context = ClientContext(group: group, onEvent: settings.onEvent)
        let client = Handover(
            try Client(.consumer, settings, properties: Self.properties(group: group, settings), context: context))
        self.group = group
        self.control = control
        self.context = context
        try KafkaThread.start(named: "kafka-group") {
            GroupWorker.run(client, topics: topics, limits: limits, control: control, handle: handle)
            control.end.open()
        }
    }

    /// The same for handlers that never rest.
    public convenience init(
        _ settings: KafkaSettings, group: String, topics: [String], limits: ConsumerLimits = ConsumerLimits(),
        handle: @escaping @Sendable (Record) async -> Settlement
    ) throws(KafkaFault) {
        try self.init(settings, group: group, topics: topics, limits: limits) { record, _ in await handle(record) }
    }

    deinit { control.drain(until: .now) }

    /// Takes no more records, lets those under way finish within the limit and cancels the rest, commits, leaves.
    ///
    /// Where no broker answers, committing and leaving are given up after 3 s each.
    public func drain(within limit: Duration) async {
        control.drain(until: .now + limit)
        _ = await control.end.wait()
    }

    /// Ends as a killed process does, for tests: the group notices only when the session is over.
    func vanish() async {
        control.vanish()
        _ = await control.end.wait()
    }

    /// What this consumer owns now.
    public var assignment: [TopicPartition] { control.partitions.map(\.partition) }

    /// What this consumer owns now, with the lag of each partition.
    public var partitions: [PartitionStatus] { control.partitions }

    /// Whether the group has given this consumer its share at least once; the share may be nothing.
    public var isAssigned: Bool { control.firstAssignment.isOpen }

    /// Returns true once the group has given this consumer its share, false if the task is cancelled before.
    public func assigned() async -> Bool { await control.firstAssignment.wait() }

    /// How long this consumer has had no valid share of the partitions, at most a second old; nil while it has one, which
    /// may be nothing. A rebalance takes some seconds.
    public var unassignedFor: Duration? { context.unassignedFor }

    /// The right that was refused to it lately: for its group, or for a topic.
    public var denial: KafkaFault? { context.denial }

    /// To be told when a topic was deleted and made again: it is read from its beginning then.
    public func topicWasReplaced(_ topic: String) { control.replaced(topic) }

    /// Records being handled now, without those that rest.
    public var inFlight: Int { control.inFlight }

    /// Records whose handlers rest between two tries.
    public var resting: Int { control.resting }

    /// Whether a broker is connected now; at most a second old.
    public var isConnected: Bool { context.isConnected }

    /// Of its connections to the brokers.
    public var statistics: ClientStatistics? { context.statistics }

    /// Set where this consumer can't go on and has to be made anew.
    public var lost: KafkaFault? { context.lost }

    private static func properties(group: String, _ settings: KafkaSettings) -> [String: String] {
        [
            "group.id": group,
            // Brokers give up one of theirs after 9 s (broker.session.timeout.ms). A consumer whose coordinator that was must
            // find the next before its own session ends: else the group begins anew, and waits once more for the sessions
            // of its own former members.
            "session.timeout.ms": "15000",
            "heartbeat.interval.ms": "2000",
            // It polls all the time, however long the work takes, so this bounds only how long joining the group may hang
            // on a coordinator that lost the request in its own restart; with the default that is five minutes.
            "max.poll.interval.ms": "30000",
            "partition.assignment.strategy": "cooperative-sticky",
            "enable.auto.offset.store": "false",
            "enable.auto.commit": "true",
            "auto.commit.interval.ms": "500",
            // A refused commit is over soon; half a second later there is a newer one. See `commitAtLast`.
            "retry.backoff.ms": "10",
            "auto.offset.reset": "earliest",
            "allow.auto.create.topics": "false",
            "fetch.wait.max.ms": settings.isEmbedded ? "5" : "500",
            "fetch.error.backoff.ms": "100",
            "fetch.queue.backoff.ms": "10",
            "queued.min.messages": "32",
            // For each partition, since each has a queue of its own; a fetch may overshoot it by its own size.
            "queued.max.messages.kbytes": "512",
            "max.partition.fetch.bytes": "262144",
        ]
    }
}
