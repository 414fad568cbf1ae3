import Domain
import Kafka

/// One step of a service: what it reads, and how a consumer for it is begun.
struct Route: Sendable {
    /// Begins the names of its counts: `cuts` for `cuts_handled` and so on.
    let name: String
    let metrics: StepMetrics
    let begin: @Sendable (KafkaSettings) throws(KafkaFault) -> GroupConsumer
}

/// Topics that every process of a service reads as a whole, outside any group.
struct WholeTopics: Sendable {
    let topics: [(name: String, from: TopicReader.Start)]
    let watch: ReaderWatch
    let handle: @Sendable (Record) -> Void
}

/// Something to end when a service stops, under the name that the log gives it if it takes too long.
struct Ending: Sendable {
    let name: String
    let body: @Sendable () async -> Void
}

/// What a service has begun, to be ended in this order.
struct RunningParts: Sendable {
    var consumers: [GroupConsumer] = []
    var readers: [Task<Void, Never>] = []
    /// Whether it came so far that it took records.
    var hasBegun = false
}

/// A handler of events: from one event to the events that it causes.
public typealias Handler<Event: ClipEvent> = @Sendable (Incoming<Event>) async throws(ClipFault) -> Outcome
