import Bounded
import Domain
import Settings

/// Clips that could not be made lately: a negative cache for permanent failures, and what is said of any failure to those
/// who ask by the clip's id. And those that were there once and will not be again.
struct Failures {
    struct Settings: Sendable {
        var count = 10_000
        /// How long a permanent failure is answered from memory.
        var lifetime = Duration.seconds(60)
    }

    private struct Entry {
        let problem: Problem
        let until: ContinuousClock.Instant
    }

    private let lifetime: Duration
    private var entries: RecentlyUsed<ClipID, Entry>
    private var gone: RecentlyUsed<ClipID, Bool>

    init(_ settings: Settings) {
        lifetime = settings.lifetime
        entries = RecentlyUsed(limitCount: settings.count)
        gone = RecentlyUsed(limitCount: settings.count)
    }

    mutating func insert(_ problem: Problem, for id: ClipID, at now: ContinuousClock.Instant) {
        entries.insert(Entry(problem: problem, until: now + (problem.fate == .permanent ? lifetime : .zero)), for: id)
    }

    /// The permanent failure of a clip that is not to be tried again yet. What is older is forgotten.
    mutating func current(_ id: ClipID, at now: ContinuousClock.Instant) -> Problem? {
        guard let entry = entries.get(id) else { return nil }
        if entry.until > now { return entry.problem }
        entries.remove(id)
        return nil
    }

    /// Whether `current` would find something; forgets nothing.
    func isCurrent(_ id: ClipID, at now: ContinuousClock.Instant) -> Bool {
        entries.peek(id).map { $0.until > now } ?? false
    }

    /// How the last work on a clip failed, also if it may be tried again.
    func last(_ id: ClipID) -> Problem? { entries.peek(id)?.problem }

    mutating func remove(_ id: ClipID) { entries.remove(id) }

    /// It was ready, and was taken down or can't be made again.
    mutating func insert(gone id: ClipID) { gone.insert(true, for: id) }

    func isGone(_ id: ClipID) -> Bool { gone.count > 0 && gone.peek(id) != nil }

    /// It is ready, whatever was before.
    mutating func end(_ id: ClipID) {
        entries.remove(id)
        gone.remove(id)
    }
}

extension Failures.Settings {
    init(from read: inout SettingsReader) {
        count = read.int(
            "GATEWAY_REMEMBERED_FAILURES", default: count, in: 1...1_000_000,
            "failures that are remembered, of clips that can't be made")
        lifetime = read.duration(
            "GATEWAY_FAILURE_LIFETIME", default: lifetime, in: .zero...(.seconds(3600)),
            "how long such a failure is answered from memory")
    }
}
