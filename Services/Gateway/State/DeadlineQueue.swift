import Domain

/// Flights in the order of their deadlines.
///
/// Every deadline is set the same time ahead of the moment in which it is set, so the order of setting is the order of
/// passing, and what has passed is found at the front: nothing has to be searched for.
struct DeadlineQueue {
    typealias Entry = (id: ClipID, deadline: ContinuousClock.Instant)

    private var entries: [Entry] = []
    private var first = 0

    var count: Int { entries.count - first }

    mutating func append(_ id: ClipID, deadline: ContinuousClock.Instant) { entries.append((id, deadline)) }

    /// Takes out the first entry if its deadline has passed.
    mutating func popPassed(at now: ContinuousClock.Instant) -> Entry? {
        guard first < entries.count, entries[first].deadline <= now else { return nil }
        defer { first += 1 }
        return entries[first]
    }

    /// Drops entries that have no meaning any more, when they are more than those that have: so each costs the same
    /// however many there are.
    mutating func compact(live: Int, where isLive: (Entry) -> Bool) {
        guard entries.count > 1024 + 2 * live else { return }
        entries = entries[first...].filter(isLive)
        first = 0
    }
}
