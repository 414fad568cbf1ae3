import Domain
import Flow
import HTTPServer
import Logging
import Telemetry
import Text
import Traces

/// `GET` of a clip: answers at once what is known, else holds the connection until the clip is ready or the wait is over.
struct GetClip: Sendable {
    let query: ClipQuery
    let clipState: ClipState
    let responses: Responses
    let publisher: RequestPublisher
    let parts: ClipParts
    let waits: Waits
    let log: Log
    let logsHits: Bool
    let clock: @Sendable () -> Int64
    /// Nil: no answer is kept.
    let answers: AnswerCache?
    /// Bounds log lines that a client can cause at will.
    private let lines = RateBound(perMinute: 600)

    /// The forms of the same answer.
    enum Style: Sendable {
        case clip([ClipPart])
        case chunk([ClipPart])
        /// The way to the clip itself.
        case redirect(head: Bool, download: Bool)

        /// What is told beside the clip.
        var parts: [ClipPart] {
            switch self {
            case .clip(let parts), .chunk(let parts): parts
            case .redirect: []
            }
        }

        var isKept: Bool { if case .clip = self { true } else { false } }
    }

    init(
        query: ClipQuery, clipState: ClipState, responses: Responses, publisher: RequestPublisher, parts: ClipParts,
        waits: Waits, log: Log, logsHits: Bool, clock: @escaping @Sendable () -> Int64, answers: AnswerCache? = nil
    ) {
        self.query = query
        self.clipState = clipState
        self.responses = responses
        self.publisher = publisher
        self.parts = parts
        self.waits = waits
        self.log = log
        self.logsHits = logsHits
        self.clock = clock
        self.answers = answers
    }

    func handle(_ request: RoutedRequest) throws(Problem) -> Reply {
        let http = request.http
        let asked = try query.clip(
            rawEpisode: request.segment, rawQuery: http.rawQuery, accept: http.header("accept"))
        var context = request.context
        context.isNegotiated = asked.isNegotiated
        return serve(asked.id, style: .clip(asked.parts), request, context: context)
    }

    func serve(_ id: ClipID, style: Style, _ request: RoutedRequest, context: RequestContext) -> Reply {
        context.span?.set(["cutroom.clip_id": .string(id.description)])
        let now = clock()
        let recheck = request.http.wantsRecheck
        if !recheck, let hit = clipState.ready(id, now: now) {
            if hit.stale { publisher.revalidate(id, context: context) }
            let edition = answers.flatMap { _ in responses.signer.edition(atUnixSeconds: now) }
            let told = parts.find(style.parts, of: id, hit.clip, now: now, context: context)
            let response = self.hit(id, hit.clip, told, style, now: now, context: context)
            // Nobody knows which of two editions has signed it if they have changed meanwhile.
            if style.isKept, !context.isNegotiated, told.isWhole, let edition,
                edition == responses.signer.edition(atUnixSeconds: now)
            {
                answers?.keep(response, to: request.http, for: [(id: id, clip: hit.clip)] + told.clips, edition)
            }
            return counted(response, .hit, request)
        }
        let asked = Asked(
            id: id, style: style, preference: Preference(request.http, waits), context: context, began: .now, now: now)
        return hold(asked, recheck: recheck, request)
    }

    /// How long the client is willing to wait, and for what (`Prefer`, RFC 7240).
    private struct Preference {
        /// A 202 will do.
        let takesProgress: Bool
        /// The client wants to know that the clip is being made, not to have it on this connection: `wait=0`, or `respond-async`
        /// alone.
        let wantsAcceptance: Bool
        let wait: Duration

        init(_ request: HTTPRequest, _ waits: Waits) {
            let told = Preferences(request.headerValues("prefer"))
            takesProgress = told.respondAsync || told.wait != nil
            wantsAcceptance = told.wait == .zero || (told.respondAsync && told.wait == nil)
            wait = wantsAcceptance ? waits.standard : min(told.wait ?? waits.standard, waits.longest)
        }
    }

