import Domain
import Kafka

/// One step of a service: what it reads, and how a consumer for it is begun.
struct Route: Sendable {
    /// Begins the names of its counts: `cuts` for `cuts_handled` and so on.
    let name: String
    let lane: Lane
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

extension Lane {
    /// What a thing of this lane is called, beside the live lane's.
    func named(_ name: String, separator: Character) -> String {
        switch self {
        case .live: name
        case .bulk: "\(name)\(separator)bulk"
        }
    }

    /// Settings of a client that reads this lane's topics.
    func client(_ settings: KafkaSettings) -> KafkaSettings {
        guard self == .bulk, settings.isEmbedded else { return settings }
        // The embedded broker is asked as often as fetches end, and nobody waits for this lane.
        var settings = settings
        settings.properties["fetch.wait.max.ms"] = "250"
        return settings
    }
}

/// What a service has begun, to be ended in this order.
struct RunningParts: Sendable {
    var consumers: [GroupConsumer] = []
    /// Waits for the topics that live work does without, while the rest goes on.
    var otherTopics: Task<Void, Never>?
    var readers: [Task<Void, Never>] = []
    /// Whether it came so far that it took records.
    var hasBegun = false
}

/// A handler of events: from one event to the events that it causes.
public typealias Handler<Event: ClipEvent> = @Sendable (Incoming<Event>) async throws(ClipFault) -> Outcome
