import Domain
import Kafka
import Logging

/// One record on its way through a service.
public struct Incoming<Event: ClipEvent>: Sendable {
    public let event: Event
    public let origin: EventOrigin
    public let deadline: Deadline
    /// Speaks of this record's trace, request and clip.
    public let log: Log
    /// 1 at the first try.
    public let attempt: Int
    /// When the record was written, by the clock that its topic keeps, in milliseconds since 1970.
    public let writtenAtMs: Int64?

    public var trace: TraceContext { origin.trace }
}

/// What handling a record came to: events to publish, each to its topic.
public struct Outcome: Sendable {
    let publish: @Sendable (EventCodec, EventOrigin) -> [OutgoingRecord]

    public static let nothing = Outcome { _, _ in [] }

    public static func send(_ event: some ClipEvent, to topic: String) -> Outcome {
        Outcome { codec, origin in [codec.encode(event, to: topic, origin: origin)] }
    }

    public static func send(_ events: [some ClipEvent], to topic: String) -> Outcome {
        Outcome { codec, origin in events.map { codec.encode($0, to: topic, origin: origin) } }
    }
}
