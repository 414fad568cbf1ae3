import Bounded
import Domain
import Settings
import Traces

/// The clips that are being made, and who waits here for each: everybody who asks for one clip joins one flight.
struct Flights {
    struct Settings: Sendable {
        var limit = 10_000
        /// Requests held at once.
        var waiters = 2000
        /// How long the work on a clip is worth doing.
        var workDeadline = Duration.seconds(120)
        /// How long there may be no event about a clip before it is asked for a second time, until clips have been made here.
        var hedgeAfter = Duration.seconds(10)
        /// The shortest such time.
        var hedgeLeast = Duration.seconds(2)
        /// Clips of one tenant in the live lane at once.
        var liveOfTenant = 4
    }

    let settings: Settings
    private var flights: [ClipID: Flight] = [:]
    private var deadlines = DeadlineQueue()
    private var shares: FairShare
    /// How far the work on clips is, whoever asked for it.
    private var stages: RecentlyUsed<ClipID, Stage>
    /// How work that ended lately went, whoever asked for it.
    private var outcomes: RecentlyUsed<ClipID, WorkOutcome>
    /// How long clips took from the first request to the answer: what tells a lost answer from a slow one.
    private var times = RollingPercentile<Duration>(percent: 99)
    private var lastNumber: UInt64 = 0
    private(set) var waiterCount = 0
    /// Clips that were asked for a second time since the start because no answer came.
    private(set) var hedged: UInt64 = 0

    init(_ settings: Settings) {
        self.settings = settings
        shares = FairShare(limit: settings.liveOfTenant)
        stages = RecentlyUsed(limitCount: settings.limit)
        outcomes = RecentlyUsed(limitCount: settings.limit)
    }

    var count: Int { flights.count }
    /// Clips that whatever is live overtakes.
    var deferred: Int { shares.deferred }
    var isFull: Bool { flights.count >= settings.limit }
    var takesWaiters: Bool { waiterCount < settings.waiters }
    var ids: [ClipID] { Array(flights.keys) }

    subscript(id: ClipID) -> Flight? { flights[id] }

    func stage(of id: ClipID) -> Stage? { stages.peek(id) }
    /// By which lane the next clip of a share goes.
    func lane(for share: Share?) -> Lane { shares.lane(for: share) }
    func outcome(of id: ClipID) -> WorkOutcome? { outcomes.peek(id) }

    // MARK: - Beginning and ending

    /// How a request found its clip's flight.
    enum Joined {
        /// What is there must be published by the live lane: the work that was asked for ends before the request does, or
        /// was deferred for a tenant with much under way, and this one has little.
        case under(ClipRequested?)
        case none
    }

    /// - Parameters:
    ///   - wait: how long somebody here will wait.
    ///   - share: of who joins.
    mutating func join(
        _ id: ClipID, lasting wait: Duration, by share: Share? = nil, at now: ContinuousClock.Instant
    ) -> Joined {
        guard let flight = flights[id] else { return .none }
        if flight.lane == .bulk, shares.lane(for: share) == .live {
            promote(id, for: share)
            return .under(renew(id, at: now))
        }
        let left = flight.deadline - now
        return .under(left > .zero && left >= wait ? nil : renew(id, at: now))
    }

    /// - Parameters:
    ///   - expected: how long it should take; nil if the backlog is short.
    ///   - lane: see ``lane(for:)``.
    /// - Returns: what must be published by that lane.
    mutating func begin(
        _ id: ClipID, expected: Duration?, for share: Share? = nil, by lane: Lane = .live,
        at now: ContinuousClock.Instant
    ) -> ClipRequested {
        remove(id)
        flights[id] = Flight(
            at: now, deadline: now + settings.workDeadline, expected: expected, of: share, by: lane)
        shares.begin(share, by: lane)
        noteDeadline(of: id)
        stages.insert(.queued, for: id)
        return ClipRequested(clipID: id, budget: settings.workDeadline)
    }

