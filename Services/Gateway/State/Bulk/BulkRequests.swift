import Domain
import Settings

/// Clips that were asked for here by the bulk lane, and of whose end nothing was seen yet: so that each is asked for once, and
/// no more than a bound of them lie in that lane for this gateway.
///
/// Nobody waits for them here, they are in no backlog, and no live request joins one: it goes out by its own lane, and the
/// cutter makes one cut of the two (decision 0023).
struct BulkRequests {
    struct Settings: Sendable {
        /// Clips under way at once.
        var limit = 1000
        /// How long the work is worth doing, and after which a clip is forgotten and may be asked for again.
        var lifetime = Duration.seconds(1800)
        /// How long nothing is asked for after the broker has refused a request.
        var pause = Duration.seconds(5)
    }

    /// Whether a clip may be asked for now.
    enum Room: Equatable {
        /// It was asked for, and is under way.
        case taken
        case free
        case full
        /// The broker has refused a request lately.
        case closed(Problem)
    }

    let settings: Settings
    private var deadlines: [ClipID: ContinuousClock.Instant] = [:]
    private var queue = DeadlineQueue()
    private var closed: (problem: Problem, until: ContinuousClock.Instant)?
    /// Clips that were not begun since the start because of the limit.
    private(set) var refused: UInt64 = 0

    init(_ settings: Settings) { self.settings = settings }

    var count: Int { deadlines.count }

    func holds(_ id: ClipID) -> Bool { deadlines[id] != nil }

    mutating func room(for id: ClipID, at now: ContinuousClock.Instant) -> Room {
        dropOverdue(at: now)
        if holds(id) { return .taken }
        if let closed, closed.until > now { return .closed(closed.problem) }
        guard count < settings.limit else {
            refused += 1
            return .full
        }
        return .free
    }

    /// - Returns: what must be published by the bulk lane.
    mutating func begin(_ id: ClipID, at now: ContinuousClock.Instant) -> ClipRequested {
        let deadline = now + settings.lifetime
        deadlines[id] = deadline
        queue.append(id, deadline: deadline)
        queue.compact(live: deadlines.count) { [deadlines] in deadlines[$0.id] == $0.deadline }
        return ClipRequested(clipID: id, budget: settings.lifetime)
    }

    /// A clip is ready, has failed, or was never taken.
    ///
    /// - Returns: whether it was under way.
    @discardableResult
    mutating func end(_ id: ClipID) -> Bool { !deadlines.isEmpty && deadlines.removeValue(forKey: id) != nil }

    /// The broker has refused a request: until its pause is over none is begun.
    mutating func close(_ problem: Problem, at now: ContinuousClock.Instant) {
        closed = (problem, now + settings.pause)
    }

    private mutating func dropOverdue(at now: ContinuousClock.Instant) {
        while let passed = queue.popPassed(at: now) {
            if deadlines[passed.id] == passed.deadline { deadlines[passed.id] = nil }
        }
    }
}

extension BulkRequests.Settings {
    /// - Parameter lifetime: how long work of the bulk lane is worth doing.
    init(from read: inout SettingsReader, lifetime: Duration) {
        limit = read.int(
            "GATEWAY_BULK_CLIPS", default: limit, in: 0...1_000_000,
            "clips that batches have asked for by the bulk lane and that are not ready; further ones are told to come again; 0: none are taken"
        )
        self.lifetime = lifetime
    }
}
