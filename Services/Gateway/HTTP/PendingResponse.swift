import HTTPServer
import Synchronization

/// One held connection and the task that ends its waiting.
final class PendingResponse: Sendable {
    private let responder: any Responder
    private let timer = Mutex<(task: Task<Void, Never>?, done: Bool)>((nil, false))

    /// What is tried while nothing comes: after a while, and again after each pause that it returns.
    struct Hedging: Sendable {
        let after: Duration
        let ask: @Sendable () -> Duration?
    }

    init(responder: any Responder) { self.responder = responder }

    func answer(_ response: HTTPResponse) {
        forget()
        responder.complete(response)
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
        let task = timer.withLock { timer in
            timer.done = true
            defer { timer.task = nil }
            return timer.task
        }
        task?.cancel()
    }
}
