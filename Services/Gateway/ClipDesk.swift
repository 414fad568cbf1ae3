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
        /// How long one waits who does not say.
        var standardWait = Duration.seconds(30)
        /// Clips ahead from which on the rate is measured, and what would come too late is refused.
        var busyFrom = 32
        /// When a clip is asked for once more before it is known how long clips take, and never before.
        var hedgeDefault = Duration.seconds(10)
        var hedgeLeast = Duration.seconds(2)
        /// Connections that follow a clip's status.
        var watchers = 1000
    }

    /// What `ask` found.
    enum Found {
        /// `stale`: the source should be looked at again; said to one caller only.
        case ready(ReadyClip, stale: Bool)
        case failed(ClipFault)
        /// The waiter is registered. If `publish` is there, the caller sends it and reports back by `settle`.
        case waiting(number: UInt64, publish: ClipRequested?)
        case full
        /// It could not be ready in time.
        case late(expected: Duration)
    }

    let state: Mutex<DeskState>
    let clock: @Sendable () -> ContinuousClock.Instant

    /// - Parameter clock: by which everything is timed.
    init(limits: Limits, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.clock = clock
        state = Mutex(DeskState(limits, at: clock()))
    }

    /// The clip if it is ready and will outlive a URL signed now.
    ///
    /// - Parameter now: seconds since 1970.
    func ready(_ id: ClipID, now: Int64) -> (clip: ReadyClip, stale: Bool)? {
        state.withLock { $0.readyClip(id, now: now) }
    }

    /// Answers at once where it can, else registers a waiter, in one step.
    ///
    /// Only what would begin new work can be refused: who joins work that is under way costs none.
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
        let instant = clock()
        let (found, watching) = state.withLock { state -> (Found, [@Sendable () -> Void]) in
            if let found = state.readyClip(id, now: now) { return (.ready(found.clip, stale: found.stale), []) }
            if let failure = state.failures.get(id) {
                if failure.until > instant { return (.failed(failure.fault), []) }
                state.failures.remove(id)
            }
            guard state.waiterCount < state.limits.waiters else { return (.full, []) }
            switch state.start(id, lasting: wait, at: instant) {
            case .full: return (.full, [])
            case .late(let expected): return (.late(expected: expected), [])
            case .under(let publish):
                let number = state.number()
                state.waiterCount += 1
                state.flights[id]?.waiters.append(
                    Waiter(number: number, until: instant + wait, wantsAcceptance: wantsAcceptance, answer: answer))
                return (.waiting(number: number, publish: publish), publish == nil ? [] : state.watching(id))
            }
        }
        for tell in watching { tell() }
        return found
    }

    /// Asks for a clip without waiting; nil if it is ready, has failed, is under way, or there is no room.
    func askInBackground(_ id: ClipID, now: Int64) -> ClipRequested? {
        let instant = clock()
        return state.withLock { state in
            if state.readyClip(id, now: now) != nil { return nil }
            if let failure = state.failures.peek(id), failure.until > instant { return nil }
            guard case .under(let publish) = state.start(id, lasting: .zero, at: instant) else { return nil }
            return publish
        }
    }

    /// The waiter's own time is up. Nil if it has been answered already.
    func giveUp(_ id: ClipID, waiter: UInt64) -> (accepted: Bool, stage: Stage)? {
        state.withLock { state in
            guard state.remove(waiter, of: id), let flight = state.flights[id] else { return nil }
            return (flight.accepted, state.stages.peek(id) ?? .queued)
        }
    }

    /// The client went away.
    func leave(_ id: ClipID, waiter: UInt64) {
        state.withLock { state in _ = state.remove(waiter, of: id) }
    }

    /// How far the work on a clip is; nil if nothing is known of it.
    func progress(_ id: ClipID, now: Int64) -> (stage: Stage?, clip: ReadyClip?, fault: ClipFault?)? {
        state.withLock { state in
            if let clip = state.ready.peek(id), clip.lives(beyond: now, needed: state.limits.signedSeconds) {
                return (nil, clip, nil)
            }
            if let failure = state.failures.peek(id) { return (.failed, nil, failure.fault) }
            guard let stage = state.stages.peek(id) else { return nil }
            return (stage, nil, nil)
        }
    }

    // MARK: - A lost answer

    enum Hedge {
        /// This has to be published; nobody is told if that fails.
        case ask(ClipRequested)
        /// Something was heard of it meanwhile.
        case later(Duration)
        case needless
    }

    /// How long a waiter waits before it calls `hedge`.
    func hedgeDelay(wait: Duration) -> Duration {
        let instant = clock()
        return state.withLock { $0.hedgeDelay(wait: wait, at: instant) }
    }

    /// Asks once more for a clip of which nothing has been heard for too long: once in a flight.
    func hedge(_ id: ClipID, wait: Duration) -> Hedge {
        let instant = clock()
        return state.withLock { state in
            guard let flight = state.flights[id], !flight.isHedged, !flight.waiters.isEmpty else { return .needless }
            let due = flight.lastSign + state.hedgeDelay(wait: wait, at: instant)
            if due > instant { return .later(due - instant) }
            let left = flight.deadline - instant
            // What the broker does not have yet is not lost, and what is past its deadline is asked for anew.
            guard flight.accepted, left > .zero else { return .later(state.limits.hedgeLeast) }
            state.flights[id]?.isHedged = true
            state.hedged += 1
            return .ask(ClipRequested(clipID: id, budget: left))
        }
    }

    // MARK: - Figures

    struct Figures: Sendable {
        var entries: Int
        var tableBytes: Int
        var waiters: Int
        var flights: Int
        var watchers: Int
        /// Clips being made, here and for other gateways.
        var ahead: Int
        /// Requests refused since the start because their clip could not have been ready in time.
        var refused: UInt64
        /// Clips asked for once more since the start because no answer came.
        var hedged: UInt64
    }

    var figures: Figures {
        let instant = clock()
        return state.withLock { state in
            Figures(
                entries: state.ready.count, tableBytes: state.ready.bytes, waiters: state.waiterCount,
                flights: state.flights.count, watchers: state.watcherCount, ahead: state.workload.ahead(at: instant),
                refused: state.refused, hedged: state.hedged)
        }
    }
}
