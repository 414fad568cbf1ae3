import Domain
import Synchronization

/// What the topics say about clips, and who is notified of it.
extension ClipState {
    /// The broker has acknowledged the request, or it never will.
    func settle(_ id: ClipID, published: Result<Void, Problem>) {
        switch published {
        case .success:
            let told = state.withLock { state in
                state.flights[id]?.accepted = true
                return state.take(from: id, where: \.wantsAcceptance)
            }
            for waiter in told { waiter.answer(.accepted) }
        case .failure(let fault):
            // Remembered for those who follow the request; who asks again asks anew.
            end(id, remembering: fault) { $0.answer(.failed(fault)) }
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
            let begun = state.workload.end(id, at: instant)
            let wasGone = state.gone.remove(clip.key) != nil
            let lives = clip.lives(beyond: now, needed: state.limits.signedSeconds)
            var kept = clip
            // Records of one key arrive in order, but an old one must not displace what a later look has found. Unless that
            // is about to go: who stored the clip anew may have looked at the source before.
            if !wasGone, let known = state.ready.peek(id), known.sourceCheckedAt > clip.sourceCheckedAt,
                state.isServable(known, now: now)
            {
                guard known.key == clip.key, known.storedAt <= clip.storedAt else {
                    // Who waits wants to know of an object that is there, and this one is.
                    return lives && state.flights[id]?.waiters.isEmpty == false
                }
                kept.sourceCheckedAt = known.sourceCheckedAt
            }
            state.ready.insert(kept, for: id, heapBytes: id.heapBytes)
            guard lives else { return false }
            state.failures.remove(id)
            if let flight = state.flights[id] { state.arrived(flight, at: instant) }
            if let begun { state.outcomes.insert(WorkOutcome(cut: cut, took: instant - begun), for: id) }
            return true
        }
        guard isNews else { return }
        end(id, remembering: nil) { $0.answer(.ready(clip, cut: cut)) }
    }

    /// An object was found to be gone: whatever leads to it is asked for anew, until a cutter says that it lies there.
    func sawGone(_ key: ObjectKey) { state.withLock { state in _ = state.gone.insert(true, for: key) } }

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
            state.withLock { state in
                state.workload.end(id, at: instant)
                // Nobody can say any more whether the clip is there, and it can't be made again.
                if state.flights[id]?.isRecheck == true, fault.reason.fate == .permanent { state.ready.remove(id) }
            }
        }
        end(id, remembering: .clip(fault)) { $0.answer(.failed(.clip(fault))) }
        return nil
    }

    /// Ends everything that waits, as at the end of a drain.
    func endAll(with fault: ClipFault) {
        let ids = state.withLock { Array($0.flights.keys) }
        for id in ids { end(id, remembering: nil) { $0.answer(.failed(.clip(fault))) } }
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
            guard let flight = state.flights[id], flight.asked < 3,
                flight.waiters.contains(where: { $0.until > instant })
            else { return nil }
            return state.renew(id, at: instant)
        }
    }

    private func end(_ id: ClipID, remembering fault: Problem?, _ tell: (Waiter) -> Void) {
        let instant = clock()
        let (told, watching) = state.withLock { state in
            (state.end(id, remembering: fault, at: instant), state.watching(id))
        }
        // Outside the lock: an answer may lead back here.
        for waiter in told { tell(waiter) }
        for tell in watching { tell() }
    }
}
