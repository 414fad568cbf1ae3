import Kafka
import Logging
import Traces

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
    ///
    /// - Parameter trace: of the work on the record; nil: the record's own.
    public init(of record: Record, trace: TraceContext? = nil) {
        self.init(
            trace: trace ?? TraceContext(of: record) ?? .new(), requestID: record.headerText(Self.requestIDHeader))
    }

    /// The same, coming of a part of the work.
    public func from(_ span: Span?) -> EventOrigin {
        span.map { EventOrigin(trace: $0.context, fitRequestID: requestID) } ?? self
    }

    private init(trace: TraceContext, fitRequestID: String?) {
        self.trace = trace
        requestID = fitRequestID
    }

    static let requestIDHeader = "ce_requestid"
}

extension TraceContext {
    static let parentHeader = "traceparent"
    static let stateHeader = "tracestate"

    /// What a record's headers say; nil if it names no trace, or an invalid one.
    init?(of record: Record) {
        guard let parent = record.headerText(Self.parentHeader) else { return nil }
        self.init(parsing: parent, tracestate: record.headerText(Self.stateHeader))
    }
}
