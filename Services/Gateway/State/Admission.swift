import Domain
import Settings

/// Decides whether new work is begun, so that nobody is promised a clip that can't be ready in time.
struct Admission {
    struct Settings: Sendable {
        /// With a shorter backlog no rate is measured, and nothing is refused as late.
        var busyFrom = 32
        /// Clips that are begun while it is not known how fast they are made.
        var unmeasured = 256
    }

    enum Decision: Equatable {
        /// `expected`: how long the clip should take; nil if the backlog is short.
        case admitted(expected: Duration?)
        /// It could not be ready in time.
        case late(expected: Duration)
        /// As many clips are being made as may be while nobody knows how long they take.
        case unmeasured
    }

    /// Clips that are being made, here and for other gateways.
    var backlog: Backlog
    /// Requests refused since the start because their clip could not have been ready in time.
    private(set) var late: UInt64 = 0
    /// The same because nobody knew how long clips take.
    private(set) var unmeasuredRefusals: UInt64 = 0
    var refused: UInt64 { late + unmeasuredRefusals }
    private let unmeasured: Int
    private let patience: Duration
    private let workDeadline: Duration
    /// How many times as long as expected clips took while the backlog was long.
    private var overrun = RollingPercentile<Double>(percent: 90)

    /// - Parameters:
    ///   - patience: how long one waits who does not say.
    ///   - workDeadline: how long work is worth doing.
    ///   - limit: of the backlog.
    init(
        _ settings: Settings, patience: Duration, workDeadline: Duration, limit: Int, at now: ContinuousClock.Instant
    ) {
        unmeasured = settings.unmeasured
        self.patience = patience
        self.workDeadline = workDeadline
        backlog = Backlog(busyFrom: settings.busyFrom, lifetime: workDeadline, limit: limit, at: now)
    }

    /// - Parameters:
    ///   - wait: how long somebody will wait for the clip. Less than everybody's patience counts as that: the clip will be
    ///     asked for again.
    ///   - overtaken: so many clips of the backlog are made after this one.
    mutating func decide(wait: Duration, overtaking overtaken: Int = 0, at now: ContinuousClock.Instant) -> Decision {
        let patience = min(max(wait, patience), workDeadline)
        let expected = backlog.expected(overtaking: overtaken, at: now)
        // Half of the clips take longer than expected, so what nearly the slowest of them need is compared.
        if let expected, expected * (overrun.mark ?? 1.5) > patience {
            late += 1
            return .late(expected: expected)
        }
        if expected == nil, backlog.count(at: now) - overtaken >= unmeasured {
            unmeasuredRefusals += 1
            return .unmeasured
        }
        return .admitted(expected: expected)
    }

    /// A clip is ready of which it was said how long it should take.
    mutating func record(took: Duration, expected: Duration) {
        // Below a second an overrun says more about the network than about the backlog.
        if expected >= .seconds(1) { overrun.record(min(max(took / expected, 1.1), 3)) }
    }
}

extension Admission.Settings {
    /// - Parameters:
    ///   - busyFrom: if the environment does not say.
    ///   - unmeasured: if the environment does not say.
    init(from read: inout SettingsReader, busyFrom: Int, unmeasured: Int) {
        self.busyFrom = read.int(
            "GATEWAY_BUSY_FROM", default: busyFrom, in: 1...1_000_000,
            "with fewer clips than this ahead no rate is measured, and no request is refused because its clip would be late"
        )
        self.unmeasured = read.int(
            "GATEWAY_UNMEASURED_CLIPS", default: unmeasured, in: 1...1_000_000,
            "new clips being made at once while it is not known how fast they are made; the rest is refused")
    }
}
