import Kafka
import Logging

/// What an event comes of: the trace that it belongs to and, where one caused it, the HTTP request.
///
/// The request's id travels as the CloudEvents extension `requestid`; readers that do not know it ignore it.
public struct EventOrigin: Hashable, Sendable {
    public let trace: TraceContext
    /// Of the request that caused the work: of all who wait for the same clip, the first.
    public let requestID: String?

    /// - Parameter requestID: left out unless it is fit for a header and a log line.
    public init(trace: TraceContext, requestID: String? = nil) {
        self.trace = trace
        self.requestID = requestID.flatMap(RequestID.fit)
    }

    /// What a record says of itself; a record without a trace begins a new one.
    public init(of record: Record) {
        self.init(
            trace: record.headerText("traceparent").flatMap(TraceContext.init(parsing:)) ?? .new(),
            requestID: record.headerText(Self.requestIDHeader))
    }

    static let requestIDHeader = "ce_requestid"
}
