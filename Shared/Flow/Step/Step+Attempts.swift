import Domain
import Kafka
import Logging
import Traces

extension Step {
    enum Result {
        case done(Outcome)
        case failed(ClipFault, attempts: Int)
        case cancelled
    }

    /// Works on an event until it is done, has failed for good, or is past its deadline.
    func attempt(
        _ event: Event, of record: Record, origin: EventOrigin, deadline: Deadline, turn: Turn, log: Log
    ) async -> Result {
        var attempt = 1
        // Without those that named their own time: a dependency that rests was not asked.
        var failures = 0
        var last = ClipFault(.expired, "the work's deadline passed before it was done")
        var takeBack: (@Sendable () async throws(ClipFault) -> Void)?
        while true {
            if Task.isCancelled { return .cancelled }
            guard !deadline.hasPassed else { return .failed(last, attempts: attempt - 1) }
            do throws(ClipFault) {
                let incoming = Incoming(
                    event: event, origin: origin, deadline: deadline, log: log, attempt: attempt, lane: settings.lane)
                return .done(try await log.speaking { await once(incoming, record, &takeBack) }.get())
            } catch {
                if Task.isCancelled { return .cancelled }
                let fields: LogFields = [
                    "reason": .string(error.reason.rawValue), "detail": .string(error.detail),
                    "attempt": .int(attempt),
                ]
                noteFailure(error, of: attempt)
                guard let pause = settings.pause(error, failures, deadline.left, settings.backoff) else {
                    log.warning("Work on a clip has failed", fields, bound: self.failures)
                    return .failed(error, attempts: attempt)
                }
                if error.retryAfter == nil {
                    failures += 1
                    log.info(
                        "Work on a clip failed and will be tried again", fields.adding(["pause": .duration(pause)]))
                } else {
                    log.debug("Work on a clip waits for what it depends on", fields.adding(["pause": .duration(pause)]))
                }
                metrics.retries.add()
                last = error
                do { try await turn.rest { try await Task.sleep(for: pause) } } catch { return .cancelled }
                attempt += 1
            }
        }
    }

    /// One try. The purges are asked before it, and again after it: the purge may have come in between.
    ///
    /// - Parameter takeBack: what a try before this one did for an episode that is purged, and could not take back yet.
    private func once(
        _ incoming: Incoming<Event>, _ record: Record, _ takeBack: inout (@Sendable () async throws(ClipFault) -> Void)?
    ) async -> Swift.Result<Outcome, ClipFault> {
        do throws(ClipFault) {
            if takeBack == nil, !isVoid(record, of: [incoming.event.episodeID]) {
                let outcome = try await work(incoming)
                guard isVoid(record, of: outcome.episodes + [incoming.event.episodeID]) else {
                    return .success(outcome)
                }
                takeBack = outcome.takeBack
            }
            try await takeBack?()
            // Whoever still waits is told; where nobody does there is nothing more to do.
            guard case .tell = onFailure else { return .success(.nothing) }
            throw PurgeMarks.void
        } catch {
            return .failure(error)
        }
    }

    private func isVoid(_ record: Record, of episodes: [ObjectID?]) -> Bool {
        purges?.isVoid(record, of: episodes) ?? false
    }
}
