import Domain
import Kafka
import Logging
import Traces

/// One record on its way through a service.
public struct Incoming<Event: ClipEvent>: Sendable {
    public let event: Event
    public let origin: EventOrigin
    public let deadline: Deadline
    /// Speaks of this record's trace, request and clip.
    public let log: Log
    /// 1 at the first try.
    public let attempt: Int
    /// Which lane its work belongs to.
    public var lane = Lane.live

    public var trace: TraceContext { origin.trace }
}
