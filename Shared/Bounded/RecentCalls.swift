/// How many calls there were lately and how many of them failed, in a window that slides by halves.
struct RecentCalls: Sendable {
    private struct Half {
        var failed = 0
        var all = 0
    }

    private let half: Duration
    private var start: ContinuousClock.Instant
    private var current = Half()
    private var before = Half()

    init(window: Duration, start: ContinuousClock.Instant) {
        half = window / 2
        self.start = start
    }

    mutating func note(failed: Bool, at now: ContinuousClock.Instant) {
        slide(to: now)
        current.all += 1
        if failed { current.failed += 1 }
    }

    /// Over the window, or half of it at least.
    mutating func count(at now: ContinuousClock.Instant) -> (failed: Int, all: Int) {
        slide(to: now)
        return (before.failed + current.failed, before.all + current.all)
    }

    private mutating func slide(to now: ContinuousClock.Instant) {
        let passed = Int(start.duration(to: now) / half)
        guard passed > 0 else { return }
        before = passed == 1 ? current : Half()
        current = Half()
        start = start + half * passed
    }
}
