import Bounded
import Domain
import Synchronization

/// Everything the gateway knows of clips: which are ready, which are being made and who waits, which failed.
///
/// All of it lies behind one lock, so that looking a clip up and starting to wait for it is one step: an answer that
/// arrives between the two can't be missed.
final class ClipDesk: Sendable {
    struct Limits: Sendable {
        var tableBytes: Int
        var waiters: Int
        var flights: Int
        var rememberedFailures: Int
        var failureLifetime: Duration
        /// How long work is worth doing.
        var workDeadline: Duration
        /// URL lifetime and signing window together, in seconds: what an object must outlive to be signed.
        var signedSeconds: Int64
        /// Age of the last look at the source beyond which a hit asks again in the background, in seconds.
        var revalidateAfterSeconds: Int64
    }

    /// What `ask` found.
    enum Found {
        /// `stale`: the source should be looked at again; said to one caller only.
        case ready(ReadyClip, stale: Bool)
        case failed(ClipFault)
        /// The waiter is registered. If `publish` is there, the caller sends it and reports back by `settle`.
        case waiting(number: UInt64, publish: ClipRequested?)
        case full
    }

    private struct Remembered {
        let fault: ClipFault
        let until: ContinuousClock.Instant
    }

    private struct State {
        var ready: RecentlyUsed<ClipID, ReadyClip>
        var failures: RecentlyUsed<ClipID, Remembered>
        var stages: RecentlyUsed<ClipID, Stage>
        var flights: [ClipID: Flight] = [:]
        var waiterCount = 0
        var nextWaiter: UInt64 = 1
    }

    private let limits: Limits
    private let state: Mutex<State>

    init(limits: Limits) {
        self.limits = limits
        state = Mutex(
            State(
                ready: RecentlyUsed(limitBytes: limits.tableBytes),
                failures: RecentlyUsed(limitCount: limits.rememberedFailures),
                stages: RecentlyUsed(limitCount: limits.flights)))
    }

    // MARK: - Those who ask

    /// The clip if it is ready and will outlive a URL signed now.
    ///
    /// - Parameter now: seconds since 1970.
    func ready(_ id: ClipID, now: Int64) -> (clip: ReadyClip, stale: Bool)? {
        state.withLock { state in ready(id, now: now, in: &state) }
    }

    /// Answers at once where it can, else registers a waiter, in one step.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - wait: how long the connection is held.
    ///   - wantsAcceptance: the answer is `.accepted` as soon as the broker has the request.
    ///   - answer: called once, from any thread, unless `leave` comes first.
    func ask(
        _ id: ClipID, now: Int64, wait: Duration, wantsAcceptance: Bool,
        answer: @escaping @Sendable (Ending) -> Void
    ) -> Found {
        state.withLock { state in
            if let found = ready(id, now: now, in: &state) { return .ready(found.clip, stale: found.stale) }
            if let failure = state.failures.get(id) {
                if failure.until > .now { return .failed(failure.fault) }
                state.failures.remove(id)
            }
            guard state.waiterCount < limits.waiters else { return .full }
            let started = start(id, lasting: wait, in: &state)
            guard started.hasRoom else { return .full }
            let number = state.nextWaiter
            state.nextWaiter += 1
            state.waiterCount += 1
            state.flights[id]?.waiters.append(
                Waiter(number: number, until: .now + wait, wantsAcceptance: wantsAcceptance, answer: answer))
            return .waiting(number: number, publish: started.publish)
        }
    }

    /// Asks for a clip without waiting; nil if it is ready, has failed, is under way, or there is no room.
    func askInBackground(_ id: ClipID, now: Int64) -> ClipRequested? {
        state.withLock { state in
            if ready(id, now: now, in: &state) != nil { return nil }
            if let failure = state.failures.peek(id), failure.until > .now { return nil }
            return start(id, lasting: .zero, in: &state).publish
        }
    }

    /// The waiter's own time is up. Nil if it has been answered already.
    func giveUp(_ id: ClipID, waiter: UInt64) -> (accepted: Bool, stage: Stage)? {
        state.withLock { state in
            guard remove(waiter, of: id, in: &state), let flight = state.flights[id] else { return nil }
            return (flight.accepted, state.stages.peek(id) ?? .queued)
        }
    }

    /// The client went away.
    func leave(_ id: ClipID, waiter: UInt64) {
        state.withLock { state in _ = remove(waiter, of: id, in: &state) }
    }

    /// How far the work on a clip is; nil if nothing is known of it.
    func progress(_ id: ClipID, now: Int64) -> (stage: Stage?, clip: ReadyClip?, fault: ClipFault?)? {
        state.withLock { state in
            if let clip = state.ready.peek(id), clip.lives(beyond: now, needed: limits.signedSeconds) {
                return (nil, clip, nil)
            }
            if let failure = state.failures.peek(id) { return (.failed, nil, failure.fault) }
            guard let stage = state.stages.peek(id) else { return nil }
            return (stage, nil, nil)
        }
    }

    // MARK: - What the topics say

    /// The broker has acknowledged the request, or it never will.
    func settle(_ id: ClipID, published: Result<Void, ClipFault>) {
        switch published {
        case .success:
            let told = state.withLock { state in
                state.flights[id]?.accepted = true
                return take(from: id, in: &state, where: \.wantsAcceptance)
            }
            for waiter in told { waiter.answer(.accepted) }
        case .failure(let fault):
            end(id, remembering: nil) { $0.answer(.failed(fault)) }
        }
    }

