import Bounded
import Domain
import Logging

/// What the state of clips holds behind its lock, and the steps that are taken inside it.
struct ClipStateContents {
    struct Remembered {
        let fault: Problem
        let until: ContinuousClock.Instant
    }

    let limits: ClipState.Limits
    var ready: RecentlyUsed<ClipID, ReadyClip>
    var failures: RecentlyUsed<ClipID, Remembered>
    var stages: RecentlyUsed<ClipID, Stage>
    var flights: [ClipID: Flight] = [:]
    private var deadlines = DeadlineQueue()
    /// Objects that were seen to be gone: no entry of the table that names one is a hit, until a cutter says that the object
    /// lies there.
    var gone: RecentlyUsed<ObjectKey, Bool>
    /// When clients last had a cutter look whether a clip is still there.
    var rechecks: RecentlyUsed<ClipID, ContinuousClock.Instant>
    /// What lately ended work came to, for those who follow it.
    var outcomes: RecentlyUsed<ClipID, WorkOutcome>
    var waiterCount = 0
    /// For waiters and watchers.
    var nextNumber: UInt64 = 1
    var watchers: [ClipID: [UInt64: @Sendable () -> Void]] = [:]
    var watcherCount = 0
    var workload: Backlog
    /// How long clips took from the first question to the answer: what tells a lost answer from a slow one.
    var missTimes = RollingPercentile<Duration>(percent: 99)
    /// By how much clips took longer than was expected when they were asked for, while much was ahead.
    var delays = RollingPercentile<Double>(percent: 90)
    var refused: UInt64 = 0
    var hedged: UInt64 = 0

    init(_ limits: ClipState.Limits, at now: ContinuousClock.Instant) {
        self.limits = limits
        ready = RecentlyUsed(limitBytes: limits.tableBytes)
        failures = RecentlyUsed(limitCount: limits.rememberedFailures)
        stages = RecentlyUsed(limitCount: limits.flights)
        gone = RecentlyUsed(limitCount: limits.flights)
        rechecks = RecentlyUsed(limitCount: limits.flights)
        outcomes = RecentlyUsed(limitCount: limits.flights)
        workload = Backlog(
            busyFrom: limits.busyFrom, lifetime: limits.workDeadline, limit: 4 * limits.flights, at: now)
    }

    mutating func number() -> UInt64 {
        defer { nextNumber += 1 }
        return nextNumber
    }

    /// - Parameter now: seconds since 1970.
    mutating func readyClip(_ id: ClipID, now: Int64) -> (clip: ReadyClip, stale: Bool)? {
        guard var clip = ready.get(id), isServable(clip, now: now) else { return nil }
        let stale = now - Int64(clip.sourceCheckedAt) > limits.revalidateAfterSeconds
        if stale {
            // Pushed on by a tenth, so that one caller asks again and not each hit until the answer is there.
            clip.sourceCheckedAt = UInt32(
                clamping: now - limits.revalidateAfterSeconds + limits.revalidateAfterSeconds / 10)
            ready.insert(clip, for: id, heapBytes: id.heapBytes)
        }
        return (clip, stale)
    }

    /// Whether a URL signed now would lead to the object until its end, as far as is known.
    func isServable(_ clip: ReadyClip, now: Int64) -> Bool {
        clip.lives(beyond: now, needed: limits.signedSeconds) && (gone.count == 0 || gone.peek(clip.key) == nil)
    }

    /// How a flight began.
    enum Start {
        /// It is under way; what is there must be published.
        case under(ClipRequested?)
        case full
        /// It would take so long that nobody would wait for it.
        case late(Duration)
        /// As many clips are being made as may be while nobody knows how long they take.
        case unmeasured
    }

    /// Joins the flight of a clip, or begins one.
    ///
    /// - Parameter wait: how long somebody here will wait.
    mutating func start(_ id: ClipID, lasting wait: Duration, at now: ContinuousClock.Instant) -> Start {
        dropOverdue(at: now)
        if let flight = flights[id] {
            let left = flight.deadline - now
            if left > .zero, left >= wait { return .under(nil) }
            return .under(renew(id, at: now))
        }
        let patience = min(max(wait, limits.standardWait), limits.workDeadline)
        let expected = workload.expected(at: now)
        // What is expected to be ready at the last moment comes too late half of the time, so nearly the worst is counted with.
        if let expected, expected * (delays.mark ?? 1.5) > patience {
            refused += 1
            return .late(expected)
        }
        if expected == nil, workload.ahead(at: now) >= limits.unmeasured {
            refused += 1
            return .unmeasured
        }
        guard flights.count < limits.flights else { return .full }
        flights[id] = Flight(at: now, deadline: now + limits.workDeadline, expected: expected)
        noteDeadline(of: id)
        workload.begin(id, at: now)
        failures.remove(id)
        stages.insert(.queued, for: id)
        return .under(ClipRequested(clipID: id, budget: limits.workDeadline))
    }

