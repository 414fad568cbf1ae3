import Domain
import Logging
import Traces

/// What the state of clips holds behind its lock, and the steps that concern several of its parts.
///
/// Nothing here calls anybody: who has to be told is returned, since an answer may lead back into the state.
struct ClipStateContents {
    private(set) var table: ClipTable
    private var failures: Failures
    private(set) var flights: Flights
    private(set) var admission: Admission
    private var rechecks: Rechecks
    private(set) var followers: Followers
    var bulk: BulkRequests
    /// Clips that were not begun since the start because there was no room for the waiter or the flight.
    private(set) var full: UInt64 = 0
    private let checks: RateBound

    /// - Parameter checks: bounds how often clients have cutters look at clips that are in the table.
    init(_ settings: ClipState.Settings, checks: RateBound, at now: ContinuousClock.Instant) {
        let flightLimit = settings.flights.limit
        table = ClipTable(settings.table, signedSeconds: settings.signedSeconds, missingLimit: flightLimit)
        failures = Failures(settings.failures)
        flights = Flights(settings.flights)
        admission = Admission(
            settings.admission, patience: settings.standardWait, workDeadline: settings.flights.workDeadline,
            limit: 4 * flightLimit, at: now)
        rechecks = Rechecks(settings.rechecks, limit: flightLimit)
        followers = Followers(settings.followers)
        bulk = BulkRequests(settings.bulk)
        self.checks = checks
    }

    // MARK: - Requests

    /// - Parameter now: seconds since 1970.
    mutating func hit(_ id: ClipID, now: Int64) -> (clip: ReadyClip, stale: Bool)? { table.hit(id, now: now) }

    /// What is said to one who asks for a clip, and what others have to be told of it.
    struct Response {
        let found: ClipState.Found
        let notice: Notice?

        init(_ found: ClipState.Found, _ notice: Notice? = nil) {
            self.found = found
            self.notice = notice
        }
    }

    /// See ``ClipState/ask(_:answer:)``.
    mutating func ask(
        _ question: ClipState.Question, at instant: ContinuousClock.Instant,
        answer: @escaping @Sendable (WaitResult) -> Void
    ) -> Response {
        let (id, wait) = (question.id, question.wait)
        let known = table.hit(id, now: question.now)
        if let known, !question.recheck || !mayRecheck(id, at: instant) {
            return Response(.ready(known.clip, stale: known.stale))
        }
        if known == nil, let problem = failures.current(id, at: instant) { return Response(.failed(problem)) }
        // Whoever only wants to be sure is better off with what is known than with a refusal.
        func instead(_ refusal: ClipState.Found) -> ClipState.Found {
            known.map { .ready($0.clip, stale: $0.stale) } ?? refusal
        }
        guard flights.takesWaiters else {
            full += 1
            return Response(instead(.full))
        }
        switch start(id, lasting: wait, permit: question.permit, at: instant) {
        case .full: return Response(instead(.full))
        case .denied(let problem): return Response(instead(.denied(problem)))
        case .late(let expected): return Response(instead(.late(expected: expected)))
        case .unmeasured: return Response(instead(.unmeasured))
        case .under(let publish, let lane):
            if publish != nil { flights.note(question.trace, of: id) }
            if known != nil { flights.markRecheck(id) }
            if question.wantsAcceptance, publish == nil, flights[id]?.accepted == true {
                return Response(.accepted(flights.stage(of: id) ?? .queued))
            }
            let number = flights.addWaiter(
                to: id, until: instant + wait, wantsAcceptance: question.wantsAcceptance, answer: answer)
            let notice = publish != nil ? Notice(followers: followers.of(id)) : nil
            if let publish, lane == .bulk { return Response(.deferred(number: number, publish: publish), notice) }
            return Response(.waiting(number: number, publish: publish), notice)
        }
    }

