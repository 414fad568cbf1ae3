import Threads

/// Asks the brokers about topics from time to time, over one connection that is kept. Close it with `close`.
///
/// It asks for topics by their names only, so that it needs no right on any other.
public final class TopicInspector: Sendable {
    private let client: Handover<Client>
    private let borrowed: @Sendable () -> Client?
    private let pool: BlockingPool

    /// - Throws: `.settingRefused`, `.clientNotStarted`. A broker that is away is no error here.
    public init(_ settings: KafkaSettings) throws(KafkaFault) {
        // A consumer, since only that kind can be told not to have topics made by asking for them.
        let made = try Client(
            .consumer, settings, properties: ["allow.auto.create.topics": "false"],
            context: ClientContext(onEvent: settings.onEvent))
        client = Handover(made)
        borrowed = { [weak made] in made }
        pool = BlockingPool(named: "kafka-topics", threads: 1, queueLimit: 4)
    }

    deinit {
        let (client, pool) = (client, pool)
        Task.detached { await pool.close { _ = client.take() } }
    }

    /// What the brokers say of these topics now.
    ///
    /// - Throws: `.unavailable`, `.timedOut` or `.denied` where the question as a whole is not answered; `.closed`.
    public func states(of names: [String], within limit: Duration) async throws(KafkaFault) -> [String: TopicState] {
        try await ask { $0.states(of: names, within: limit, withRights: true) }
    }

    /// The settings in force, for each topic, or why they are not told.
    public func configurations(
        of names: [String], within limit: Duration
    ) async throws(KafkaFault) -> [String: Result<[String: String], KafkaFault>] {
        try await ask { $0.configurations(of: names, within: limit) }
    }

    /// Makes a topic; one that is there already is no fault.
    ///
    /// - Returns: whether it was made here.
    @discardableResult
    public func create(_ spec: TopicSpec, within limit: Duration) async throws(KafkaFault) -> Bool {
        try await ask { $0.create(spec, within: limit) }
    }

    /// Destroying the client blocks, so the pool's thread does it.
    public func close() async { await pool.close { [client] in _ = client.take() } }

    private func ask<Value: Sendable>(
        _ question: @escaping @Sendable (TopicSurvey) -> Result<Value, KafkaFault>
    ) async throws(KafkaFault) -> Value {
        let answer: Result<Value, KafkaFault>
        do throws(BlockingPool.Refusal) {
            answer = try await pool.run { [borrowed] in
                guard let client = borrowed() else { return .failure(.closed) }
                return question(TopicSurvey(client: client))
            }
        } catch {
            switch error {
            case .closed: throw .closed
            case .full: throw .queueFull
            case .noThread(let fault): throw .unavailable(code: fault.description)
            }
        }
        return try answer.get()
    }
}
