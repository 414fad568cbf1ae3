import HTTPServer
import Traces

/// The span of one request that is recorded, from the router to its answer.
///
/// Names and attributes are OpenTelemetry's, [HTTP server](https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server). The
/// query is left out: it may hold signatures.
struct ServerSpan: Sendable {
    private let span: Span

    /// Of other methods any client may make up as many as it likes.
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"]

    init(_ span: Span, _ request: HTTPRequest, route: Route?) {
        self.init(span, request.method, path: request.rawPath, route: route)
    }

    init(_ span: Span, _ sent: String, path: String, route: Route?) {
        self.span = span
        let isKnown = Self.methods.contains(sent)
        let method = isKnown ? sent : "HTTP"
        span.rename(route.map { "\(method) \($0.path)" } ?? method)
        span.set([
            "http.request.method": .string(isKnown ? sent : "_OTHER"), "url.scheme": "http",
            "url.path": .string(path),
        ])
        if let route { span.set(["http.route": .string(route.path.description)]) }
    }

    /// As examples of metrics name the trace.
    var traceID: String { span.context.traceID.description }

    /// Runs a handler and ends the span with its answer, now or later.
    func answer(_ responder: any Responder, _ handle: (any Responder) -> Reply) -> Reply {
        let reply = handle(TracedResponder(responder, span))
        switch reply {
        case .now(let response): Self.end(span, response)
        case .later:
            responder.onHangUp { [span] in
                span.fail("client-gone", "the client went away before there was an answer")
                span.end()
            }
        }
        return reply
    }

    static func end(_ span: Span, _ response: HTTPResponse) { end(span, status: response.status) }

    static func end(_ span: Span, status: Int) {
        span.set(["http.response.status_code": .int(status)])
        if status >= 500 { span.fail(String(status)) }
        span.end()
    }
}

/// Ends the span of a request with its first answer.
private struct TracedResponder: Responder {
    private let responder: any Responder
    private let span: Span

    init(_ responder: any Responder, _ span: Span) {
        self.responder = responder
        self.span = span
    }

    func complete(_ response: HTTPResponse) {
        ServerSpan.end(span, response)
        responder.complete(response)
    }

    func onHangUp(_ body: @escaping @Sendable () -> Void) { responder.onHangUp(body) }
}

extension SpanAttributes {
    /// What became of a request for a clip.
    static func outcome(_ outcome: ClipOutcome) -> SpanAttributes { ["cutroom.outcome": .string(outcome.word)] }
}
