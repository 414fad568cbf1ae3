import Bounded
import Domain

/// How much work is ahead of a new clip, and how fast it is being done: what this gateway asked for and what it sees the
/// others ask for, until the topics say that it is ready or has failed.
///
/// The rate is measured only while enough is ahead, so that it is what the cutters can do and not what they happened to
/// be asked for; and only between one end and the next, with at most `longestGap` counted of each pause. So an outage
/// does not look like slowness, while it lasts or when it ends. And where only a part of the work stands still, as that
/// of one broker's partitions, the rate is never taken for less than half of what was done lately.
///
/// Nothing can lock it up: what has been ahead for longer than a deadline is not counted any more, and with fewer clips
/// ahead than `busyFrom` there is no estimate at all.
struct Backlog {
    private static let longestGap = Duration.seconds(5)

    /// Fewer clips ahead are taken for no load.
    let busyFrom: Int
    /// For how long work is worth doing: nobody does what is older.
    let lifetime: Duration
    /// The most clips that are counted.
    let limit: Int

    private var began: [ClipID: ContinuousClock.Instant] = [:]
    /// In the order of their beginning; some have ended meanwhile.
    private var order: [(id: ClipID, at: ContinuousClock.Instant)] = []
    private var first = 0
    /// What ended lately. The topics are read side by side, so that a clip's end may be heard before its beginning.
    private var ended: RecentlyUsed<ClipID, ContinuousClock.Instant>
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
        ended = RecentlyUsed(limitCount: 4096)
        peak = PeakRate(at: now)
    }

    /// Somebody has asked for a clip. Again, if it was ahead already, changes nothing.
    mutating func begin(_ id: ClipID, at now: ContinuousClock.Instant) {
        forgetOld(at: now)
        guard began[id] == nil, began.count < limit else { return }
        began[id] = now
        order.append((id, now))
        if began.count == busyFrom { lastEnd = now }
    }

    /// A clip is ready, or has failed for a reason of its own.
    ///
    /// - Returns: when it was first heard of; nil if it was not ahead.
    @discardableResult
    mutating func end(_ id: ClipID, at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        ended.insert(now, for: id)
        guard let begin = began[id] else { return nil }
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

    /// A clip is not being made any more, though nobody has done the work.
    mutating func drop(_ id: ClipID) { began[id] = nil }

    /// Whether word of work on it may be older than the word of its end.
    func endedLately(_ id: ClipID, at now: ContinuousClock.Instant) -> Bool {
        ended.peek(id).map { now - $0 < .seconds(2) } ?? false
    }

    /// Clips that are being made.
    mutating func ahead(at now: ContinuousClock.Instant) -> Int {
        forgetOld(at: now)
        return began.count
    }

    /// How long it takes until a clip asked for now is ready; nil while nothing says that it takes long.
    mutating func expected(at now: ContinuousClock.Instant) -> Duration? {
        let ahead = ahead(at: now)
        guard isMeasured, ahead >= busyFrom else { return nil }
        let perSecond = max(rate.perSecond(at: busyNow), peak.perSecond(at: now) / 2)
        return perSecond > 0 ? .seconds(Double(ahead + 1) / perSecond) : nil
    }

    /// All that was asked for is done, so whatever made it slow may be over: the next burst is measured by itself.
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
