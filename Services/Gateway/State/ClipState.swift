import Domain
import Logging
import Synchronization
import Traces

/// Everything the gateway knows of clips: which are ready, which are being made and who waits, which failed.
///
/// All of it lies behind one lock, so that looking a clip up and starting to wait for it is one step: an answer that
/// arrives between the two can't be missed. Whoever has to be told something is called after the lock is released.
final class ClipState: Sendable {
    struct Settings: Sendable {
        /// URL lifetime and signing window together, in seconds: what an object must outlive to be signed.
        var signedSeconds: Int64
        /// How long one waits who does not say.
        var standardWait: Duration
        var table = ClipTable.Settings()
        var failures = Failures.Settings()
        var flights = Flights.Settings()
        var admission = Admission.Settings()
        var rechecks = Rechecks.Settings()
        var followers = Followers.Settings()
        var bulk = BulkRequests.Settings()
    }

    private let contents: Mutex<ClipStateContents>
    private let clock: @Sendable () -> ContinuousClock.Instant

    /// - Parameters:
    ///   - checks: bounds how often clients have cutters look at clips that are in the table.
    ///   - clock: by which everything is timed.
    init(
        _ settings: Settings, checks: RateBound = RateBound(perMinute: 600),
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.clock = clock
        contents = Mutex(ClipStateContents(settings, checks: checks, at: clock()))
    }

    // MARK: - Asking

    /// The clip if it is ready and will outlive a URL signed now.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Returns: `stale`: the source should be looked at again; said to one caller only.
    func ready(_ id: ClipID, now: Int64) -> (clip: ReadyClip, stale: Bool)? {
        contents.withLock { $0.hit(id, now: now) }
    }

    /// The same without counting as a use.
    func servable(_ id: ClipID, now: Int64) -> ReadyClip? {
        contents.withLock { $0.table.servable(id, now: now) }
    }

    /// A request for a clip.
    struct Question {
        let id: ClipID
        /// Seconds since 1970.
        let now: Int64
        /// How long the connection is held.
        let wait: Duration
        /// The answer is `.accepted` as soon as the broker has the request.
        var wantsAcceptance = false
        /// A cutter is to look whether the clip is still there, and to make it again if not. Where one was asked to lately,
        /// or there is no room for it, the table's word stands.
        var recheck = false
        /// Asked if work would begin now.
        var permit = Permit.free
        /// Of the request.
        var trace: TraceContext?
    }

    /// What `ask` found.
    enum Found {
        /// `stale`: the source should be looked at again; said to one caller only.
        case ready(ReadyClip, stale: Bool)
        case failed(Problem)
        /// The waiter is registered. If `publish` is there, the caller sends it and reports back by `settle`.
        case waiting(number: UInt64, publish: ClipRequested?)
        /// The same, but it goes by the bulk lane: whoever asks has much under way.
        case deferred(number: UInt64, publish: ClipRequested)
        case full
        /// It could not be ready in time.
        case late(expected: Duration)
        /// As many clips are being made as may be while nobody knows how long they take.
        case unmeasured
        /// Whoever asks may have no work begun now.
        case denied(Problem)
        /// The broker has had the request already: said at once to those who want to know just that.
        case accepted(Stage)
    }

    /// Answers at once where it can, else registers a waiter, in one step.
    ///
    /// Only what would begin new work can be refused: who joins work that is under way costs none.
    ///
    /// - Parameter answer: called once, from any thread, unless `leave` comes first.
    func ask(_ question: Question, answer: @escaping @Sendable (WaitResult) -> Void) -> Found {
        let instant = clock()
        let response = contents.withLock { $0.ask(question, at: instant, answer: answer) }
        response.notice?.send()
        return response.found
    }

    /// What `askInBackground` came to.
    enum Background {
        /// It is being made; what is there must be published.
        case under(ClipRequested?)
        /// The same, but it goes by the bulk lane: whoever asks has much under way.
        case deferred(ClipRequested)
        /// It is ready, or has failed for good.
        case needless
        case full
        case late(expected: Duration)
        case unmeasured
        case denied(Problem)
    }

    /// Asks for a clip without waiting.
    ///
    /// - Parameters:
    ///   - permit: asked if work would begin now.
    ///   - trace: of the request.
    ///   - recheck: as in a ``Question``.
    func askInBackground(
        _ id: ClipID, now: Int64, permit: Permit = .free, trace: TraceContext? = nil, recheck: Bool = false
    ) -> Background {
        let instant = clock()
        return contents.withLock {
            $0.askInBackground(id, now: now, permit: permit, trace: trace, recheck: recheck, at: instant)
        }
    }

    /// Asks for a clip by the bulk lane: it is made while live work leaves room, and nobody waits for it.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - permit: asked if work would begin now.
    func askInBulk(_ id: ClipID, now: Int64, permit: Permit = .free) -> Bulk {
        let instant = clock()
        return contents.withLock { $0.askInBulk(id, now: now, permit: permit, at: instant) }
    }