    /// One request for a clip that is not answered from the table.
    private struct Asked {
        let id: ClipID
        let style: Style
        let preference: Preference
        let context: RequestContext
        let began: ContinuousClock.Instant
        /// Seconds since 1970.
        let now: Int64

        var waited: Duration { began.duration(to: .now) }
    }

    private func counted(_ response: HTTPResponse, _ outcome: ClipOutcome, _ request: RoutedRequest) -> Reply {
        request.context.span?.set(.outcome(outcome))
        return .now(request.observation.clip(outcome, response))
    }

    private func hold(_ asked: Asked, recheck: Bool, _ request: RoutedRequest) -> Reply {
        let (id, context, preference) = (asked.id, asked.context, asked.preference)
        let client = PendingResponse(request)
        let observation = request.observation
        let question = ClipState.Question(
            id: id, now: asked.now, wait: preference.wait, wantsAcceptance: preference.wantsAcceptance,
            recheck: recheck, permit: context.permit, trace: context.trace)
        let found = clipState.ask(question) { result in
            client.waiting?.end()
            switch result {
            case .ready(let clip, let cut):
                let stopwatch = Stopwatch()
                client.answer(
                    clip: context.answering {
                        let now = clock()
                        return answer(
                            clip, parts.find(asked.style.parts, of: id, clip, now: now, context: context), asked.style,
                            now: now, cacheHit: !cut, waited: asked.waited, context: context)
                    })
                observation.metrics.stages.observe(stopwatch, .answer, traceID: observation.traceID)
            case .failed(let fault): client.answer(problem(fault, asked), .failed)
            case .accepted:
                client.answer(responses.progress(id, stage: .queued, status: 202, context: context), .pending)
            }
        }
        switch found {
        case .ready(let clip, let stale):
            if stale { publisher.revalidate(id, context: context) }
            let told = parts.find(asked.style.parts, of: id, clip, now: asked.now, context: context)
            return counted(hit(id, clip, told, asked.style, now: asked.now, context: context), .hit, request)
        case .failed(let fault): return counted(problem(fault, asked), .failed, request)
        case .accepted(let stage):
            beginParts(asked)
            return counted(responses.progress(id, stage: stage, status: 202, context: context), .pending, request)
        case .denied(let problem): return counted(self.problem(problem, asked), .refused, request)
        case .full, .late, .unmeasured: return counted(refusal(found, asked), .refused, request)
        case .waiting(let number, let publish?): return begin(publish, by: .live, asked, number, client)
        case .deferred(let number, let publish): return begin(publish, by: .bulk, asked, number, client)
        case .waiting(let number, nil):
            if let waiting = client.waiting, let flight = clipState.trace(of: id) { waiting.link(to: flight) }
            line(asked).info("Joined the work on a clip", bound: lines)
            beginParts(asked)
            return wait(asked, number, client)
        }
    }

    private func begin(
        _ publish: ClipRequested, by lane: Lane, _ asked: Asked, _ number: UInt64, _ client: PendingResponse
    ) -> Reply {
        client.begins()
        publisher.publish(publish, id: asked.id, by: lane, context: asked.context) {
            // A clip that others overtake must not be overtaken by its own parts: those are asked for by the answer.
            if lane == .live { beginParts(asked) }
        }
        return wait(asked, number, client)
    }

    private func beginParts(_ asked: Asked) {
        parts.begin(asked.style.parts, of: asked.id, now: asked.now, context: asked.context)
    }

    private func wait(_ asked: Asked, _ number: UInt64, _ client: PendingResponse) -> Reply {
        setTimer(asked, number, client)
        client.onHangUp { clipState.leave(asked.id, waiter: number) }
        return .later
    }

    private func setTimer(_ asked: Asked, _ number: UInt64, _ client: PendingResponse) {
        let (id, context) = (asked.id, asked.context)
        if asked.preference.wantsAcceptance {
            // Without an acknowledgement it is answered too: the request stays in the producer's queue until its deadline.
            client.wait(for: min(waits.acknowledgement, waits.standard), hedging: nil) {
                guard let left = clipState.giveUp(id, waiter: number) else { return }
                client.answer(responses.progress(id, stage: left.stage, status: 202, context: context), .pending)
            }
        } else {
            let wait = asked.preference.wait
            client.wait(for: wait, hedging: hedging(id, wait: wait, context: context)) {
                guard let left = clipState.giveUp(id, waiter: number) else { return }
                let response = late(asked, left)
                client.answer(response, response.status == 202 ? .pending : .late)
            }
        }
    }

