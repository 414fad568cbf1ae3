import Bounded
import Domain
import Traces

public struct StepSettings: Sendable {
    /// How much of a record's age by two clocks is believed.
    public var clockTolerance: Duration
    /// Between tries of work that failed for a passing reason.
    public var backoff: Backoff
    /// For events that carry no budget of their own.
    public var defaultBudget: Duration
    public var service: String
    public var version: String
    /// Of the records that are read.
    public var lane: Lane
    /// Records what is done with each record.
    public var tracer: Tracer
    /// How long to wait before the next try: a fault, how often the work has failed by itself, and what time is left.
    var pause: @Sendable (ClipFault, _ failures: Int, _ left: Duration, Backoff) -> Duration? = {
        RetryPause.after($0, failures: $1, left: $2, backoff: $3)
    }

    public init(
        service: String, version: String, clockTolerance: Duration = .seconds(5),
        backoff: Backoff = Backoff(base: .milliseconds(100), cap: .seconds(5)),
        defaultBudget: Duration = .seconds(120), lane: Lane = .live, tracer: Tracer = .off
    ) {
        self.lane = lane
        self.service = service
        self.version = version
        self.clockTolerance = clockTolerance
        self.backoff = backoff
        self.defaultBudget = defaultBudget
        self.tracer = tracer
    }
}
