import Synchronization

/// Sends records with `acks=all` and idempotence, and says of each when the broker has it.
///
/// Where librdkafka meets an error that ends a producer, the next send starts a new one. Close it with `close`.
public final class KafkaProducer: Sendable {
    private struct State {
        var core: ProducerCore
        var isClosed = false
    }

    private let makeCore: @Sendable () -> Result<ProducerCore, KafkaFault>
    private let state: Mutex<State>

    /// - Parameters:
    ///   - messageTimeout: how long one record may wait for its acknowledgement, retries included; 1 ms or more.
    ///   - queueLimit: beyond it a send throws `.queueFull`.
    /// - Throws: `.settingRefused` or `.clientNotStarted`. A broker that is away is no error here.
    public init(
        _ settings: KafkaSettings, messageTimeout: Duration = .seconds(30), queueLimit: QueueLimit = QueueLimit()
    ) throws(KafkaFault) {
        let makeCore: @Sendable () -> Result<ProducerCore, KafkaFault> = {
            do throws(KafkaFault) {
                return .success(
                    try ProducerCore(settings, messageTimeout: messageTimeout, queueLimit: queueLimit))
            } catch {
                return .failure(error)
            }
        }
        self.makeCore = makeCore
        state = Mutex(State(core: try makeCore().get()))
    }

    deinit { state.withLock { $0.core.beginClosing(flushingWithin: .zero) } }

    /// Whether a broker is connected now; at most a second old.
    public var isConnected: Bool { state.withLock { !$0.isClosed && $0.core.isConnected } }

    /// Records sent and not yet acknowledged.
    public var pending: Int { state.withLock { $0.core.pending } }

    /// Of its connections to the brokers.
    public var statistics: ClientStatistics? { state.withLock { $0.core }.statistics }

    /// How long the record that has waited longest has waited for its acknowledgement; nil if none waits.
    public var longestWait: Duration? { state.withLock { $0.core.longestWait } }

    /// The right that was refused to it lately, with the topic.
    public var denial: KafkaFault? { state.withLock { $0.core.denial } }

    /// Learns where the topics' partitions are, so that the first send doesn't wait for it (500 ms otherwise).
    ///
    /// - Throws: `.unknownTopic` or `.unavailable` if a topic is still missing when the time is up; `.denied`; `.closed`.
    public func prepare(topics: [String], within limit: Duration) async throws(KafkaFault) {
        let core = state.withLock { $0.core }
        try await core.prepare(topics: topics, within: limit)
    }

    /// Returns once the broker has acknowledged. Cancelling the task doesn't call the record back.
    ///
    /// - Throws: `.queueFull` at once; `.timedOut` after `messageTimeout`; see ``KafkaFault/isTransient`` for the others.
    @discardableResult
    public func send(_ record: OutgoingRecord) async throws(KafkaFault) -> RecordPosition {
        try await currentCore().send(record)
    }

    /// Returns when the queue has room for this record after `.queueFull`, or the producer is closed, or the task is
    /// cancelled. Others may take the room first: send again, and wait again if that is refused.
    public func room(for record: OutgoingRecord) async {
        let core = state.withLock { $0.core }
        await core.room(forBytes: record.size)
    }

    /// Takes no more records, waits for those under way within the limit, fails the rest with `.closed`, and frees all.
    public func close(flushingWithin limit: Duration) async {
        let core = state.withLock { state in
            state.isClosed = true
            return state.core
        }
        core.beginClosing(flushingWithin: limit)
        await core.ended()
    }

    private func currentCore() throws(KafkaFault) -> ProducerCore {
        let result: Result<ProducerCore, KafkaFault> = state.withLock { state in
            if state.isClosed { return .failure(.closed) }
            guard state.core.isLost else { return .success(state.core) }
            let made = makeCore()
            if case .success(let core) = made {
                state.core.beginClosing(flushingWithin: .zero)
                state.core = core
            }
            return made
        }
        return try result.get()
    }

    /// Ends the present librdkafka producer as a fatal error would, for tests.
    func simulateLoss() { state.withLock { $0.core.simulateLoss() } }
}