    /// A deferred clip goes by the live lane from now on, whether there is room in the tenant's share or not.
    mutating func promote(_ id: ClipID, for share: Share? = nil) {
        guard let flight = flights[id], flight.lane == .bulk else { return }
        shares.end(flight.share, by: .bulk)
        flights[id]?.lane = .live
        flights[id]?.share = share ?? flight.share
        shares.begin(share ?? flight.share, by: .live)
    }

    private mutating func remove(_ id: ClipID) {
        guard let flight = flights.removeValue(forKey: id) else { return }
        shares.end(flight.share, by: flight.lane)
    }

    /// Has a flight's clip asked for anew, by the live lane.
    mutating func renew(_ id: ClipID, at now: ContinuousClock.Instant) -> ClipRequested {
        promote(id)
        flights[id]?.renew(until: now + settings.workDeadline, at: now)
        noteDeadline(of: id)
        return ClipRequested(clipID: id, budget: settings.workDeadline)
    }

    /// - Parameter failed: whether there will be no clip from this work.
    /// - Returns: those who waited.
    mutating func end(_ id: ClipID, failed: Bool) -> [Waiter] {
        if failed {
            stages.insert(.failed, for: id)
        } else {
            stages.remove(id)
        }
        if flights.isEmpty { return [] }
        let waiters = take(from: id) { _ in true }
        remove(id)
        return waiters
    }

    /// Forgets the flights that nobody waits for and whose work has passed its deadline.
    ///
    /// - Returns: how many entries it had to look at.
    @discardableResult
    mutating func dropOverdue(at now: ContinuousClock.Instant) -> Int {
        var looked = 0
        while let passed = deadlines.popPassed(at: now) {
            looked += 1
            guard let flight = flights[passed.id], flight.deadline == passed.deadline else { continue }
            dropIfOver(passed.id, flight, at: now)
        }
        return looked
    }

    private mutating func dropIfOver(_ id: ClipID, _ flight: Flight, at now: ContinuousClock.Instant) {
        if flight.waiters.isEmpty, flight.deadline <= now { remove(id) }
    }

    private mutating func noteDeadline(of id: ClipID) {
        guard let deadline = flights[id]?.deadline else { return }
        deadlines.append(id, deadline: deadline)
        deadlines.compact(live: flights.count) { [flights] in flights[$0.id]?.deadline == $0.deadline }
    }

    /// What the request hands on that has the clip made.
    mutating func note(_ trace: TraceContext?, of id: ClipID) { flights[id]?.trace = trace }

    // MARK: - Events

    /// The broker has acknowledged the request.
    mutating func accept(_ id: ClipID) { flights[id]?.accepted = true }

    /// An event tells how far the work on a clip is.
    mutating func note(_ stage: Stage, of id: ClipID, at now: ContinuousClock.Instant) {
        stages.insert(stage, for: id)
        flights[id]?.accepted = true
        flights[id]?.lastSign = now
    }

    /// A clip is ready that may have been waited for here.
    ///
    /// - Returns: how long it took and should have taken; nil if the backlog was short or nobody asked here.
    mutating func arrived(_ id: ClipID, at now: ContinuousClock.Instant) -> (took: Duration, expected: Duration)? {
        guard !flights.isEmpty, let flight = flights[id] else { return nil }
        let took = now - flight.began
        times.record(took)
        return flight.expected.map { (took, $0) }
    }

    mutating func note(_ outcome: WorkOutcome, of id: ClipID) { outcomes.insert(outcome, for: id) }

    /// The clip is in the table all the same: a client wants to know whether it is still in the bucket.
    mutating func markRecheck(_ id: ClipID) { flights[id]?.isRecheck = true }

    mutating func forgetStage(of id: ClipID) { stages.remove(id) }

    // MARK: - Waiters