    /// Requests the clip a second time if the answer to the first request seems to be lost.
    private func hedging(_ id: ClipID, wait: Duration, context: RequestContext) -> PendingResponse.Hedging {
        PendingResponse.Hedging(after: clipState.hedgeDelay(wait: wait)) {
            switch clipState.hedge(id, wait: wait) {
            case .ask(let event):
                publisher.hedge(event, id: id, context: context)
                return nil
            case .later(let pause): return pause
            case .needless: return nil
            }
        }
    }

    private func refusal(_ found: ClipState.Found, _ asked: Asked) -> HTTPResponse {
        let refusal =
            switch found {
            case .late(let expected): Refusal.late(expected: expected)
            case .unmeasured: Refusal.unmeasured
            default: Refusal.full
            }
        return problem(refusal.problem, asked, retryAfterSeconds: refusal.retryAfterSeconds)
    }

    private func hit(
        _ id: ClipID, _ clip: ReadyClip, _ told: PartAnswers, _ style: Style, now: Int64, context: RequestContext
    ) -> HTTPResponse {
        if logsHits {
            log.with(trace: context.trace, clipID: id.description, requestID: context.requestID).info("A hit")
        }
        return answer(clip, told, style, now: now, cacheHit: true, waited: .zero, context: context)
    }

    private func answer(
        _ clip: ReadyClip, _ told: PartAnswers, _ style: Style, now: Int64, cacheHit: Bool, waited: Duration,
        context: RequestContext
    ) -> HTTPResponse {
        switch style {
        case .clip: responses.clip(clip, told, now: now, cacheHit: cacheHit, waited: waited, context: context)
        case .chunk: responses.chunk(clip, told, now: now, cacheHit: cacheHit, context: context)
        case .redirect(let head, let download):
            responses.redirect(clip, head: head, download: download, now: now, context: context)
        }
    }

    /// The client's wait is over. Nothing is promised of a request that the broker has not acknowledged.
    private func late(_ asked: Asked, _ left: (accepted: Bool, stage: Stage)) -> HTTPResponse {
        guard left.accepted else {
            return problem(
                .edge(.brokerUnavailable, "the message broker did not take the request in time"), asked,
                retryAfterSeconds: 5)
        }
        if asked.preference.takesProgress {
            return responses.progress(asked.id, stage: left.stage, status: 202, context: asked.context)
        }
        let waited = asked.preference.wait.wholeMilliseconds
        return problem(
            .edge(
                .notReadyInTime, "the clip was not ready within \(waited) ms; it is still being made, ask again"),
            asked, retryAfterSeconds: 1)
    }

    private func problem(_ problem: Problem, _ asked: Asked, retryAfterSeconds: Int? = nil) -> HTTPResponse {
        line(asked).info(
            "A request for a clip is answered with a problem",
            [
                "status": .int(problem.status), "reason": .string(problem.slug), "detail": .string(problem.detail),
                "waited": .duration(asked.waited),
            ], bound: lines)
        return Responses.problem(problem, retryAfterSeconds: retryAfterSeconds, context: asked.context)
    }

    private func line(_ asked: Asked) -> Log {
        log.with(
            trace: asked.context.trace, clipID: asked.id.description, requestID: asked.context.requestID)
    }
}

extension HTTPRequest {
    /// Whether the client wants to be sure that what a cache says still holds (`no-cache` of RFC 9111, 5.2.1.4).
    var wantsRecheck: Bool {
        guard let text = header("cache-control") else { return false }
        return text.utf8.split(separator: UInt8(ascii: ",")).contains { directive in
            Substring(directive).trimmingOWS.lowercased() == "no-cache"
        }
    }
}
