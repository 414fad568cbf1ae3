import Synchronization
import Threads

/// One librdkafka producer with its poll thread, which keeps it alive until `beginClosing`.
final class ProducerCore: Sendable {
    private struct State {
        /// Lent under the lock only, so that no task is ever the last to let go; nil once closing began.
        var client: Client?
        var flushLimit: Duration = .zero
    }

    private let state: Mutex<State>
    private let deliveries: Deliveries
    private let context: ClientContext
    private let end = Latch()

    init(_ settings: KafkaSettings, messageTimeout: Duration, queueLimit: QueueLimit) throws(KafkaFault) {
        let limit = QueueLimit(records: max(1, queueLimit.records), bytes: max(1024, queueLimit.bytes))
        let deliveries = Deliveries(limit: limit)
        let context = ClientContext(onEvent: settings.onEvent) { ticket, outcome in
            deliveries.end(ticket, with: outcome)
        }
        let client = try Client(
            .producer, settings,
            properties: [
                "enable.idempotence": "true",
                "acks": "all",
                "linger.ms": "0",
                // librdkafka keeps at most five unacknowledged records of a partition on their way, and its thread spins as
                // long as a sixth waits. With one record a request and four requests a broker the fifth waits as a request,
                // for which the thread sleeps.
                "batch.num.messages": "1",
                "max.in.flight": "4",
                // Of what is sent between a change of leaders and this, each record costs a `socket.timeout.ms` if the old
                // leader hangs.
                "topic.metadata.refresh.interval.ms": "1000",
                "partitioner": "murmur2_random",
                "message.timeout.ms": String(max(1, messageTimeout.milliseconds)),
                // Twice ours, which count first: librdkafka lets a record go only after its report.
                "queue.buffering.max.messages": String(2 * limit.records),
                "queue.buffering.max.kbytes": String(limit.bytes / 512 + 1),
            ], context: context)
        self.deliveries = deliveries
        self.context = context
        state = Mutex(State(client: client))
        try KafkaThread.start(named: "kafka-producer") { [self] in run() }
    }

    var isConnected: Bool { context.isConnected }
    var statistics: ClientStatistics? { context.statistics }
    var isLost: Bool { context.lost != nil }
    var pending: Int { deliveries.count }
    var longestWait: Duration? { deliveries.longestWait }
    var denial: KafkaFault? { context.denial }

    func send(_ record: OutgoingRecord) async throws(KafkaFault) -> RecordPosition {
        let outcome: Deliveries.Outcome = await withCheckedContinuation { continuation in
            guard let ticket = deliveries.begin(continuation, bytes: record.size) else {
                continuation.resume(returning: .failure(.queueFull))
                return
            }
            let refusal: KafkaFault? = state.withLock { state in
                guard let client = state.client else { return .closed }
                return client.produce(record, ticket: ticket)
            }
            guard let refusal else { return }
            if case .clientLost = refusal { context.noteLost(refusal) }
            deliveries.end(ticket, with: .failure(refusal))
        }
        return try outcome.get()
    }

    func room(forBytes bytes: Int) async { await deliveries.room(for: bytes) }

    func prepare(topics: [String], within limit: Duration) async throws(KafkaFault) {
        let result = try await KafkaThread.value(named: "kafka-prepare") { [self] () -> Result<Void, KafkaFault> in
            // This thread may block, so it may also be the last to let the client go.
            guard let client = state.withLock({ $0.client }) else { return .failure(.closed) }
            let deadline = ContinuousClock.now + limit
            for topic in topics {
                let outcome = TopicLook(client, topic: topic).partitions(until: deadline) { [self] in
                    state.withLock { $0.client == nil }
                }
                if case .failure(let fault) = outcome { return .failure(fault) }
            }
            context.noteConnected()
            return .success(())
        }
        try result.get()
    }

    func beginClosing(flushingWithin limit: Duration) {
        state.withLock { state in
            guard let client = state.client else { return }
            state.flushLimit = limit
            // The poll thread has its own hold on the client.
            state.client = nil
            client.wake()
        }
    }

    func ended() async { _ = await end.wait() }

    func simulateLoss() { state.withLock { $0.client?.simulateFatalError() } }

    private func run() {
        serve()
        deliveries.endAll(with: .closed)
        end.open()
    }

    private func serve() {
        guard let client = state.withLock({ $0.client }) else { return }
        while state.withLock({ $0.client != nil }) { client.poll(atMost: .milliseconds(500)) }
        client.flush(within: state.withLock { $0.flushLimit })
    }
}

extension OutgoingRecord {
    /// Bytes that the record takes in the queue.
    var size: Int {
        headers.reduce((key?.count ?? 0) + (value?.count ?? 0)) { $0 + $1.name.utf8.count + $1.value.count }
    }
}
