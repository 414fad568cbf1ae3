import Flow
import HTTPServer
import Logging
import Traces

/// What is the same for everything said about one request. The router makes it, once.
struct RequestContext: Sendable {
    /// The client's `X-Request-Id` where it is fit to be echoed, else one made by the server.
    let requestID: String
    /// What this request hands on, recorded or not.
    let trace: TraceContext
    /// Nil if it is not recorded.
    let span: Span?
    let corsHeaders: [(name: String, value: String)]
    /// The answer depends on `Accept`.
    var isNegotiated = false
    /// What the client may have done for this request.
    var permit = Permit.free

    init(_ head: RequestHead, cors: CORS, tracer: Tracer = .off) {
        requestID = head.id
        let parent = head.header("traceparent").flatMap {
            TraceContext(parsing: $0, tracestate: head.header("tracestate"))
        }
        let received = tracer.receive("HTTP", .server, from: parent, ["cutroom.request_id": .string(head.id)])
        (trace, span) = (received.context, received.span)
        corsHeaders = cors.headers(origin: head.header("origin"))
    }

    /// What the events say that come of this request.
    func origin() -> EventOrigin { EventOrigin(trace: trace, requestID: requestID) }

    /// Makes the answer, as a part of the request.
    func answering(_ make: () -> HTTPResponse) -> HTTPResponse {
        let part = span?.child("answer")
        defer { part?.end() }
        return make()
    }
}
