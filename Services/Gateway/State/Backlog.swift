import Bounded
import Domain

/// The clips that were asked for and are not ready, and how fast they are being made: those that this gateway asked for and
/// those that it sees others ask for, until the topics say that they are ready or have failed.
///
/// The rate is measured only while the backlog is long, so that it is what the cutters can do and not what they happened to
/// be asked for; and only from the end of one clip to the end of the next, of which at most `longestGap` counts. So an
/// outage does not look like slowness, neither while it lasts nor when it ends. And where only a part of the work stands
/// still, as that of one broker's partitions, the rate is never taken for less than half of what was done lately.
///
/// It can't refuse requests for ever: a clip that is older than the work's deadline is not counted any more, and with a
/// backlog shorter than `busyFrom` there is no estimate.
struct Backlog {
    private static let longestGap = Duration.seconds(5)

    /// A shorter backlog counts as no load.
    let busyFrom: Int
    /// The work's deadline: older work is not done any more.
    let lifetime: Duration
    /// The most clips that are counted.
    let limit: Int

    private var began: [ClipID: ContinuousClock.Instant] = [:]
    /// In the order in which they began; some have ended meanwhile.
    private var order: [(id: ClipID, at: ContinuousClock.Instant)] = []
    private var first = 0
    /// What ended lately. The topics are read side by side, so that a clip's end may be read before its beginning.
    private var ended = RecentEnds()
    private var rate: RateEstimate
    /// Time that counts for the rate: it stands still while there is little to do.
    private var busyNow: ContinuousClock.Instant
    private var lastEnd: ContinuousClock.Instant?
    private var isMeasured = false
    private var peak: PeakRate

    init(busyFrom: Int, lifetime: Duration, limit: Int, at now: ContinuousClock.Instant) {
        self.busyFrom = max(1, busyFrom)
        self.lifetime = lifetime
        self.limit = max(1, limit)
        busyNow = now
        rate = RateEstimate(window: .seconds(10), start: now)
        peak = PeakRate(at: now)
    }

    /// Somebody has asked for a clip. If it is in the backlog already, nothing changes.
    mutating func begin(_ id: ClipID, at now: ContinuousClock.Instant) {
        forgetOld(at: now)
        guard began[id] == nil, began.count < limit else { return }
        began[id] = now
        order.append((id, now))
        if began.count == busyFrom { lastEnd = now }
    }

    /// A clip is ready, or has failed for a reason of its own.
    ///
    /// - Returns: when it entered the backlog; nil if it was not there.
    @discardableResult
    mutating func end(_ id: ClipID, at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        ended.note(id, at: now)
        guard !began.isEmpty, let begin = began[id] else { return nil }
        peak.record(at: now)
        if began.count >= busyFrom, let lastEnd {
            busyNow += min(max(now - lastEnd, .zero), Self.longestGap)
            rate.record(at: busyNow)
            isMeasured = true
        }
        began[id] = nil
        lastEnd = began.count >= busyFrom ? now : nil
        forgetOld(at: now)
        if began.isEmpty { forgetRate() }
        return begin
    }

    /// A clip is not being made any more, though nobody has done the work: it does not count for the rate.
    mutating func drop(_ id: ClipID) { if !began.isEmpty { began[id] = nil } }

    /// Whether an event about the work on a clip may be older than the event of its end.
    func endedLately(_ id: ClipID, at now: ContinuousClock.Instant) -> Bool {
        ended.last(of: id).map { now - $0 < .seconds(2) } ?? false
    }

    /// Clips that are being made.
    mutating func count(at now: ContinuousClock.Instant) -> Int {
        forgetOld(at: now)
        return began.count
    }

    /// How long it takes until a clip asked for now is ready; nil while the backlog is short, or nothing was measured.
    ///
    /// - Parameter overtaken: so many clips are made after it.
    mutating func expected(overtaking overtaken: Int = 0, at now: ContinuousClock.Instant) -> Duration? {
        let count = count(at: now) - overtaken
        guard isMeasured, count >= busyFrom else { return nil }
        let perSecond = max(rate.perSecond(at: busyNow), peak.perSecond(at: now) / 2)
        return perSecond > 0 ? .seconds(Double(count + 1) / perSecond) : nil
    }

    /// The backlog is empty, so whatever made the work slow may be over: the next burst is measured by itself.
    private mutating func forgetRate() {
        guard isMeasured else { return }
        isMeasured = false
        rate = RateEstimate(window: .seconds(10), start: busyNow)
    }

    private mutating func forgetOld(at now: ContinuousClock.Instant) {
        while first < order.count {
            let (id, at) = order[first]
            guard began[id] != at || now - at >= lifetime else { break }
            if began[id] == at { began[id] = nil }
            first += 1
        }
        if order.count > 1024 + 2 * began.count {
            order = order[first...].filter { began[$0.id] == $0.at }
            first = 0
        }
        if began.count < busyFrom { lastEnd = nil }
    }
}

/// When clips ended last, some thousands of them. Of two in one place the later one stays; a clip is known
/// by its hash alone, which another one has by chance once in 2⁶⁴ times.
private struct RecentEnds {
    private static let count = 4096

    private var places = [(hash: Int, at: ContinuousClock.Instant)?](repeating: nil, count: Self.count)

    mutating func note(_ id: ClipID, at now: ContinuousClock.Instant) {
        let hash = id.hashValue
        places[hash & (Self.count - 1)] = (hash, now)
    }

    func last(of id: ClipID) -> ContinuousClock.Instant? {
        let hash = id.hashValue
        guard let place = places[hash & (Self.count - 1)], place.hash == hash else { return nil }
        return place.at
    }
}
