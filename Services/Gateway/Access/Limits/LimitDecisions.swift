import Synchronization
import Telemetry

/// What limits have allowed and refused since the start, by the client's label: the name of its key, or one of the words below.
final class LimitDecisions: Sendable {
    enum Kind: Int, CaseIterable, Sendable {
        case requests, misses
    }

    /// All clients without a key.
    static let address = "address"
    /// Those without a key whose request somebody has signed.
    static let requestURL = "request-url"
    /// Keys beyond the first ``mostNames`` that were seen.
    static let other = "other-keys"
    /// No key has one of these for a name, so that a label means one thing.
    static let reserved: Set<String> = [address, requestURL, other]
    /// With four series each they stay below what a metric tells.
    static let mostNames = 240

    private struct Counts {
        var allowed = [UInt64](repeating: 0, count: Kind.allCases.count)
        var refused = [UInt64](repeating: 0, count: Kind.allCases.count)

        mutating func note(_ kind: Kind, _ isAllowed: Bool) {
            if isAllowed { allowed[kind.rawValue] += 1 } else { refused[kind.rawValue] += 1 }
        }
    }

    private let counts = Mutex<[String: Counts]>([:])

    func note(_ label: String, _ kind: Kind, isAllowed: Bool) {
        counts.withLock { counts in
            let isKnown = counts[label] != nil || counts.count < Self.mostNames || Self.reserved.contains(label)
            counts[isKnown ? label : Self.other, default: Counts()].note(kind, isAllowed)
        }
    }

    /// How often.
    func total(_ label: String, _ kind: Kind, isAllowed: Bool) -> UInt64 {
        counts.withLock { counts in
            counts[label].map { isAllowed ? $0.allowed[kind.rawValue] : $0.refused[kind.rawValue] } ?? 0
        }
    }

    /// Has them told, as long as this is there.
    func tell(_ metrics: Metrics) {
        metrics.counters(
            Metric(
                "cutroom_limit_decisions_total",
                "What limits have allowed and refused, by the name of the client's key."
            ), by: "key", "limit", "decision"
        ) { [weak self] in
            (self?.counts.withLock { $0 } ?? [:]).sorted { $0.key < $1.key }.flatMap { label, counts in
                Kind.allCases.flatMap { kind in
                    [
                        ([label, "\(kind)", "allowed"], counts.allowed[kind.rawValue]),
                        ([label, "\(kind)", "refused"], counts.refused[kind.rawValue]),
                    ]
                }
            }
        }
    }
}
