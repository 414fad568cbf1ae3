import HTTPServer
import Logging
import Traces

/// The way of every request, whoever answers it: the embedder's refusal, the API's routes, the embedder's own routes, and
/// what the server library refuses by itself. All of them get a request id, CORS headers and problem documents of one form.
struct Router: Sendable {
    /// The first that matches takes the request.
    let routes: [Route]
    let cors: CORS
    let authenticate: Authenticate
    let limit: Limit
    let log: Log
    let embedder: GatewayEmbedder
    let metrics: GatewayMetrics
    var tracer = Tracer.off

    /// What is answered at once is counted here, the rest by ``ObservedResponder``.
    func handle(_ request: HTTPRequest, _ responder: any Responder) -> Reply {
        var observation = Observation(metrics, method: request.method)
        let context = RequestContext(request.head, cors: cors, tracer: tracer)
        let found = route(of: request.rawPath)
        let span = span(of: request, context, found?.route)
        observation.traceID = span?.traceID
        let reply =
            if let span {
                span.answer(responder) { self.reply(to: request, found, $0, context, &observation) }
            } else {
                self.reply(to: request, found, responder, context, &observation)
            }
        if case .now(let response) = reply { observation.answered(response.status) }
        return reply
    }

    /// Probes come every few seconds and tell nothing, so they are not recorded.
    private func span(of request: HTTPRequest, _ context: RequestContext, _ route: Route?) -> ServerSpan? {
        guard let span = context.span, route?.access.isProbe != true else { return nil }
        return ServerSpan(span, request, route: route)
    }

    private func reply(
        to request: HTTPRequest, _ found: (route: Route, segment: Substring)?, _ responder: any Responder,
        _ context: RequestContext, _ observation: inout Observation
    ) -> Reply {
        if let fault = embedder.refusal?(request) { return .now(refuse(.edge(fault), context)) }
        guard let (route, segment) = found else {
            observation.route = .embedder
            let isOfAPI = embedder.isOfAPI(request.rawPath)
            if isOfAPI, !Methods.get.contains(request.method) {
                return .now(other(request.method, allow: Methods.get.allow, context))
            }
            return admit(request, isOfAPI ? .guarded : .unkeyed, context, responder) {
                context, responder throws(Problem) in
                if let reply = embedder.answer(request, ObservedResponder(responder, observation)) { return reply }
                observation.route = .unknown
                throw .edge(.notFound, "this path is not part of the API")
            }
        }
        observation.route = route.label
        guard route.methods.contains(request.method) else {
            return .now(other(request.method, allow: route.methods.allow, context))
        }
        return admit(request, route.access, context, responder) { context, responder throws(Problem) in
            try route.handle(
                RoutedRequest(
                    http: request, context: context, observation: observation, responder: responder, segment: segment))
        }
    }

    /// Asks who sends a request and how much they may ask for, and has it handled if nothing speaks against it.
    private func admit(
        _ request: HTTPRequest, _ access: Access, _ context: RequestContext, _ responder: any Responder,
        _ handle: (RequestContext, any Responder) throws(Problem) -> Reply
    ) -> Reply {
        let caller = authenticate.caller(of: request, for: access)
        var context = context
        let client = limit.client(caller, request, for: access)
        context.permit = Permit(
            refusal: authenticate.refusalOfWork(for: caller), client: client,
            tenant: client?.tenant ?? caller.key.map { .key($0.name) })
        var reply: Reply
        do throws(Problem) {
            try client?.takeRequest()
            if case .refused(let fault) = caller { throw .edge(fault) }
            reply = try handle(context, client.map { LimitedResponder(inner: responder, client: $0) } ?? responder)
        } catch { reply = .now(refuse(error, context)) }
        if let client, case .now(let response) = reply { reply = .now(client.stamp(response)) }
        return reply
    }

    /// The answer to what the server library refuses before it is handled.
    func refused(status: Int, detail: String, head: RequestHead) -> HTTPResponse {
        metrics.refused(status)
        let problem: Problem =
            switch status {
            case 413: .edge(.bodyTooLarge, detail)
            case 503: .clip(.stopping, detail)
            case 500: .clip(.internalError, detail)
            // 501 and 505, too, are about what the client sent (RFC 9110, 15.6.2 and 15.6.6).
            default: .edge(EdgeFault(.malformedRequest, detail, status: status))
            }
        let context = RequestContext(head, cors: cors, tracer: tracer)
        let response = Responses.problem(problem, retryAfterSeconds: status == 503 ? 1 : nil, context: context)
        if let span = context.span { ServerSpan.end(span, response) }
        return response
    }

    /// Adds to any answer, just before it is sent, what it lacks. The server adds the request's id.
    func finish(_ response: inout HTTPResponse, _ head: RequestHead) { cors.finish(&response, head) }

    /// - Returns: the route, and what stands in its open segment.
    func route(of rawPath: String) -> (route: Route, segment: Substring)? {
        var path = rawPath
        let found = path.withUTF8 { bytes -> (index: Int, segment: Range<Int>)? in
            for index in routes.indices {
                if let segment = routes[index].path.match(bytes) { return (index, segment) }
            }
            return nil
        }
        guard let found else { return nil }
        let utf8 = rawPath.utf8
        let start = utf8.index(utf8.startIndex, offsetBy: found.segment.lowerBound)
        let end = utf8.index(start, offsetBy: found.segment.count)
        return (routes[found.index], Substring(utf8[start..<end]))
    }

    /// The answer to a method that the route's handler does not take.
    private func other(_ method: String, allow: String, _ context: RequestContext) -> HTTPResponse {
        if method == "OPTIONS" { return cors.preflight(context, allow: allow) }
        var response = refuse(.edge(.methodNotAllowed, "this path takes \(allow)"), context)
        response.headers.append(("Allow", allow))
        return response
    }

    func refuse(_ problem: Problem, _ context: RequestContext) -> HTTPResponse {
        log.with(trace: context.trace, requestID: context.requestID).debug(
            "A request is refused", ["reason": .string(problem.slug), "detail": .string(problem.detail)])
        return Responses.problem(problem, context: context)
    }
}
