import Domain
import Logging
import Synchronization

/// Everything the gateway knows of clips: which are ready, which are being made and who waits, which failed.
///
/// All of it lies behind one lock, so that looking a clip up and starting to wait for it is one step: an answer that
/// arrives between the two can't be missed.
final class ClipState: Sendable {
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
        /// Clips that are taken on while nobody knows yet how fast they are made.
        var unmeasured = 256
        /// Between two looks at one clip that clients ask for.
        var recheckInterval = Duration.seconds(10)
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
        case failed(Problem)
        /// The waiter is registered. If `publish` is there, the caller sends it and reports back by `settle`.
        case waiting(number: UInt64, publish: ClipRequested?)
        case full
        /// It could not be ready in time.
        case late(expected: Duration)
        /// As many clips are being made as may be while nobody knows how long they take.
        case unmeasured
        /// The broker has had the request already: said at once to those who want to know just that.
        case accepted(Stage)
    }

    let state: Mutex<ClipStateContents>
    let clock: @Sendable () -> ContinuousClock.Instant
    private let looks: RateBound

    /// - Parameters:
    ///   - looks: bounds how often clients have cutters look at clips that are in the table.
    ///   - clock: by which everything is timed.
    init(
        limits: Limits, looks: RateBound = RateBound(perMinute: 600),
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.clock = clock
        self.looks = looks
        state = Mutex(ClipStateContents(limits, at: clock()))
    }

    /// The clip if it is ready and will outlive a URL signed now.
    ///
    /// - Parameter now: seconds since 1970.
    func ready(_ id: ClipID, now: Int64) -> (clip: ReadyClip, stale: Bool)? {
        state.withLock { $0.readyClip(id, now: now) }
    }

    /// Responses at once where it can, else registers a waiter, in one step.
    ///
    /// Only what would begin new work can be refused: who joins work that is under way costs none.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - wait: how long the connection is held.
    ///   - wantsAcceptance: the answer is `.accepted` as soon as the broker has the request.
    ///   - recheck: a cutter is to look whether the clip is still there, and to make it again if not. Where one was
    ///     asked to lately, or there is no room for it, the table's word stands.
    ///   - answer: called once, from any thread, unless `leave` comes first.
    func ask(
        _ id: ClipID, now: Int64, wait: Duration, wantsAcceptance: Bool, recheck: Bool = false,
        answer: @escaping @Sendable (Ending) -> Void
    ) -> Found {
        let instant = clock()
        let (found, watching) = state.withLock { state -> (Found, [@Sendable () -> Void]) in
            let known = state.readyClip(id, now: now)
            if let known, !recheck || !state.mayRecheck(id, at: instant, bound: looks) {
                return (.ready(known.clip, stale: known.stale), [])
            }
            if known == nil, let failure = state.failures.get(id) {
                if failure.until > instant { return (.failed(failure.fault), []) }
                state.failures.remove(id)
            }
            // Whoever only wants to be sure is better off with what is known than with a refusal.
            func instead(_ refusal: Found) -> Found { known.map { .ready($0.clip, stale: $0.stale) } ?? refusal }
            guard state.waiterCount < state.limits.waiters else { return (instead(.full), []) }
            switch state.start(id, lasting: wait, at: instant) {
            case .full: return (instead(.full), [])
            case .late(let expected): return (instead(.late(expected: expected)), [])
            case .unmeasured: return (instead(.unmeasured), [])
            case .under(let publish):
                if known != nil { state.flights[id]?.isRecheck = true }
                if wantsAcceptance, publish == nil, state.flights[id]?.accepted == true {
                    return (.accepted(state.stages.peek(id) ?? .queued), [])
                }
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

    /// What `askInBackground` came to.
    enum Background {
        /// It is being made; what is there must be published.
        case under(ClipRequested?)
        /// It is ready, or has failed for good.
        case needless
        case full
        case late(expected: Duration)
        case unmeasured
    }

    /// Asks for a clip without waiting.
    func askInBackground(_ id: ClipID, now: Int64) -> Background {
        let instant = clock()
        return state.withLock { state in
            if state.readyClip(id, now: now) != nil { return .needless }
            if let failure = state.failures.peek(id), failure.until > instant { return .needless }
            return switch state.start(id, lasting: .zero, at: instant) {
            case .under(let publish): .under(publish)
            case .full: .full
            case .late(let expected): .late(expected: expected)
            case .unmeasured: .unmeasured
            }
        }
    }

    /// The waiter's own time is up. Nil if it has been answered already.
    func giveUp(_ id: ClipID, waiter: UInt64) -> (accepted: Bool, stage: Stage)? {
        let instant = clock()
        return state.withLock { state in
            guard let flight = state.remove(waiter, of: id, at: instant) else { return nil }
            return (flight.accepted, state.stages.peek(id) ?? .queued)
        }
    }

    /// The client went away.
    func leave(_ id: ClipID, waiter: UInt64) {
        let instant = clock()
        state.withLock { state in _ = state.remove(waiter, of: id, at: instant) }
    }

    /// What is known of the work on a clip.
    enum Known {
        /// `outcome`: of the work that made it ready, if this gateway heard of it lately.
        case ready(ReadyClip, outcome: WorkOutcome?)
        case failed(Problem)
        case under(Stage)
    }

    /// How far the work on a clip is; nil if nothing is known of it.
    func progress(_ id: ClipID, now: Int64) -> Known? {
        state.withLock { state in
            let isRechecked = state.flights[id]?.isRecheck == true
            if !isRechecked, let clip = state.ready.peek(id), state.isServable(clip, now: now) {
                return .ready(clip, outcome: state.outcomes.peek(id))
            }
            if let failure = state.failures.peek(id) { return .failed(failure.fault) }
            return state.stages.peek(id).map { .under($0) }
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