    /// Has a flight's clip asked for anew.
    mutating func renew(_ id: ClipID, at now: ContinuousClock.Instant) -> ClipRequested {
        let deadline = now + limits.workDeadline
        flights[id]?.renew(until: deadline, at: now)
        noteDeadline(of: id)
        return ClipRequested(clipID: id, budget: limits.workDeadline)
    }

    private mutating func noteDeadline(of id: ClipID) {
        guard let deadline = flights[id]?.deadline else { return }
        deadlines.append(id, deadline: deadline)
        deadlines.compact(live: flights.count) { [flights] in flights[$0.id]?.deadline == $0.deadline }
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
        if flight.waiters.isEmpty, flight.deadline <= now { flights[id] = nil }
    }

    /// When to ask once more for a clip of which nothing is heard: three times what nearly all clips take, but not before
    /// the work ahead of it can be done.
    mutating func hedgeDelay(wait: Duration, at now: ContinuousClock.Instant) -> Duration {
        let usual = missTimes.mark.map { $0 * 3 } ?? limits.hedgeDefault
        let delay = max(min(usual, wait / 2), limits.hedgeLeast)
        return max(delay, workload.expected(at: now) ?? .zero)
    }

    /// A clip that was waited for here is ready.
    mutating func arrived(_ flight: Flight, at now: ContinuousClock.Instant) {
        let took = now - flight.began
        missTimes.record(took)
        // Below a second a delay says more about the network than about the work ahead.
        if let expected = flight.expected, expected >= .seconds(1) { delays.record(min(max(took / expected, 1.1), 3)) }
    }

    /// - Returns: the flight as it was left; nil if the waiter was not there any more.
    mutating func remove(_ waiter: UInt64, of id: ClipID, at now: ContinuousClock.Instant) -> Flight? {
        guard let index = flights[id]?.waiters.firstIndex(where: { $0.number == waiter }) else { return nil }
        flights[id]?.waiters.remove(at: index)
        waiterCount -= 1
        guard let flight = flights[id] else { return nil }
        dropIfOver(id, flight, at: now)
        return flight
    }

    mutating func take(from id: ClipID, where chosen: (Waiter) -> Bool) -> [Waiter] {
        guard let waiters = flights[id]?.waiters else { return [] }
        let taken = waiters.filter(chosen)
        flights[id]?.waiters.removeAll(where: chosen)
        waiterCount -= taken.count
        return taken
    }

    /// Ends a flight.
    ///
    /// - Parameter fault: remembered, so that it can be told to those who ask by the clip's id.
    mutating func end(
        _ id: ClipID, remembering fault: Problem?, at now: ContinuousClock.Instant
    ) -> [Waiter] {
        workload.drop(id)
        if let fault {
            stages.insert(.failed, for: id)
            let lasting = fault.fate == .permanent ? limits.failureLifetime : .zero
            failures.insert(Remembered(fault: fault, until: now + lasting), for: id)
        } else {
            stages.remove(id)
        }
        let waiters = take(from: id) { _ in true }
        flights[id] = nil
        return waiters
    }

    /// Whether a client may have a cutter look at a clip that is in the table; counts as having done so.
    mutating func mayRecheck(_ id: ClipID, at now: ContinuousClock.Instant, bound: RateBound) -> Bool {
        dropOverdue(at: now)
        if flights[id] != nil { return true }
        if let last = rechecks.peek(id), now - last < limits.recheckInterval { return false }
        guard bound.admit() != nil else { return false }
        rechecks.insert(now, for: id)
        return true
    }

    /// Those who follow a clip's status.
    func watching(_ id: ClipID) -> [@Sendable () -> Void] { watchers[id].map { Array($0.values) } ?? [] }
}

extension ClipID {
    /// What the id holds beside its own size: only a long guid lies on the heap.
    var heapBytes: Int {
        if case .guid(let guid) = episode { Bounded.heapBytes(of: guid) } else { 0 }
    }
}
