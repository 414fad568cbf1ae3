/// How to reach the brokers, and where a client says what it meets.
public struct KafkaSettings: Sendable {
    /// `host:port` of one or more brokers, separated by commas.
    public var bootstrapServers: String
    /// Names this instance in the brokers' logs and group listings; one of its own per process.
    public var clientID: String
    /// Passed to librdkafka as they are, after every setting of ours, so they win: SASL, SSL, tuning.
    ///
    /// Values may be secrets: they appear in no fault and no event.
    public var properties: [String: String]
    /// Whether the broker is a ``MockCluster``, which answers a fetch only when its waiting time ends.
    public var isEmbedded: Bool
    /// The way to a ``MockCluster`` that no network leads to; nil: by the addresses of `bootstrapServers`.
    public var privateBrokers: PrivateBrokers?
    /// Called for errors and for librdkafka's own log lines, at most 20 at once and then one a second for each client.
    ///
    /// It runs on librdkafka's threads: it must return soon and must not call back into the client.
    public var onEvent: @Sendable (KafkaEvent) -> Void

    public init(
        bootstrapServers: String, clientID: String, properties: [String: String] = [:], isEmbedded: Bool = false,
        privateBrokers: PrivateBrokers? = nil,
        onEvent: @escaping @Sendable (KafkaEvent) -> Void = { _ in }
    ) {
        self.bootstrapServers = bootstrapServers
        self.clientID = clientID
        self.properties = properties
        self.isEmbedded = isEmbedded
        self.privateBrokers = privateBrokers
        self.onEvent = onEvent
    }
}
