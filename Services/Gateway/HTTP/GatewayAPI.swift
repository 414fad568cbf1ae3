import Domain
import HTTPServer
import Logging
import Text

/// The HTTP contract: from the route to its handler, and everything that is wrong with a request said in one answer.
struct GatewayAPI: Sendable {
    let getClip: GetClip
    let query: ClipQuery
    let batch: PostBatch
    let progress: RequestStatus
    let events: EventStreams
    let condition: Readiness
    let cors: CORS
    /// Route of whoever embeds the gateway, asked first for paths that are not the API's.
    let others: @Sendable (HTTPRequest, any Responder) -> Reply?

    func handle(_ request: HTTPRequest, _ responder: any Responder) -> Reply {
        let context = RequestContext(request, cors: cors)
        guard let route = Route(rawPath: request.rawPath) else {
            return others(request, responder)
                ?? .now(refuse(ClipFault(.notFound, "this path is not part of the API"), context))
        }
        if request.method == "OPTIONS" { return .now(cors.preflight(context, allow: route.allow)) }
        guard route.takes(request.method) else {
            var answer = refuse(ClipFault(.methodNotAllowed, "this path takes \(route.allow)"), context)
            answer.headers.append(("Allow", route.allow))
            return .now(answer)
        }
        do throws(ClipFault) {
            return try serve(route, request, responder, context)
        } catch {
            var context = context
            context.isNegotiated = error.reason == .notAcceptable
            return .now(refuse(error, context))
        }
    }

    private func serve(
        _ route: Route, _ request: HTTPRequest, _ responder: any Responder, _ context: RequestContext
    ) throws(ClipFault) -> Reply {
        switch route {
        case .clip(let rawEpisode):
            let asked = try query.clip(
                rawEpisode: rawEpisode, rawQuery: request.rawQuery, accept: request.header("accept"))
            var context = context
            context.isNegotiated = asked.isNegotiated
            return getClip.serve(asked.id, style: .clip, request: request, responder: responder, context: context)
        case .chunk:
            try JSONMediaType.check(request)
            let id = try query.chunk(try ClipQuery.json(request.body))
            return getClip.serve(id, style: .chunk, request: request, responder: responder, context: context)
        case .batch:
            try JSONMediaType.check(request)
            return .now(try batch.answer(request.body, context: context))
        case .progress(let rawClipID):
            return .now(try progress.answer(try clipID(rawClipID), now: getClip.clock(), context: context))
        case .events(let rawClipID):
            return .now(try events.answer(try clipID(rawClipID), request: request, context: context))
        case .health: return .now(condition.health(context))
        case .livez: return .now(condition.alive(context))
        case .readyz: return .now(condition.readiness(context))
        }
    }

    private func clipID(_ raw: Substring) throws(ClipFault) -> ClipID {
        guard let text = Percent.decode(raw) else {
            throw .badParameters([.init("clip_id", "is not percent-encoded UTF-8")])
        }
        return try ClipID(parsing: text)
    }

    private func refuse(_ fault: ClipFault, _ context: RequestContext) -> HTTPResponse {
        getClip.log.with(requestID: context.requestID).debug(
            "A request is refused", ["reason": .string(fault.reason.rawValue), "detail": .string(fault.detail)])
        return getClip.responses.problem(fault, context: context)
    }
}
