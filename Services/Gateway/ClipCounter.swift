import Domain
import Flow
import HTTPServer
import Logging
import ObjectStore
import Synchronization

/// Where clips are asked for: answers at once where the desk knows, else holds the connection.
struct ClipCounter: Sendable {
    let desk: ClipDesk
    let answers: Answers
    let publisher: RequestPublisher
    let waits: Waits
    let log: Log
    let logsHits: Bool
    let clock: @Sendable () -> Int64

    struct Waits: Sendable {
        /// How long a connection is held if the client says nothing.
        var standard: Duration
        /// The longest that a client may ask for.
        var longest: Duration
    }

    /// The two forms of the same answer.
    enum Style: Sendable {
        case clip
        case chunk
    }

    func serve(
        _ id: ClipID, style: Style, request: HTTPRequest, exchange: Exchange, context: RequestContext
    ) -> Reply {
        let now = clock()
        if let hit = desk.ready(id, now: now) {
            if hit.stale { publisher.revalidate(id, context: context) }
            if logsHits { log.with(clipID: id.description).info("A hit", ["request_id": .string(context.requestID)]) }
            return .now(answer(hit.clip, style, now: now, cacheHit: true, waited: .zero, context: context))
        }
        return hold(id, style: style, request: request, exchange: exchange, context: context, now: now)
    }

    private func hold(
        _ id: ClipID, style: Style, request: HTTPRequest, exchange: Exchange, context: RequestContext, now: Int64
    ) -> Reply {
        let preferences = Preferences(request.headerValues("prefer"))
        let takesProgress = preferences.respondAsync || preferences.wait != nil
        // "wait=0" and "respond-async" alone ask for no clip on this connection, only to know that it is being made.
        let wantsAcceptance = preferences.wait == .zero || (preferences.respondAsync && preferences.wait == nil)
        let wait = wantsAcceptance ? waits.standard : min(preferences.wait ?? waits.standard, waits.longest)
        let client = HeldClient(exchange: exchange)
        let began = ContinuousClock.now
        let found = desk.ask(id, now: now, wait: wait, wantsAcceptance: wantsAcceptance) { ending in
            let waited = began.duration(to: .now)
            switch ending {
            case .ready(let clip, let cut):
                client.answer(
                    answer(clip, style, now: clock(), cacheHit: !cut, waited: waited, context: context))
            case .failed(let fault):
                client.answer(answers.problem(fault, exchange: context))
            case .accepted:
                client.answer(answers.progress(id, stage: .queued, status: 202, exchange: context))
            }
        }
        switch found {
        case .ready(let clip, let stale):
            if stale { publisher.revalidate(id, context: context) }
            return .now(answer(clip, style, now: now, cacheHit: true, waited: .zero, context: context))
        case .failed(let fault):
            return .now(answers.problem(fault, exchange: context))
        case .full:
            return .now(
                answers.problem(
                    ClipFault(.overloaded, "as many requests wait here as may"), retryAfterSeconds: 5,
                    exchange: context))
        case .late(let expected):
            return .now(overloaded(expected, context))
        case .waiting(let number, let publish):
            if let publish { publisher.publish(publish, id: id, context: context) }
            client.wait(for: wait, hedging: hedging(id, wait: wait, context: context)) {
                guard let left = desk.giveUp(id, waiter: number) else { return }
                client.answer(late(id, left, takesProgress: takesProgress, wait: wait, context: context))
            }
            exchange.onHangUp {
                desk.leave(id, waiter: number)
                client.forget()
            }
            return .later
        }
    }

    /// Asks once more where a reply seems to be lost.
    private func hedging(_ id: ClipID, wait: Duration, context: RequestContext) -> HeldClient.Hedging {
        HeldClient.Hedging(after: desk.hedgeDelay(wait: wait)) {
            switch desk.hedge(id, wait: wait) {
            case .ask(let event):
                publisher.hedge(event, id: id, context: context)
                return nil
            case .later(let pause): return pause
            case .needless: return nil
            }
        }
    }

    /// When the work ahead will be done, give or take a fifth, so that those who were refused together do not come back
    /// together.
    private func overloaded(_ expected: Duration, _ context: RequestContext) -> HTTPResponse {
        let seconds = (expected * Double.random(in: 0.8...1.2)).components.seconds + 1
        return answers.problem(
            ClipFault(
                .overloaded,
                "the clip could not be ready in time: the work ahead takes \(expected.components.seconds) s"),
            retryAfterSeconds: Int(min(max(seconds, 1), 120)), exchange: context)
    }

    private func answer(
        _ clip: ReadyClip, _ style: Style, now: Int64, cacheHit: Bool, waited: Duration, context: RequestContext
    ) -> HTTPResponse {
        switch style {
        case .clip: answers.clip(clip, now: now, cacheHit: cacheHit, waited: waited, exchange: context)
        case .chunk: answers.chunk(clip, now: now, cacheHit: cacheHit, exchange: context)
        }
    }

    /// The connection's time is up. What nobody has acknowledged can't be promised.
    private func late(
        _ id: ClipID, _ left: (accepted: Bool, stage: Stage), takesProgress: Bool, wait: Duration,
        context: RequestContext
    ) -> HTTPResponse {
        guard left.accepted else {
            return answers.problem(
                ClipFault(.brokerUnavailable, "the message broker did not take the request in time"),
                retryAfterSeconds: 5, exchange: context)
        }
        if takesProgress { return answers.progress(id, stage: left.stage, status: 202, exchange: context) }
        return answers.problem(
            ClipFault(
                .notReadyInTime,
                "the clip was not ready within \(wait.wholeMilliseconds) ms; it is still being made, ask again"),
            retryAfterSeconds: 1, exchange: context)
    }
}
