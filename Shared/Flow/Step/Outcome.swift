import Domain
import Kafka

/// What handling a record came to: events to publish, each to its topic.
public struct Outcome: Sendable {
    let publish: @Sendable (EventCodec, EventOrigin, Lane) -> [OutgoingRecord]
    /// That the events are about: if one was purged meanwhile, nothing is published.
    let episodes: [ObjectID?]
    private(set) var takeBack: (@Sendable () async throws(ClipFault) -> Void)?
    private(set) var afterwards: (@Sendable () -> Void)?

    public static let nothing = Outcome(publish: { _, _, _ in [] }, episodes: [])

    public static func send(_ event: some ClipEvent, to topic: String) -> Outcome {
        Outcome(
            publish: { codec, origin, _ in [codec.encode(event, to: topic, origin: origin)] },
            episodes: [event.episodeID])
    }

    /// Further work, which belongs to the lane that it comes from.
    public static func send(_ event: some ClipEvent, to topics: LaneTopics) -> Outcome {
        Outcome(
            publish: { codec, origin, lane in [codec.encode(event, to: topics[lane], origin: origin)] },
            episodes: [event.episodeID])
    }

    public static func send(_ events: [some ClipEvent], to topic: String) -> Outcome {
        Outcome(
            publish: { codec, origin, _ in events.map { codec.encode($0, to: topic, origin: origin) } },
            episodes: events.map(\.episodeID))
    }

    /// - Parameter body: takes back what the work did, where the episode was purged meanwhile; tried again if it fails.
    public func takenBack(by body: @escaping @Sendable () async throws(ClipFault) -> Void) -> Outcome {
        var outcome = self
        outcome.takeBack = body
        return outcome
    }

    /// - Parameter body: run once all events are acknowledged; it must not block.
    public func afterwards(_ body: @escaping @Sendable () -> Void) -> Outcome {
        var outcome = self
        outcome.afterwards = body
        return outcome
    }
}