    /// - Parameter now: seconds since 1970.
    mutating func askInBackground(
        _ id: ClipID, now: Int64, permit: Permit, trace: TraceContext?, recheck: Bool,
        at instant: ContinuousClock.Instant
    ) -> ClipState.Background {
        let isKnown = table.hit(id, now: now) != nil
        if isKnown ? !recheck || !mayRecheck(id, at: instant) : failures.isCurrent(id, at: instant) { return .needless }
        switch start(id, lasting: .zero, permit: permit, at: instant) {
        case .under(let publish, let lane):
            if publish != nil { flights.note(trace, of: id) }
            if isKnown { flights.markRecheck(id) }
            if let publish, lane == .bulk { return .deferred(publish) }
            return .under(publish)
        case .full: return .full
        case .late(let expected): return .late(expected: expected)
        case .unmeasured: return .unmeasured
        case .denied(let problem): return .denied(problem)
        }
    }

    /// How a flight began.
    private enum Start {
        /// It is under way; what is there must be published by the lane.
        case under(ClipRequested?, Lane)
        case full
        case late(Duration)
        case unmeasured
        case denied(Problem)
    }

    /// Joins the flight of a clip, or begins one if it is admitted.
    ///
    /// The permit is asked last, so that it counts work that does begin; its lock is taken under this one's, never the
    /// other way.
    private mutating func start(
        _ id: ClipID, lasting wait: Duration, permit: Permit, at now: ContinuousClock.Instant
    ) -> Start {
        flights.dropOverdue(at: now)
        if case .under(let publish) = flights.join(id, lasting: wait, by: permit.share, at: now) {
            return .under(publish, .live)
        }
        let lane = flights.lane(for: permit.share)
        switch admission.decide(wait: wait, overtaking: lane == .live ? flights.deferred : 0, at: now) {
        case .late(let expected): return .late(expected)
        case .unmeasured: return .unmeasured
        case .admitted(let expected):
            guard !flights.isFull else {
                full += 1
                return .full
            }
            do throws(Problem) { try permit.takeMiss() } catch { return .denied(error) }
            admission.backlog.begin(id, at: now)
            failures.remove(id)
            let event = flights.begin(id, expected: expected, for: permit.share, by: lane, at: now)
            return .under(event, lane)
        }
    }

    private mutating func mayRecheck(_ id: ClipID, at now: ContinuousClock.Instant) -> Bool {
        flights.dropOverdue(at: now)
        return flights[id] != nil || rechecks.admit(id, at: now, bound: checks)
    }

    /// - Returns: nil if the waiter has been answered already.
    mutating func giveUp(
        _ id: ClipID, waiter: UInt64, at now: ContinuousClock.Instant
    ) -> (accepted: Bool, stage: Stage)? {
        guard let flight = flights.removeWaiter(waiter, of: id, at: now) else { return nil }
        return (flight.accepted, flights.stage(of: id) ?? .queued)
    }

    /// - Parameter now: seconds since 1970.
    func status(_ id: ClipID, now: Int64) -> ClipState.Known? {
        if flights[id]?.isRecheck != true, let clip = table.servable(id, now: now) {
            return .ready(clip, outcome: flights.outcome(of: id))
        }
        if let problem = failures.last(id) { return .failed(problem) }
        if bulk.holds(id), flights[id] == nil { return .under(.queued) }
        return flights.stage(of: id).map { .under($0) }
    }

    mutating func hedge(_ id: ClipID, wait: Duration, at now: ContinuousClock.Instant) -> ClipState.Hedge {
        flights.hedge(id, wait: wait, backlog: admission.backlog.expected(at: now), at: now)
    }

    mutating func hedgeDelay(wait: Duration, at now: ContinuousClock.Instant) -> Duration {
        flights.hedgeDelay(wait: wait, backlog: admission.backlog.expected(at: now))
    }

    mutating func follow(_ id: ClipID, _ notify: @escaping Followers.Notify) -> UInt64? { followers.add(id, notify) }

    mutating func unfollow(_ id: ClipID, _ number: UInt64) { followers.remove(id, number) }

    /// See ``ClipState/isGone(_:)``.
    func isGone(_ id: ClipID) -> Bool { failures.isGone(id) }

    // MARK: - The bulk lane

    /// Whether it has failed for good, lately.
    func hasFailed(_ id: ClipID, at now: ContinuousClock.Instant) -> Bool { failures.isCurrent(id, at: now) }

    /// Whether somebody here has asked for it by a request that is in a flight.
    mutating func isUnderWay(_ id: ClipID, at now: ContinuousClock.Instant) -> Bool {
        flights.dropOverdue(at: now)
        return flights[id] != nil
    }

