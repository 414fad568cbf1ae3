import HTTPServer
import ObjectStore
import Traces

/// The way of a hit whose answer is finished already: as ``Router/handle(_:_:)`` goes, in the same order and with the same
/// rules, but nothing is parsed, signed or written that is the same as last time (``AnswerCache``). Whatever is not plain
/// passes on to that one, before anything is counted.
///
/// A class, because copying what it consists of for each request took longer than finding the answer.
final class StoredHits: Sendable {
    private let answers: AnswerCache
    private let clipState: ClipState
    private let publisher: RequestPublisher
    private let signer: any URLSigner
    /// That asks for one clip by GET.
    private let route: Route
    /// Seconds since 1970.
    private let clock: @Sendable () -> Int64
    private let router: Router
    private let isSameForAllOrigins: Bool

    /// - Parameter router: whose requests these are.
    /// - Returns: nil if no answer is kept.
    init?(_ clip: GetClip, before router: Router) {
        guard let answers = clip.answers, let route = router.route(of: GatewayAPI.clip(of: "0"))?.route else {
            return nil
        }
        self.answers = answers
        self.route = route
        self.router = router
        clipState = clip.clipState
        publisher = clip.publisher
        signer = clip.responses.signer
        clock = clip.clock
        // Where origins are listed, what one reads may differ from what another does.
        isSameForAllOrigins = router.cors.origins.isEmpty || router.cors.origins.contains("*")
    }

    func answer(_ request: FastRequest, _ fields: inout AnswerFields) -> FastReply {
        // A client may want a recheck.
        guard !request.has(.cacheControl), isSameForAllOrigins || !request.has(.origin),
            let entry = request.withTarget({ answers.entry(for: $0) })
        else { return .pass }
        let now = clock()
        guard entry.isSigned(by: signer.edition(atUnixSeconds: now)) else { return .pass }
        var observation = Observation(router.metrics, method: "GET")
        observation.route = route.label
        let caller = router.authenticate.sender(of: request)
        guard router.authenticate.letsRead(caller) else { return .pass }
        let client = router.limit.client(caller, request, for: route.access)
        // Who is refused uses no clip.
        if client != nil { guard isServable(entry.main, now: now) else { return .pass } }
        guard entry.others.allSatisfy({ isServable($0, now: now) }) else { return .pass }
        let context = router.tracer.isOn ? context(of: request) : nil
        observation.traceID = context?.span.map { ServerSpan($0, "GET", path: request.path, route: route).traceID }
        if let client, let refusal = refusal(of: client, request, context) {
            observation.answered(refusal.status)
            if let span = context?.span { ServerSpan.end(span, refusal) }
            return .response(refusal)
        }
        let hit = clipState.ready(entry.main.id, now: now)
        if hit?.stale == true { publisher.revalidate(entry.main.id, context: context ?? self.context(of: request)) }
        // A client with limits is told of what was there a moment ago, and so is everyone of the parts.
        if client == nil {
            guard let hit, entry.main.isSame(as: hit.clip) else { return .pass }
        }
        for other in entry.others where clipState.ready(other.id, now: now)?.stale == true {
            publisher.revalidate(other.id, context: context ?? self.context(of: request))
        }
        fields.add("Cache-Control") {
            $0.put("private, max-age=")
            $0.put(UInt64(Responses.maxAge(ofURLUntil: entry.expiresAt, now: now)))
        }
        observation.hit(&fields)
        client?.stamp(&fields)
        observation.answered(200)
        if let span = context?.span {
            span.set(["cutroom.clip_id": .string(entry.main.id.description)])
            span.set(.outcome(.hit))
            ServerSpan.end(span, status: 200)
        }
        return .stored(entry.answer)
    }

    private func isServable(_ told: AnswerCache.Told, now: Int64) -> Bool {
        clipState.servable(told.id, now: now).map(told.isSame) == true
    }

    private func context(of request: FastRequest) -> RequestContext {
        RequestContext(request.head, cors: router.cors, tracer: router.tracer)
    }

    /// Counts the request.
    private func refusal(
        of client: LimitedClient, _ request: FastRequest, _ context: RequestContext?
    ) -> HTTPResponse? {
        do throws(Problem) {
            try client.takeRequest()
            return nil
        } catch { return client.stamp(router.refuse(error, context ?? self.context(of: request))) }
    }
}

extension FastRequest {
    /// As it came, without the query.
    fileprivate var path: String {
        withTarget { target in String(decoding: target.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self) }
    }
}

extension Authenticate {
    /// Whether a clip that is ready may be answered to whoever asks.
    fileprivate func letsRead(_ caller: Caller) -> Bool {
        switch caller {
        case .anyone: neededFor != .everything
        case .key, .signedURL: true
        case .refused: false
        }
    }
}

extension Observation {
    /// The same as ``clip(_:_:)`` says of a hit.
    fileprivate func hit(_ fields: inout AnswerFields) {
        let took = Self.milliseconds(clip(.hit, .success))
        fields.add("Server-Timing") {
            $0.put("hit;dur=")
            $0.put(took.whole)
            $0.put(took.point)
            $0.put(took.thousandths)
        }
    }
}