    func saw(_ stage: Stage, of id: ClipID) {
        state.withLock { state in
            state.failures.remove(id)
            state.stages.insert(stage, for: id)
            state.flights[id]?.accepted = true
        }
    }

    /// - Parameter now: seconds since 1970.
    func saw(ready clip: ReadyClip, cut: Bool, of id: ClipID, now: Int64) {
        state.withLock { state in
            // Records of one key arrive in order, but an old one must not displace what a later look has found.
            if let known = state.ready.peek(id), known.sourceCheckedAt > clip.sourceCheckedAt { return }
            state.ready.insert(clip, for: id, heapBytes: id.heapBytes)
        }
        guard clip.lives(beyond: now, needed: limits.signedSeconds) else { return }
        state.withLock { state in _ = state.failures.remove(id) }
        end(id, remembering: nil) { $0.answer(.ready(clip, cut: cut)) }
    }

    func sawRemoval(of id: ClipID) {
        state.withLock { state in
            state.ready.remove(id)
            state.stages.remove(id)
        }
    }

    /// - Returns: what must be published again, because somebody here may wait longer than the work that has expired.
    func saw(failure fault: ClipFault, of id: ClipID) -> ClipRequested? {
        if fault.reason == .expired, let again = askAgain(id) { return again }
        end(id, remembering: fault) { $0.answer(.failed(fault)) }
        return nil
    }

    // MARK: - Figures

    struct Figures: Sendable {
        var entries: Int
        var tableBytes: Int
        var waiters: Int
        var flights: Int
    }

    var figures: Figures {
        state.withLock { state in
            Figures(
                entries: state.ready.count, tableBytes: state.ready.bytes, waiters: state.waiterCount,
                flights: state.flights.count)
        }
    }

    /// Ends everything that waits, as at the end of a drain.
    func endAll(with fault: ClipFault) {
        let ids = state.withLock { Array($0.flights.keys) }
        for id in ids { end(id, remembering: nil) { $0.answer(.failed(fault)) } }
    }

    // MARK: - Inside the lock

    private func ready(_ id: ClipID, now: Int64, in state: inout State) -> (clip: ReadyClip, stale: Bool)? {
        guard var clip = state.ready.get(id), clip.lives(beyond: now, needed: limits.signedSeconds) else { return nil }
        let stale = now - Int64(clip.sourceCheckedAt) > limits.revalidateAfterSeconds
        if stale {
            // Pushed on by a tenth, so that one caller asks again and not each hit until the answer is there.
            clip.sourceCheckedAt = UInt32(
                clamping: now - limits.revalidateAfterSeconds + limits.revalidateAfterSeconds / 10)
            state.ready.insert(clip, for: id, heapBytes: id.heapBytes)
        }
        return (clip, stale)
    }

    private func start(
        _ id: ClipID, lasting wait: Duration, in state: inout State
    ) -> (hasRoom: Bool, publish: ClipRequested?) {
        if let flight = state.flights[id] {
            let left = flight.deadline.left
            if left > .zero, left >= wait { return (true, nil) }
            state.flights[id]?.deadline = .after(limits.workDeadline)
            state.flights[id]?.asked += 1
            return (true, ClipRequested(clipID: id, budget: limits.workDeadline))
        }
        if state.flights.count >= limits.flights {
            for (id, flight) in state.flights where flight.waiters.isEmpty && flight.deadline.hasPassed {
                state.flights[id] = nil
            }
            guard state.flights.count < limits.flights else { return (false, nil) }
        }
        state.flights[id] = Flight(deadline: .after(limits.workDeadline))
        state.failures.remove(id)
        state.stages.insert(.queued, for: id)
        return (true, ClipRequested(clipID: id, budget: limits.workDeadline))
    }

    private func askAgain(_ id: ClipID) -> ClipRequested? {
        state.withLock { state in
            guard let flight = state.flights[id], flight.asked < 3, flight.waiters.contains(where: { $0.until > .now })
            else { return nil }
            state.flights[id]?.deadline = .after(limits.workDeadline)
            state.flights[id]?.asked += 1
            return ClipRequested(clipID: id, budget: limits.workDeadline)
        }
    }

    private func remove(_ waiter: UInt64, of id: ClipID, in state: inout State) -> Bool {
        guard let index = state.flights[id]?.waiters.firstIndex(where: { $0.number == waiter }) else { return false }
        state.flights[id]?.waiters.remove(at: index)
        state.waiterCount -= 1
        return true
    }

    private func take(from id: ClipID, in state: inout State, where chosen: (Waiter) -> Bool) -> [Waiter] {
        guard let waiters = state.flights[id]?.waiters else { return [] }
        let taken = waiters.filter(chosen)
        state.flights[id]?.waiters.removeAll(where: chosen)
        state.waiterCount -= taken.count
        return taken
    }

    private func end(_ id: ClipID, remembering fault: ClipFault?, _ tell: (Waiter) -> Void) {
        let told = state.withLock { state in
            if let fault {
                state.stages.insert(.failed, for: id)
                state.failures.insert(
                    Remembered(
                        fault: fault, until: fault.reason.fate == .permanent ? .now + limits.failureLifetime : .now),
                    for: id)
            } else {
                state.stages.remove(id)
            }
            let waiters = take(from: id, in: &state) { _ in true }
            state.flights[id] = nil
            return waiters
        }
        // Outside the lock: an answer may lead back here.
        for waiter in told { tell(waiter) }
    }
}

extension ClipID {
    /// What the id holds beside its own size: only a long guid lies on the heap.
    fileprivate var heapBytes: Int {
        if case .guid(let guid) = episode { Bounded.heapBytes(of: guid) } else { 0 }
    }
}
