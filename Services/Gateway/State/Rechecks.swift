import Bounded
import Domain
import Logging
import Settings

/// When clients last had a cutter look whether a ready clip is still in the bucket (`Cache-Control: no-cache`).
struct Rechecks {
    struct Settings: Sendable {
        /// Between two looks at one clip.
        var interval = Duration.seconds(10)
    }

    private let interval: Duration
    private var last: RecentlyUsed<ClipID, ContinuousClock.Instant>

    /// - Parameter limit: for how many clips the last look is kept in mind.
    init(_ settings: Settings, limit: Int) {
        interval = settings.interval
        last = RecentlyUsed(limitCount: limit)
    }

    /// Whether a client may have a cutter look at the clip now; counts as having done so.
    ///
    /// - Parameter bound: of such looks at all clips together.
    mutating func admit(_ id: ClipID, at now: ContinuousClock.Instant, bound: RateBound) -> Bool {
        if let last = last.peek(id), now - last < interval { return false }
        guard bound.admit() != nil else { return false }
        last.insert(now, for: id)
        return true
    }
}

extension Rechecks.Settings {
    init(from read: inout SettingsReader) {
        interval = read.duration(
            "GATEWAY_RECHECK_AFTER", default: interval, in: .zero...(.seconds(86_400)),
            "between two looks at one ready clip that clients ask for by Cache-Control: no-cache")
    }
}
