import HTTPServer
import Synchronization
import Traces

/// One held connection and the task that ends its waiting.
final class PendingResponse: Sendable {
    private let responder: any Responder
    private let observation: Observation
    private let span: Span?
    /// Until there is an answer; nil if the request is not recorded.
    let waiting: Span?
    /// Whether the work on the clip was begun for this request. Until that is known it counts as joined: what answers so
    /// early was begun by somebody else.
    private let hasBegun = Atomic(false)
    private let timer = Mutex<(task: Task<Void, Never>?, done: Bool)>((nil, false))

    /// What is tried while nothing comes: after a while, and again after each pause that it returns.
    struct Hedging: Sendable {
        let after: Duration
        let ask: @Sendable () -> Duration?
    }

    init(_ request: RoutedRequest) {
        responder = request.answeredLater()
        observation = request.observation
        span = request.context.span
        waiting = span?.child("wait")
    }

    /// The work is begun for this request.
    func begins() { hasBegun.store(true, ordering: .relaxed) }

    /// The clip is ready.
    func answer(clip response: HTTPResponse) {
        answer(response, hasBegun.load(ordering: .relaxed) ? .made : .coalesced)
    }

    func answer(_ response: HTTPResponse, _ outcome: ClipOutcome) {
        forget()
        span?.set(.outcome(outcome))
        responder.complete(observation.clip(outcome, response))
    }

    /// - Parameter body: called if the client leaves before there is an answer.
    func onHangUp(_ body: @escaping @Sendable () -> Void) {
        responder.onHangUp { [self] in
            body()
            forget()
            observation.leftClip()
            span?.set(.outcome(.gone))
        }
    }

    func wait(for duration: Duration, hedging: Hedging?, then giveUp: @escaping @Sendable () -> Void) {
        let task = Task {
            let end = ContinuousClock.now + duration
            var pause = hedging?.after
            do {
                while let next = pause, ContinuousClock.now + next < end {
                    try await Task.sleep(for: next)
                    pause = hedging?.ask()
                }
                try await Task.sleep(until: end)
            } catch { return }
            giveUp()
        }
        let isLate = timer.withLock { timer in
            timer.task = task
            return timer.done
        }
        if isLate { task.cancel() }
    }

    func forget() {
        waiting?.end()
        let task = timer.withLock { timer in
            timer.done = true
            defer { timer.task = nil }
            return timer.task
        }
        task?.cancel()
    }
}
