import Flow
import HTTPServer
import Logging

/// What is the same for everything said about one request. The router makes it, once.
struct RequestContext: Sendable {
    /// The client's `X-Request-Id` where it is fit to be echoed, else one made by the server.
    let requestID: String
    /// Only made when asked for: a hit needs none.
    private let traceparent: String?
    let corsHeaders: [(name: String, value: String)]
    /// The answer depends on `Accept`.
    var isNegotiated = false
    /// What the client may have done for this request.
    var permit = Permit.free

    init(_ head: RequestHead, cors: CORS) {
        requestID = head.id
        traceparent = head.header("traceparent")
        corsHeaders = cors.headers(origin: head.header("origin"))
    }

    /// The client's trace, or a new one: call it once for a request.
    func trace() -> TraceContext { traceparent.flatMap(TraceContext.init(parsing:))?.child() ?? .new() }

    /// What the events say that come of this request.
    func origin() -> EventOrigin { EventOrigin(trace: trace(), requestID: requestID) }
}
