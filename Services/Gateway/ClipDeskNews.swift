import Domain
import Synchronization

/// What the desk hears from the broker, and whom it tells.
extension ClipDesk {
    /// The broker has acknowledged the request, or it never will.
    func settle(_ id: ClipID, published: Result<Void, ClipFault>) {
        switch published {
        case .success:
            let told = state.withLock { state in
                state.flights[id]?.accepted = true
                return state.take(from: id, where: \.wantsAcceptance)
            }
            for waiter in told { waiter.answer(.accepted) }
        case .failure(let fault):
            end(id, remembering: nil) { $0.answer(.failed(fault)) }
        }
    }

    func saw(_ stage: Stage, of id: ClipID) {
        let instant = clock()
        let watching = state.withLock { state -> [@Sendable () -> Void] in
            if state.flights[id] == nil, state.workload.endedLately(id, at: instant) { return [] }
            state.failures.remove(id)
            state.stages.insert(stage, for: id)
            state.workload.begin(id, at: instant)
            state.flights[id]?.accepted = true
            state.flights[id]?.lastSign = instant
            return state.watching(id)
        }
        for tell in watching { tell() }
    }

    /// - Parameter now: seconds since 1970.
    func saw(ready clip: ReadyClip, cut: Bool, of id: ClipID, now: Int64) {
        let instant = clock()
        let isNews = state.withLock { state in
            state.workload.end(id, at: instant)
            // Records of one key arrive in order, but an old one must not displace what a later look has found. Unless that
            // is about to go: who stored the clip anew may have looked at the source before.
            if let known = state.ready.peek(id), known.sourceCheckedAt > clip.sourceCheckedAt,
                known.lives(beyond: now, needed: state.limits.signedSeconds)
            {
                return false
            }
            state.ready.insert(clip, for: id, heapBytes: id.heapBytes)
            guard clip.lives(beyond: now, needed: state.limits.signedSeconds) else { return false }
            state.failures.remove(id)
            if let flight = state.flights[id] { state.arrived(flight, at: instant) }
            return true
        }
        guard isNews else { return }
        end(id, remembering: nil) { $0.answer(.ready(clip, cut: cut)) }
    }

    func sawRemoval(of id: ClipID) {
        let watching = state.withLock { state in
            state.ready.remove(id)
            state.stages.remove(id)
            return state.watching(id)
        }
        for tell in watching { tell() }
    }

    /// - Returns: what must be published again, because somebody here may wait longer than the work that has expired.
    func saw(failure fault: ClipFault, of id: ClipID) -> ClipRequested? {
        if fault.reason == .expired {
            if let again = askAgain(id) { return again }
        } else {
            let instant = clock()
            state.withLock { $0.workload.end(id, at: instant) }
        }
        end(id, remembering: fault) { $0.answer(.failed(fault)) }
        return nil
    }

    /// Ends everything that waits, as at the end of a drain.
    func endAll(with fault: ClipFault) {
        let ids = state.withLock { Array($0.flights.keys) }
        for id in ids { end(id, remembering: nil) { $0.answer(.failed(fault)) } }
    }

    // MARK: - Those who follow a clip

    /// Has `tell` called, from any thread, whenever the clip's status may have changed; nil if too many follow clips.
    func watch(_ id: ClipID, _ tell: @escaping @Sendable () -> Void) -> UInt64? {
        state.withLock { state in
            guard state.watcherCount < state.limits.watchers else { return nil }
            let number = state.number()
            state.watchers[id, default: [:]][number] = tell
            state.watcherCount += 1
            return number
        }
    }

    func unwatch(_ id: ClipID, _ number: UInt64) {
        state.withLock { state in
            guard state.watchers[id]?.removeValue(forKey: number) != nil else { return }
            if state.watchers[id]?.isEmpty == true { state.watchers[id] = nil }
            state.watcherCount -= 1
        }
    }

    // MARK: - Inside

    private func askAgain(_ id: ClipID) -> ClipRequested? {
        let instant = clock()
        return state.withLock { state in
            guard var flight = state.flights[id], flight.asked < 3,
                flight.waiters.contains(where: { $0.until > instant })
            else { return nil }
            flight.renew(until: instant + state.limits.workDeadline, at: instant)
            state.flights[id] = flight
            return ClipRequested(clipID: id, budget: state.limits.workDeadline)
        }
    }

    private func end(_ id: ClipID, remembering fault: ClipFault?, _ tell: (Waiter) -> Void) {
        let instant = clock()
        let (told, watching) = state.withLock { state in
            (state.end(id, remembering: fault, at: instant), state.watching(id))
        }
        // Outside the lock: an answer may lead back here.
        for waiter in told { tell(waiter) }
        for tell in watching { tell() }
    }
}