    /// Of the request that has begun the work on a clip, as long as it is under way here.
    func trace(of id: ClipID) -> TraceContext? { contents.withLock { $0.flights[id]?.trace } }

    /// The waiter's own time is up. Nil if it has been answered already.
    func giveUp(_ id: ClipID, waiter: UInt64) -> (accepted: Bool, stage: Stage)? {
        let instant = clock()
        return contents.withLock { $0.giveUp(id, waiter: waiter, at: instant) }
    }

    /// The client went away.
    func leave(_ id: ClipID, waiter: UInt64) { _ = giveUp(id, waiter: waiter) }

    /// What is known of the work on a clip.
    enum Known {
        /// `outcome`: of the work that made it ready, if this gateway was notified of it lately.
        case ready(ReadyClip, outcome: WorkOutcome?)
        case failed(Problem)
        case under(Stage)
    }

    /// How far the work on a clip is; nil if nothing is known of it.
    ///
    /// - Parameter now: seconds since 1970.
    func status(_ id: ClipID, now: Int64) -> Known? { contents.withLock { $0.status(id, now: now) } }

    /// Whether a clip was ready and was taken down, or can't be made again, as far as this gateway has heard.
    func isGone(_ id: ClipID) -> Bool { contents.withLock { $0.isGone(id) } }

    /// Has `notify` called, from any thread, whenever the clip's status may have changed; nil if too many follow clips.
    func follow(_ id: ClipID, _ notify: @escaping Followers.Notify) -> UInt64? {
        contents.withLock { $0.follow(id, notify) }
    }

    func unfollow(_ id: ClipID, _ number: UInt64) { contents.withLock { $0.unfollow(id, number) } }

    // MARK: - A lost answer

    enum Hedge {
        /// This has to be published; nobody is told if that fails.
        case ask(ClipRequested)
        /// There was an event about it meanwhile.
        case later(Duration)
        case needless
    }

    /// How long a waiter waits before it calls `hedge`.
    func hedgeDelay(wait: Duration) -> Duration {
        let instant = clock()
        return contents.withLock { $0.hedgeDelay(wait: wait, at: instant) }
    }

    /// Asks a second time for a clip of which nothing has been heard for too long: once in a flight.
    func hedge(_ id: ClipID, wait: Duration) -> Hedge {
        let instant = clock()
        return contents.withLock { $0.hedge(id, wait: wait, at: instant) }
    }

    // MARK: - What the broker and the topics say

    /// The broker has acknowledged the request, or it never will.
    func settle(_ id: ClipID, published: Result<Void, Problem>) {
        let instant = clock()
        let notice = contents.withLock { contents in
            switch published {
            case .success: contents.accepted(id)
            // Remembered for those who follow the request; who asks again asks anew.
            case .failure(let problem): contents.end(id, failure: problem, .failed(problem), at: instant)
            }
        }
        notice.send()
    }

    /// The bulk lane did not take a deferred clip's request: it goes by the live one.
    func promote(_ id: ClipID) { contents.withLock { $0.promote(id) } }

    /// The broker has not taken a request that `askInBulk` gave out.
    func bulkRefused(_ id: ClipID, _ problem: Problem) {
        let instant = clock()
        contents.withLock { $0.bulkRefused(id, problem, at: instant) }.send()
    }

    /// An event tells how far the work on a clip is.
    func saw(_ stage: Stage, of id: ClipID) {
        let instant = clock()
        let notice = contents.withLock { $0.saw(stage, of: id, at: instant) }
        notice?.send()
    }

    /// - Parameter now: seconds since 1970.
    func saw(ready clip: ReadyClip, cut: Bool, of id: ClipID, now: Int64) {
        let instant = clock()
        let notice = contents.withLock { $0.saw(ready: clip, cut: cut, of: id, now: now, at: instant) }
        notice?.send()
    }

    /// - Returns: what must be published again, because somebody here may wait longer than the work that has expired.
    func saw(failure fault: ClipFault, of id: ClipID, in lane: Lane = .live) -> ClipRequested? {
        let instant = clock()
        switch contents.withLock({ $0.saw(failure: fault, of: id, in: lane, at: instant) }) {
        case .askAgain(let event): return event
        case .tell(let notice):
            notice.send()
            return nil
        }
    }

    func sawRemoval(of id: ClipID) {
        contents.withLock { $0.removed(id) }.send()
    }

    /// An object was found to be gone: whatever leads to it is asked for anew, until a cutter says that it is there.
    func sawGone(_ key: ObjectKey) { contents.withLock { $0.lost(key) } }

    /// Ends everything that waits, as at the end of a drain.
    func endAll(with fault: ClipFault) {
        let instant = clock()
        for id in contents.withLock({ $0.flights.ids }) {
            contents.withLock { $0.end(id, failure: nil, .failed(.clip(fault)), at: instant) }.send()
        }
    }

    // MARK: - Figures

    var figures: Figures {
        let instant = clock()
        return contents.withLock { $0.figures(at: instant) }
    }
}