    mutating func addWaiter(
        to id: ClipID, until: ContinuousClock.Instant, wantsAcceptance: Bool,
        answer: @escaping @Sendable (WaitResult) -> Void
    ) -> UInt64 {
        lastNumber += 1
        waiterCount += 1
        flights[id]?.waiters.append(
            Waiter(number: lastNumber, until: until, wantsAcceptance: wantsAcceptance, answer: answer))
        return lastNumber
    }

    /// - Returns: the flight as it was left; nil if the waiter was not there any more.
    mutating func removeWaiter(_ number: UInt64, of id: ClipID, at now: ContinuousClock.Instant) -> Flight? {
        guard let index = flights[id]?.waiters.firstIndex(where: { $0.number == number }) else { return nil }
        flights[id]?.waiters.remove(at: index)
        waiterCount -= 1
        guard let flight = flights[id] else { return nil }
        dropIfOver(id, flight, at: now)
        return flight
    }

    /// Takes out those who wait to know that the broker has the request.
    mutating func takeAcceptanceWaiters(of id: ClipID) -> [Waiter] { take(from: id, where: \.wantsAcceptance) }

    private mutating func take(from id: ClipID, where chosen: (Waiter) -> Bool) -> [Waiter] {
        guard let waiters = flights[id]?.waiters else { return [] }
        let taken = waiters.filter(chosen)
        flights[id]?.waiters.removeAll(where: chosen)
        waiterCount -= taken.count
        return taken
    }

    // MARK: - A lost answer

    /// How long there may be no event about a clip before it is asked for a second time: three times what nearly all clips take,
    /// but not before the backlog can be done.
    ///
    /// - Parameter backlog: how long the work ahead takes; nil if it is short.
    func hedgeDelay(wait: Duration, backlog: Duration?) -> Duration {
        let usual = times.mark.map { $0 * 3 } ?? settings.hedgeAfter
        return max(max(min(usual, wait / 2), settings.hedgeLeast), backlog ?? .zero)
    }

    /// Asks a second time for a clip of which nothing has been heard for too long: once in a flight.
    mutating func hedge(
        _ id: ClipID, wait: Duration, backlog: Duration?, at now: ContinuousClock.Instant
    ) -> ClipState.Hedge {
        // Of a deferred clip there is no event before its last, so silence says nothing.
        guard let flight = flights[id], flight.lane == .live, !flight.isHedged, !flight.waiters.isEmpty else {
            return .needless
        }
        let due = flight.lastSign + hedgeDelay(wait: wait, backlog: backlog)
        if due > now { return .later(due - now) }
        let left = flight.deadline - now
        // What the broker does not have yet is not lost, and what is past its deadline is asked for anew.
        guard flight.accepted, left > .zero else { return .later(settings.hedgeLeast) }
        flights[id]?.isHedged = true
        hedged += 1
        return .ask(ClipRequested(clipID: id, budget: left))
    }
}

extension Flights.Settings {
    init(from read: inout SettingsReader) {
        waiters = read.int("GATEWAY_MAX_WAITERS", default: waiters, in: 1...1_000_000, "requests held at once")
        limit = read.int(
            "GATEWAY_MAX_FLIGHTS", default: limit, in: 1...1_000_000,
            "clips being made that the gateway keeps track of")
        workDeadline = read.duration(
            "WORK_DEADLINE", default: workDeadline, in: .seconds(1)...(.seconds(3000)),
            "how long the work on a clip is worth doing, however short a client waits")
        liveOfTenant = read.int(
            "GATEWAY_TENANT_CLIPS", default: liveOfTenant, in: 1...1_000_000,
            "clips of one key or address that are made in turn with others' at once; further ones are made while those leave room"
        )
        hedgeAfter = read.duration(
            "GATEWAY_HEDGE_AFTER", default: hedgeAfter, in: hedgeLeast...(.seconds(600)),
            "if no event about a clip that a client waits for arrives within this time, the clip is requested a second time; once the gateway has seen clips being made, three times the 99th percentile of how long they took is used instead"
        )
    }
}
