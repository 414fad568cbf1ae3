import Logging

extension Log {
    /// The same log, speaking of one trace and, where they are given, of one clip and one request.
    public func with(
        trace: TraceContext, clipID: String? = nil, requestID: String? = nil, _ fields: LogFields = [:]
    ) -> Log {
        with(traceID: trace.traceID.description, clipID: clipID, requestID: requestID, fields)
    }
}
