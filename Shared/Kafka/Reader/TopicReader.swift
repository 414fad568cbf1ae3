import Threads

/// Reads whole topics, every partition of them, outside any group: for those who all need to see everything.
///
/// Close it with `close`.
public final class TopicReader: Sendable {
    public enum Start: Hashable, Sendable {
        case beginning
        /// The end as it was when the reader first reached the broker.
        case end
    }

    private let control: ReaderControl
    private let context: ClientContext

    /// - Parameters:
    ///   - topics: one that is missing is looked for until it appears.
    ///   - partitionRefresh: how often new partitions are looked for; they are read from the beginning.
    ///   - handle: called on the reader's own thread, one record after another; in order within a partition.
    /// - Throws: `.settingRefused`, `.clientNotStarted`. A broker that is away is no error here.
    public init(
        _ settings: KafkaSettings, topics: [(name: String, from: Start)], partitionRefresh: Duration = .seconds(30),
        handle: @escaping @Sendable (Record) -> Void
    ) throws(KafkaFault) {
        let control = ReaderControl()
        let context = ClientContext(onEvent: settings.onEvent)
        let client = Handover(
            try Client(.consumer, settings, properties: Self.properties(settings), context: context))
        self.control = control
        self.context = context
        let topics = topics.map { ReaderTopic(name: $0.name, start: $0.from) }
        try KafkaThread.start(named: "kafka-reader") {
            ReaderWorker.run(client, topics: topics, refresh: partitionRefresh, control: control, handle: handle)
            control.end.open()
        }
    }

    deinit { control.close() }

    /// Whether every partition was read up to the end that it had when the reader first reached the broker.
    public var isCaughtUp: Bool { control.caughtUp.isOpen }

    /// Returns true once `isCaughtUp`, false if the task is cancelled before.
    public func caughtUp() async -> Bool { await control.caughtUp.wait() }

    /// Whether the reader caught up in time; false also if the task is cancelled before.
    public func caughtUp(within limit: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.caughtUp() }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// Whether a broker is connected now; at most a second old.
    public var isConnected: Bool { context.isConnected }

    /// Set where this reader can't go on and has to be made anew.
    public var lost: KafkaFault? { context.lost }

    /// Whether the reader's thread has ended: nothing will be read any more.
    public var hasEnded: Bool { control.end.isOpen }

    /// To be told when a topic was deleted and made again: it is read from its beginning then.
    public func topicWasReplaced(_ topic: String) { control.replaced(topic) }

    /// To be told when a topic was given more partitions: they are looked for at once, and not only when it is time to.
    public func topicHasGrown() { control.grown() }

    /// Ends the reading and returns when `handle` will not be called again.
    public func close() async {
        control.close()
        _ = await control.end.wait()
    }

    private static func properties(_ settings: KafkaSettings) -> [String: String] {
        [
            "enable.auto.commit": "false",
            "enable.partition.eof": "true",
            "auto.offset.reset": "earliest",
            "allow.auto.create.topics": "false",
            "fetch.wait.max.ms": settings.isEmbedded ? "5" : "500",
            "fetch.error.backoff.ms": "100",
            "fetch.queue.backoff.ms": "10",
            // A whole topic is to be read fast, so more is fetched ahead than a group consumer does.
            "queued.min.messages": "2000",
            // For each partition.
            "queued.max.messages.kbytes": "1024",
            "max.partition.fetch.bytes": "524288",
        ]
    }
}
