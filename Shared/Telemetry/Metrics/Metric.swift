/// What a metric is called and what it says.
public struct Metric: Sendable {
    let name: String
    let help: String
    let unit: MetricUnit
    let fixed: [(name: String, value: String)]
    let isSparse: Bool

    /// - Parameters:
    ///   - name: letters, digits and underscores; ends in the unit, and in `_total` if it only grows.
    ///   - help: one sentence.
    ///   - fixed: labels that are the same in all of its series. Series of one metric may be registered apart, each with others.
    ///   - isSparse: whether a series appears with its first count only: for many labels, most of whose combinations never come.
    public init(
        _ name: String, _ help: String, unit: MetricUnit = .none, fixed: [(name: String, value: String)] = [],
        isSparse: Bool = false
    ) {
        self.name = name
        self.help = help
        self.unit = unit
        self.fixed = fixed
        self.isSparse = isSparse
    }
}

extension Metric {
    /// To which each service adds the stages that it does.
    public static let stageDuration = Metric(
        "cutroom_stage_duration_seconds", "How long a stage of a miss took, whether it succeeded or not.",
        unit: .seconds)
}

/// The base units of Prometheus.
public enum MetricUnit: String, Sendable {
    case none = ""
    /// Counted in nanoseconds, told in seconds.
    case seconds
    case bytes

    func told(_ amount: UInt64) -> MetricNumber {
        self == .seconds ? .decimal(Double(amount) / 1e9) : .whole(amount)
    }
}

/// What a scrape reads of one metric, or of some of its series.
struct MetricFamily: Sendable {
    /// As OpenMetrics and Prometheus name the types.
    enum Kind: String { case counter, gauge, histogram, info }

    let kind: Kind
    let metric: Metric
    let read: @Sendable () -> [MetricSeries]
}

struct MetricSeries: Sendable {
    /// Already in the form that both formats have, without braces.
    let labels: String
    let value: MetricValue

    /// - Parameter labels: names and values, in order.
    static func labels(_ labels: [(name: String, value: String)]) -> String {
        labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",")
    }

    /// OpenMetrics 1.0, "escaped-string"; Prometheus has the same.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}

enum MetricNumber: Sendable {
    case whole(UInt64)
    case decimal(Double)

    var isZero: Bool {
        switch self {
        case .whole(let number): number == 0
        case .decimal(let number): number == 0
        }
    }
}

enum MetricValue: Sendable {
    case number(MetricNumber)
    /// Not added up; the last is for what is above all bounds.
    case histogram(bounds: [MetricNumber], buckets: [UInt64], sum: MetricNumber, exemplars: [Exemplar?])

    var isZero: Bool {
        switch self {
        case .number(let number): number.isZero
        case .histogram(_, let buckets, _, _): buckets.allSatisfy { $0 == 0 }
        }
    }
}
