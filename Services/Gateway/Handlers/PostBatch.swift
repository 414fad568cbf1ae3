import Domain
import HTTPServer
import Text

/// `POST /api/v1/audio_clips/batch`: which of up to 50 clips are ready, at once and without waiting; with `make`, the
/// rest is asked for.
struct PostBatch: Sendable {
    static let mostClips = 50

    let clipState: ClipState
    let responses: Responses
    let publisher: RequestPublisher
    let query: ClipQuery
    let clock: @Sendable () -> Int64

    func handle(_ request: RoutedRequest) throws(Problem) -> Reply {
        try JSONMediaType.check(request.http)
        return .now(try answer(request))
    }

    private func answer(_ request: RoutedRequest) throws(Problem) -> HTTPResponse {
        guard case .object(let fields) = try ClipQuery.json(request.http.body) else {
            throw .edge(.malformedRequest, "the body must be a JSON object with clips")
        }
        guard case .array(let entries) = fields["clips"], (1...Self.mostClips).contains(entries.count) else {
            throw .badParameters([.init("clips", "must be a list of 1 to \(Self.mostClips) clips")])
        }
        let make = try BatchLane.making(fields)
        let now = clock()
        var json = JSONWriter(reserving: 1024 * entries.count)
        json.object { json in
            json.array("clips") { json in
                for entry in entries { write(entry, make: make, now: now, request, into: &json) }
            }
        }
        return HTTPResponse(
            status: 200,
            headers: Responses.headers(
                mediaType: "application/json", cacheControl: "no-store", context: request.context),
            body: .bytes(json.bytes))
    }

    private func write(
        _ entry: JSONValue, make: Lane?, now: Int64, _ request: RoutedRequest, into json: inout JSONWriter
    ) {
        let context = request.context
        let id: ClipID
        do throws(Problem) { id = try query.clip(entry) } catch {
            json.object { Responses.write(error, context: context, into: &$0) }
            return
        }
        if let hit = clipState.ready(id, now: now) {
            if hit.stale { publisher.revalidate(id, context: context) }
            responses.write(hit.clip, now: now, context: context, into: &json)
            request.observation.entry(.hit, status: 200)
            return
        }
        if case .failed(let fault) = clipState.status(id, now: now), fault.fate == .permanent {
            json.object { Responses.write(fault, context: context, into: &$0) }
            request.observation.entry(.failed, status: fault.status)
            return
        }
        if let make, let problem = begin(id, by: make, now: now, context) {
            json.object {
                Responses.write(problem, context: context, into: &$0)
                if make == .bulk { BatchLane.write(retryOf: problem, into: &$0) }
            }
            request.observation.entry(.refused, status: problem.status)
            return
        }
        request.observation.entry(.pending, status: 202)
        json.object {
            $0.field("status", "pending")
            $0.field("clip_id", id.description)
            $0.field("location", GatewayAPI.statusPath(of: id))
        }
    }

    /// - Returns: why the clip is not being made.
    private func begin(_ id: ClipID, by lane: Lane, now: Int64, _ context: RequestContext) -> Problem? {
        switch lane {
        case .live: beginLive(id, now: now, context)
        case .bulk: BatchLane.begin(id, clipState, publisher, now: now, context)
        }
    }

    private func beginLive(_ id: ClipID, now: Int64, _ context: RequestContext) -> Problem? {
        switch clipState.askInBackground(id, now: now, permit: context.permit, trace: context.trace) {
        case .under(let event):
            if let event { publisher.publish(event, id: id, context: context) }
            return nil
        case .deferred(let event):
            publisher.publish(event, id: id, by: .bulk, context: context)
            return nil
        case .needless: return nil
        case .full: return Refusal.full.problem
        case .late(let expected): return Refusal.late(expected: expected).problem
        case .unmeasured: return Refusal.unmeasured.problem
        case .denied(let problem): return problem
        }
    }
}
