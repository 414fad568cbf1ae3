import Bounded
import Domain

/// What the desk keeps behind its lock, and the steps that are taken inside it.
struct DeskState {
    struct Remembered {
        let fault: ClipFault
        let until: ContinuousClock.Instant
    }

    let limits: ClipDesk.Limits
    var ready: RecentlyUsed<ClipID, ReadyClip>
    var failures: RecentlyUsed<ClipID, Remembered>
    var stages: RecentlyUsed<ClipID, Stage>
    var flights: [ClipID: Flight] = [:]
    var waiterCount = 0
    /// For waiters and watchers.
    var nextNumber: UInt64 = 1
    var watchers: [ClipID: [UInt64: @Sendable () -> Void]] = [:]
    var watcherCount = 0
    var workload: Workload
    /// How long clips took from the first question to the answer: what tells a lost answer from a slow one.
    var missTimes = RecentValues<Duration>(percent: 99)
    /// By how much clips took longer than was expected when they were asked for, while much was ahead.
    var delays = RecentValues<Double>(percent: 90)
    var refused: UInt64 = 0
    var hedged: UInt64 = 0

    init(_ limits: ClipDesk.Limits, at now: ContinuousClock.Instant) {
        self.limits = limits
        ready = RecentlyUsed(limitBytes: limits.tableBytes)
        failures = RecentlyUsed(limitCount: limits.rememberedFailures)
        stages = RecentlyUsed(limitCount: limits.flights)
        workload = Workload(
            busyFrom: limits.busyFrom, lifetime: limits.workDeadline, limit: 4 * limits.flights, at: now)
    }

    mutating func number() -> UInt64 {
        defer { nextNumber += 1 }
        return nextNumber
    }

    /// - Parameter now: seconds since 1970.
    mutating func readyClip(_ id: ClipID, now: Int64) -> (clip: ReadyClip, stale: Bool)? {
        guard var clip = ready.get(id), clip.lives(beyond: now, needed: limits.signedSeconds) else { return nil }
        let stale = now - Int64(clip.sourceCheckedAt) > limits.revalidateAfterSeconds
        if stale {
            // Pushed on by a tenth, so that one caller asks again and not each hit until the answer is there.
            clip.sourceCheckedAt = UInt32(
                clamping: now - limits.revalidateAfterSeconds + limits.revalidateAfterSeconds / 10)
            ready.insert(clip, for: id, heapBytes: id.heapBytes)
        }
        return (clip, stale)
    }

    /// How a flight began.
    enum Start {
        /// It is under way; what is there must be published.
        case under(ClipRequested?)
        case full
        /// It would take so long that nobody would wait for it.
        case late(Duration)
    }

    /// Joins the flight of a clip, or begins one.
    ///
    /// - Parameter wait: how long somebody here will wait.
    mutating func start(_ id: ClipID, lasting wait: Duration, at now: ContinuousClock.Instant) -> Start {
        if var flight = flights[id] {
            let left = flight.deadline - now
            if left > .zero, left >= wait { return .under(nil) }
            flight.renew(until: now + limits.workDeadline, at: now)
            flights[id] = flight
            return .under(ClipRequested(clipID: id, budget: limits.workDeadline))
        }
        let patience = min(max(wait, limits.standardWait), limits.workDeadline)
        let expected = workload.expected(at: now)
        // What is expected to be ready at the last moment comes too late half of the time, so nearly the worst is counted with.
        if let expected, expected * (delays.mark ?? 1.5) > patience {
            refused += 1
            return .late(expected)
        }
        if flights.count >= limits.flights {
            for (id, flight) in flights where flight.waiters.isEmpty && flight.deadline <= now {
                flights[id] = nil
            }
            guard flights.count < limits.flights else { return .full }
        }
        flights[id] = Flight(at: now, deadline: now + limits.workDeadline, expected: expected)
        workload.begin(id, at: now)
        failures.remove(id)
        stages.insert(.queued, for: id)
        return .under(ClipRequested(clipID: id, budget: limits.workDeadline))
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

    mutating func remove(_ waiter: UInt64, of id: ClipID) -> Bool {
        guard let index = flights[id]?.waiters.firstIndex(where: { $0.number == waiter }) else { return false }
        flights[id]?.waiters.remove(at: index)
        waiterCount -= 1
        return true
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
        _ id: ClipID, remembering fault: ClipFault?, at now: ContinuousClock.Instant
    ) -> [Waiter] {
        workload.drop(id)
        if let fault {
            stages.insert(.failed, for: id)
            let lasting = fault.reason.fate == .permanent ? limits.failureLifetime : .zero
            failures.insert(Remembered(fault: fault, until: now + lasting), for: id)
        } else {
            stages.remove(id)
        }
        let waiters = take(from: id) { _ in true }
        flights[id] = nil
        return waiters
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
