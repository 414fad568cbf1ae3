/// Why a call to Kafka failed. No case carries a setting's value, a key or a record's content.
public enum KafkaFault: Error, Equatable, Sendable {
    /// librdkafka does not know the property, or refuses its value (which is not shown: it may be a secret).
    case settingRefused(property: String)
    /// librdkafka refuses this combination of settings, or the machine has no room for a client.
    ///
    /// `reason` is librdkafka's, which holds no value of a secret setting.
    case clientNotStarted(reason: String = "")
    /// The producer's own queue is full: wait with ``KafkaProducer/room(for:)`` and send again.
    case queueFull
    /// The broker did not acknowledge in time. It may have the record or not.
    case timedOut
    /// The record is larger than client or broker take.
    case recordTooLarge
    /// No such topic or partition, as far as the brokers told.
    case unknownTopic(String)
    /// No broker answers, or the one in charge can't just now; `code` is librdkafka's name for it.
    case unavailable(code: String)
    /// The broker refuses this client: authentication, authorisation or TLS.
    /// `what` names the right and the topic or group, where they are known.
    case denied(code: String, what: String = "")
    /// Refused for a reason that repeating doesn't change.
    case rejected(code: String)
    /// The client has met an error that ends it; a producer replaces itself with the next send.
    case clientLost(code: String)
    /// The client was closed before the call could end.
    case closed

    /// Whether the same call may succeed later.
    public var isTransient: Bool {
        switch self {
        case .queueFull, .timedOut, .unavailable, .clientLost: true
        // A topic appears when someone makes it: services start in any order.
        case .unknownTopic: true
        case .settingRefused, .clientNotStarted, .recordTooLarge, .denied, .rejected, .closed: false
        }
    }

    /// A short fixed name for metrics and log fields.
    public var slug: String {
        switch self {
        case .settingRefused: "kafka-setting-refused"
        case .clientNotStarted: "kafka-client-not-started"
        case .queueFull: "kafka-queue-full"
        case .timedOut: "kafka-timed-out"
        case .recordTooLarge: "kafka-record-too-large"
        case .unknownTopic: "kafka-unknown-topic"
        case .unavailable: "kafka-unavailable"
        case .denied: "kafka-denied"
        case .rejected: "kafka-rejected"
        case .clientLost: "kafka-client-lost"
        case .closed: "kafka-closed"
        }
    }
}

extension KafkaFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .settingRefused(let property): "Kafka setting '\(property)' is unknown or its value is refused"
        case .clientNotStarted(let reason):
            "the Kafka client refuses its settings\(reason.isEmpty ? "" : ": \(reason)")"
        case .queueFull: "the producer's queue is full"
        case .timedOut: "the broker did not acknowledge in time"
        case .recordTooLarge: "the record is too large"
        case .unknownTopic(let topic): "topic '\(topic)' is unknown to the brokers"
        case .unavailable(let code): "no Kafka broker can answer now (\(code))"
        case .denied(let code, let what):
            what.isEmpty ? "the Kafka broker refuses this client (\(code))" : "Kafka denies \(what) (\(code))"
        case .rejected(let code): "Kafka refuses the call (\(code))"
        case .clientLost(let code): "the Kafka client has to be replaced (\(code))"
        case .closed: "the Kafka client is closed"
        }
    }
}