    mutating func beginInBulk(_ id: ClipID, at now: ContinuousClock.Instant) -> ClipRequested {
        failures.remove(id)
        return bulk.begin(id, at: now)
    }

    /// Tells those who follow a clip that nobody waits for how it has failed.
    mutating func remember(_ problem: Problem, of id: ClipID, at now: ContinuousClock.Instant) -> Notice {
        failures.insert(problem, for: id, at: now)
        return Notice(followers: followers.of(id))
    }

    // MARK: - Events

    /// The broker has acknowledged the request.
    mutating func accepted(_ id: ClipID) -> Notice {
        flights.accept(id)
        return Notice(.accepted, waiters: flights.takeAcceptanceWaiters(of: id))
    }

    mutating func promote(_ id: ClipID) { flights.promote(id) }

    mutating func saw(_ stage: Stage, of id: ClipID, at now: ContinuousClock.Instant) -> Notice? {
        if flights[id] == nil, admission.backlog.endedLately(id, at: now) { return nil }
        failures.remove(id)
        admission.backlog.begin(id, at: now)
        flights.note(stage, of: id, at: now)
        return Notice(followers: followers.of(id))
    }

    /// - Parameter now: seconds since 1970.
    /// - Returns: nil if nobody has to know.
    mutating func saw(
        ready clip: ReadyClip, cut: Bool, of id: ClipID, now: Int64, at instant: ContinuousClock.Instant
    ) -> Notice? {
        bulk.end(id)
        let began = admission.backlog.end(id, at: instant)
        let insertion = table.insert(clip, for: id, now: now)
        guard table.lives(clip, now: now) else { return nil }
        switch insertion {
        case .superseded:
            // Who waits wants to know of an object that is there, and this one is.
            guard flights[id]?.waiters.isEmpty == false else { return nil }
        case .inserted:
            failures.end(id)
            if let arrival = flights.arrived(id, at: instant) {
                admission.record(took: arrival.took, expected: arrival.expected)
            }
            if let began { flights.note(WorkOutcome(cut: cut, took: instant - began), of: id) }
        }
        return end(id, failure: nil, .ready(clip, cut: cut), at: instant)
    }

    /// What is done about a failure.
    enum Reaction {
        /// Somebody here may wait longer than the work that has expired: this must be published.
        case askAgain(ClipRequested)
        case tell(Notice)
    }

    mutating func saw(
        failure fault: ClipFault, of id: ClipID, in lane: Lane, at now: ContinuousClock.Instant
    ) -> Reaction {
        // What may pass ends only the work that it ended: who waits is told of the lane that he has asked by.
        if lane == .bulk, flights[id]?.lane != .bulk, fault.reason.fate == .transient {
            return .tell(endInBulk(id, .clip(fault), at: now))
        }
        if lane == .bulk || fault.reason.fate == .permanent { bulk.end(id) }
        if fault.reason == .expired {
            if let flight = flights[id], flight.asked < 3, flight.waiters.contains(where: { $0.until > now }) {
                return .askAgain(flights.renew(id, at: now))
            }
        } else {
            admission.backlog.end(id, at: now)
            // Nobody can say any more whether the clip is there, and it can't be made again.
            if flights[id]?.isRecheck == true, fault.reason.fate == .permanent {
                table.remove(id)
                failures.insert(gone: id)
            }
        }
        return .tell(end(id, failure: .clip(fault), .failed(.clip(fault)), at: now))
    }

    mutating func lost(_ key: ObjectKey) { table.lost(key) }

    mutating func removed(_ id: ClipID) -> Notice {
        table.remove(id)
        failures.insert(gone: id)
        flights.forgetStage(of: id)
        return Notice(followers: followers.of(id))
    }

    mutating func backlogCount(at now: ContinuousClock.Instant) -> Int { admission.backlog.count(at: now) }

    /// Ends a flight.
    ///
    /// - Parameter failure: remembered, so that it can be told to those who ask by the clip's id.
    mutating func end(
        _ id: ClipID, failure: Problem?, _ result: WaitResult, at now: ContinuousClock.Instant
    ) -> Notice {
        admission.backlog.drop(id)
        if let failure { failures.insert(failure, for: id, at: now) }
        return Notice(
            result, waiters: flights.end(id, failed: failure != nil), followers: followers.of(id))
    }
}
