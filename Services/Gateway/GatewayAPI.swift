import Domain
import HTTPServer
import Logging

/// The HTTP contract: routes to the desk, and everything that is wrong with a request said in one answer.
struct GatewayAPI: Sendable {
    let counter: ClipCounter
    let query: ClipQuery
    let batch: Batch
    let condition: Condition
    let cors: CORS
    let ids: RequestIDs
    /// Routes of whoever embeds the gateway, asked first for paths that are not the API's.
    let others: @Sendable (HTTPRequest, Exchange) -> Reply?

    func handle(_ request: HTTPRequest, _ exchange: Exchange) -> Reply {
        let context = RequestContext(request, cors: cors, ids: ids)
        guard let route = Routes(rawPath: request.rawPath) else {
            return others(request, exchange)
                ?? .now(refuse(ClipFault(.notFound, "this path is not part of the API"), context))
        }
        if request.method == "OPTIONS" { return .now(cors.preflight(context, allow: route.allow)) }
        guard route.takes(request.method) else {
            var answer = refuse(ClipFault(.methodNotAllowed, "this path takes \(route.allow)"), context)
            answer.headers.append(("Allow", route.allow))
            return .now(answer)
        }
        do throws(ClipFault) {
            return try serve(route, request, exchange, context)
        } catch {
            var context = context
            context.isNegotiated = error.reason == .notAcceptable
            return .now(refuse(error, context))
        }
    }

    private func serve(
        _ route: Routes, _ request: HTTPRequest, _ exchange: Exchange, _ context: RequestContext
    ) throws(ClipFault) -> Reply {
        switch route {
        case .clip(let rawEpisode):
            let asked = try query.clip(
                rawEpisode: rawEpisode, rawQuery: request.rawQuery, accept: request.header("accept"))
            var context = context
            context.isNegotiated = asked.isNegotiated
            return counter.serve(asked.id, style: .clip, request: request, exchange: exchange, context: context)
        case .chunk:
            let id = try query.chunk(try ClipQuery.json(request.body))
            return counter.serve(id, style: .chunk, request: request, exchange: exchange, context: context)
        case .batch:
            return .now(try batch.answer(request.body, context: context))
        case .progress(let rawClipID):
            return .now(try progress(rawClipID, context))
        case .health: return .now(condition.health(context))
        case .livez: return .now(condition.alive(context))
        case .readyz: return .now(condition.readiness(context))
        }
    }

    private func progress(_ rawClipID: Substring, _ context: RequestContext) throws(ClipFault) -> HTTPResponse {
        guard let text = Percent.decode(rawClipID) else {
            throw .badParameters([.init("clip id", "is not percent-encoded UTF-8")])
        }
        let id = try ClipID(parsing: text)
        let now = counter.clock()
        guard let known = counter.desk.progress(id, now: now) else {
            throw ClipFault(.notFound, "nothing is known of this request here; ask again by GET, which is always safe")
        }
        var json = JSONText()
        json.object {
            $0.field("status", known.clip != nil ? "ready" : (known.stage ?? .queued).rawValue)
            $0.field("clip_id", id.description)
            if let clip = known.clip {
                $0.key("clip")
                counter.answers.write(clip, now: now, exchange: context, into: &$0)
            }
            if let fault = known.fault {
                $0.object("problem") { Answers.write(fault, exchange: context, into: &$0) }
            }
        }
        return HTTPResponse(
            status: 200,
            headers: Answers.headers(mediaType: "application/json", cacheControl: "no-store", exchange: context),
            body: .bytes(json.bytes))
    }

    private func refuse(_ fault: ClipFault, _ context: RequestContext) -> HTTPResponse {
        counter.answers.problem(fault, exchange: context)
    }
}
