import CRdkafka

/// The thread of a topic reader: finds partitions, reads them all from one queue, and knows when it has caught up.
///
/// It uses librdkafka's calls for readers without a group (`rd_kafka_consume_start_queue`), which need no coordinator.
final class ReaderWorker {
    private let client: Client
    private let topics: [ReaderTopic]
    private let refresh: Duration
    private let control: ReaderControl
    private let handle: @Sendable (Record) -> Void
    private let queue: OpaquePointer
    private var reading: Set<TopicPartition> = []
    /// Partitions that have not reached the end which they had at the start.
    private var goals: [TopicPartition: Int64] = [:]
    /// Topics whose first partitions are all being read.
    private var begun: Set<String> = []
    private var lookAgainAt = ContinuousClock.now
    /// What was last said of topics that can't be read, and when.
    private var complaints: [String: (fault: KafkaFault, at: ContinuousClock.Instant)] = [:]

    /// Returns when the client is destroyed.
    static func run(
        _ client: Handover<Client>, topics: [ReaderTopic], refresh: Duration, control: ReaderControl,
        handle: @escaping @Sendable (Record) -> Void
    ) {
        guard let client = client.take() else { return }
        ReaderWorker(client, topics: topics, refresh: refresh, control: control, handle: handle)?.run()
    }

    private init?(
        _ client: Client, topics: [ReaderTopic], refresh: Duration, control: ReaderControl,
        handle: @escaping @Sendable (Record) -> Void
    ) {
        guard let queue = rd_kafka_queue_new(client.raw) else { return nil }
        self.client = client
        self.topics = topics
        self.refresh = refresh
        self.control = control
        self.handle = handle
        self.queue = queue
        rd_kafka_queue_cb_event_enable(
            queue,
            { _, doorbell in
                guard let doorbell else { return }
                Unmanaged<Doorbell>.fromOpaque(doorbell).takeUnretainedValue().ring()
            }, Unmanaged.passUnretained(control.doorbell).toOpaque())
    }

    deinit {
        rd_kafka_queue_cb_event_enable(queue, nil, nil)
        rd_kafka_queue_destroy(queue)
    }

    private func run() {
        while !control.isClosing {
            client.poll(atMost: .zero)
            for topic in control.takeReplaced() { leave(topic) }
            if control.takeGrown() { lookAgainAt = .now }
            if ContinuousClock.now >= lookAgainAt { lookForPartitions() }
            readWhatIsThere()
            noteWhetherCaughtUp()
            control.doorbell.wait(atMost: max(.zero, min(.milliseconds(500), lookAgainAt - .now)))
        }
        for partition in reading { stop(partition) }
    }

    private func stop(_ partition: TopicPartition) {
        guard case .success(let topic) = client.handle(of: partition.topic) else { return }
        rd_kafka_consume_stop(topic, partition.partition)
    }

    /// Stops reading a topic that is gone or was made anew: when it is there again it is read from its beginning, like
    /// partitions that come later. Offsets in the old one mean nothing in it.
    private func leave(_ topic: String) {
        let left = reading.filter { $0.topic == topic }
        guard !left.isEmpty else { return }
        for partition in left {
            stop(partition)
            goals[partition] = nil
        }
        reading.subtract(left)
        lookAgainAt = .now
        client.context.report(
            .warning, "A Kafka topic is gone or was made anew, and will be read from its beginning", ["topic": topic])
    }

