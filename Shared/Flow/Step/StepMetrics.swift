import Domain
import Telemetry

/// What became of a record.
enum RecordOutcome: Int, MetricLabel {
    /// What follows of it is published.
    case done
    /// Its work has failed for good, which was published.
    case failed
    /// It is a dead letter.
    case putAside
    /// Not even that could be written; it is in the log.
    case passedOver
    /// The task was cancelled: it comes again, here or elsewhere.
    case abandoned

    static let label = "outcome"
}

/// The reasons of failures as a label.
struct FailureLabel: MetricLabel {
    static let label = "reason"
    static let allCases = FailureReason.allCases.indices.map { FailureLabel(rawValue: $0) }

    let rawValue: Int
    var word: String { FailureReason.allCases[rawValue].rawValue }

    init(rawValue: Int) { self.rawValue = rawValue }

    init(_ reason: FailureReason) { rawValue = FailureReason.allCases.firstIndex(of: reason) ?? 0 }
}

/// What a step counts and times.
public struct StepMetrics: Sendable {
    let records: Counter<RecordOutcome>
    let durations: Histogram<Void>
    let ages: Histogram<Void>
    let retries: Counter<Void>
    let failures: Counter<FailureLabel>
    let resends: Counter<Void>
    let deadLetters: Counter<Void>

    /// - Parameter step: one of few names, as a label of all that is told.
    public init(_ metrics: Metrics = Metrics(), step: String = "step") {
        func metric(_ name: String, _ help: String, _ unit: MetricUnit = .none, isSparse: Bool = false) -> Metric {
            Metric(name, help, unit: unit, fixed: [(name: "step", value: step)], isSparse: isSparse)
        }
        records = metrics.counter(
            metric("cutroom_records_total", "Records that are settled, or abandoned and come again."),
            by: RecordOutcome.self)
        durations = metrics.histogram(
            metric(
                "cutroom_record_duration_seconds", "From taking a record to its settlement, with all tries and pauses.",
                .seconds), .work)
        ages = metrics.histogram(
            metric("cutroom_record_age_seconds", "How old a record was when it was taken.", .seconds), .work)
        retries = metrics.counter(metric("cutroom_record_retries_total", "Tries after the first."))
        failures = metrics.counter(
            metric("cutroom_record_failures_total", "Work that has failed for good.", isSparse: true),
            by: FailureLabel.self)
        resends = metrics.counter(
            metric(
                "cutroom_record_resends_total", "Records of ours that the broker did not acknowledge at first."))
        deadLetters = metrics.counter(metric("cutroom_dead_letters_total", "Records put into the dead letters."))
    }

    /// Records that are settled.
    public var handled: UInt64 {
        RecordOutcome.allCases.filter { $0 != .abandoned }.reduce(0) { $0 + records.total($1) }
    }
    /// Tries after the first.
    public var retried: UInt64 { retries.total }
    /// Records whose work has failed for good.
    public var failed: UInt64 { FailureLabel.allCases.reduce(0) { $0 + failures.total($1) } }
    /// Records put into the dead letters.
    public var putAside: UInt64 { deadLetters.total }
    /// Records of ours that the broker did not acknowledge at first.
    public var resent: UInt64 { resends.total }
}
