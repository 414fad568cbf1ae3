import Domain

extension ClipState {
    /// What `askInBulk` came to.
    enum Bulk {
        /// It is under way; what is there must be published by the bulk lane.
        case under(ClipRequested?)
        /// It is ready, or has failed for good.
        case needless
        /// As many clips of the bulk lane are under way as may.
        case full
        /// The broker does not take requests of the bulk lane.
        case closed(Problem)
        case denied(Problem)
    }
}

extension ClipStateContents {
    /// See ``ClipState/askInBulk(_:now:permit:)``.
    mutating func askInBulk(
        _ id: ClipID, now: Int64, permit: Permit, at instant: ContinuousClock.Instant
    ) -> ClipState.Bulk {
        if hit(id, now: now) != nil || hasFailed(id, at: instant) { return .needless }
        if isUnderWay(id, at: instant) { return .under(nil) }
        switch bulk.room(for: id, at: instant) {
        case .taken: return .under(nil)
        case .full: return .full
        case .closed(let problem): return .closed(problem)
        case .free:
            // Asked last, so that it counts work that does begin.
            do throws(Problem) { try permit.takeMiss() } catch { return .denied(error) }
            return .under(beginInBulk(id, at: instant))
        }
    }

    /// The broker has not taken a request of the bulk lane.
    mutating func bulkRefused(_ id: ClipID, _ problem: Problem, at now: ContinuousClock.Instant) -> Notice {
        bulk.close(problem, at: now)
        return endInBulk(id, problem, at: now)
    }

    /// Work of the bulk lane has ended without a clip, for a reason that may pass. Who waits here for the same clip has asked by
    /// another lane, and is not concerned.
    mutating func endInBulk(_ id: ClipID, _ problem: Problem, at now: ContinuousClock.Instant) -> Notice {
        guard bulk.end(id), flights[id] == nil else { return Notice(followers: []) }
        return remember(problem, of: id, at: now)
    }
}