    private func readWhatIsThere() {
        while !control.isClosing, let message = rd_kafka_consume_queue(queue, 0) {
            defer { rd_kafka_message_destroy(message) }
            let name = message.pointee.rkt.flatMap { rd_kafka_topic_name($0) }.map { String(cString: $0) } ?? ""
            let partition = TopicPartition(topic: name, partition: message.pointee.partition)
            let code = ErrorCode(number: cutroom_message_error(message))
            if !code.isFailure {
                client.context.noteConnected()
                handle(Record(copying: message, topic: name))
                reached(message.pointee.offset + 1, in: partition)
            } else if code.raw == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                reached(message.pointee.offset, in: partition)
            } else {
                client.context.noteError(code, reason: "fetch", topic: name)
            }
        }
    }

    private func reached(_ position: Int64, in partition: TopicPartition) {
        guard !goals.isEmpty, let goal = goals[partition], position >= goal else { return }
        goals[partition] = nil
    }

    private func noteWhetherCaughtUp() {
        if goals.isEmpty, begun.count == Set(topics.map(\.name)).count { control.caughtUp.open() }
    }

    /// A partition to be read, from where.
    private struct Entry {
        let partition: TopicPartition
        let offset: Int64
        /// The end that it has now, if there is something before it to be read.
        let goal: Int64?
    }

    /// Asks for each topic's partitions and begins to read those that are new; tries again soon where it fails.
    ///
    /// Ends are asked for before any reading begins: a question behind a waiting fetch on the same connection is answered
    /// only when the fetch is, half a second later, and there may be hundreds of partitions. For the same reason partitions
    /// with something to be read come first, so that no fetch waits for records of the others meanwhile, and begin at a
    /// number: where `BEGINNING` lies, librdkafka would have to ask.
    private func lookForPartitions() {
        var isComplete = true
        var entries: [Entry] = []
        var found: [String] = []
        for topic in topics where !control.isClosing {
            switch TopicLook(client, topic: topic.name).partitions(within: .seconds(1)) {
            case .success(let count):
                complaints[topic.name] = nil
                let all = (0..<count).map { TopicPartition(topic: topic.name, partition: $0) }
                let new = all.filter { !reading.contains($0) }
                let isFirst = !begun.contains(topic.name)
                let looked = self.entries(for: new, of: topic, isFirst: isFirst)
                entries += looked
                if looked.count == new.count { found.append(topic.name) } else { isComplete = false }
            case .failure(let fault):
                isComplete = false
                if case .unknownTopic = fault { leave(topic.name) }
                complain(of: topic.name, fault)
            }
        }
        var failed: Set<String> = []
        entries = entries.filter { $0.goal != nil } + entries.filter { $0.goal == nil }
        for entry in entries where !begin(entry) { failed.insert(entry.partition.topic) }
        begun.formUnion(found.filter { !failed.contains($0) })
        lookAgainAt = .now + (isComplete && failed.isEmpty ? refresh : .milliseconds(200))
    }

    /// A topic may be missing for long where its service does without it.
    private func complain(of topic: String, _ fault: KafkaFault) {
        let now = ContinuousClock.now
        if let last = complaints[topic], last.fault == fault, now - last.at < .seconds(30) { return }
        complaints[topic] = (fault, now)
        client.context.report(
            .warning, "A Kafka topic can't be read yet", ["topic": topic, "fault": fault.description])
    }

    /// Where to begin in partitions of one topic; those whose limits can't be learnt now are left out.
    ///
    /// - Parameter isFirst: the partitions were there at the start; those that came later are read from the beginning.
    private func entries(for partitions: [TopicPartition], of topic: ReaderTopic, isFirst: Bool) -> [Entry] {
        guard isFirst else {
            return partitions.map { Entry(partition: $0, offset: Int64(RD_KAFKA_OFFSET_BEGINNING), goal: nil) }
        }
        let limits = PartitionLimits(client, topic: topic.name)
        do throws(PartitionLimits.Fault) {
            switch topic.start {
            case .end:
                let ends = try limits.ends(of: partitions)
                return partitions.compactMap { partition in
                    ends[partition].map { Entry(partition: partition, offset: $0, goal: nil) }
                }
            case .beginning:
                // What goes meanwhile (retention) makes the first one out of range: then librdkafka begins at the earliest.
                let beginnings = try limits.beginnings(of: partitions)
                let ends = try limits.ends(of: partitions)
                return partitions.compactMap { partition in
                    guard let low = beginnings[partition], let high = ends[partition] else { return nil }
                    return Entry(partition: partition, offset: low, goal: high > low ? high : nil)
                }
            }
        } catch {
            client.context.noteError(error.code, reason: "limits of partitions", topic: topic.name)
            return []
        }
    }

    private func begin(_ entry: Entry) -> Bool {
        let partition = entry.partition
        guard case .success(let topic) = client.handle(of: partition.topic),
            rd_kafka_consume_start_queue(topic, partition.partition, entry.offset, queue) == 0
        else {
            client.context.noteError(
                ErrorCode(rd_kafka_last_error()), reason: "begin to read", topic: partition.topic)
            return false
        }
        reading.insert(partition)
        if let goal = entry.goal { goals[partition] = goal }
        return true
    }
}
