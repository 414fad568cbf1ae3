/// How metrics are written for who scrapes them.
///
/// Sources: Prometheus, "Exposition formats", text format 0.0.4; OpenMetrics 1.0 (openmetrics.io, "Text Format").
public enum MetricsText: Sendable {
    case prometheus
    case openMetrics

    public var mediaType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// All that the instruments say now.
    public func write(_ metrics: Metrics) -> [UInt8] {
        var text = Text(format: self)
        let families = metrics.families
        var written: Set<String> = []
        for family in families where written.insert(family.metric.name).inserted {
            // The series of one metric stand together, wherever they were registered.
            text.write(family, families.filter { $0.metric.name == family.metric.name }.flatMap { $0.read() })
        }
        if self == .openMetrics { text.line("# EOF") }
        return text.bytes
    }
}

private struct Text {
    let format: MetricsText
    var bytes: [UInt8] = []

    init(format: MetricsText) {
        self.format = format
        bytes.reserveCapacity(64 << 10)
    }

    mutating func line(_ text: String) {
        bytes += text.utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func write(_ family: MetricFamily, _ series: [MetricSeries]) {
        let name = name(of: family)
        line("# HELP \(name) \(help(family.metric.help))")
        line("# TYPE \(name) \(type(of: family))")
        if format == .openMetrics, family.metric.unit != .none { line("# UNIT \(name) \(family.metric.unit.rawValue)") }
        for one in series { write(one, family.metric) }
    }

    /// A sample's name is the metric's in both formats; in OpenMetrics a family's name has no suffix.
    private func name(of family: MetricFamily) -> String {
        let name = family.metric.name
        guard format == .openMetrics else { return name }
        return switch family.kind {
        case .counter: String(name.dropLast("_total".count))
        case .info: String(name.dropLast("_info".count))
        case .gauge, .histogram: name
        }
    }

    private func type(of family: MetricFamily) -> String {
        // Prometheus's own format has no such type.
        format == .prometheus && family.kind == .info ? "gauge" : family.kind.rawValue
    }

    private func help(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where format == .openMetrics: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private mutating func write(_ series: MetricSeries, _ metric: Metric) {
        switch series.value {
        case .number(let value): sample(metric.name, series.labels, number(value))
        case .histogram(let bounds, let buckets, let sum, let exemplars):
            write(bounds, buckets, sum, exemplars, series.labels, metric)
        }
    }

    private mutating func write(
        _ bounds: [MetricNumber], _ buckets: [UInt64], _ sum: MetricNumber, _ exemplars: [Exemplar?],
        _ labels: String, _ metric: Metric
    ) {
        let name = metric.name
        var count: UInt64 = 0
        let before = labels.isEmpty ? "" : labels + ","
        for (index, bucket) in buckets.enumerated() {
            count &+= bucket
            let bound = index < bounds.count ? self.bound(bounds[index]) : "+Inf"
            let example = exemplars[index].map { exemplar($0, metric.unit) } ?? ""
            sample("\(name)_bucket", "\(before)le=\"\(bound)\"", String(count) + example)
        }
        sample("\(name)_sum", labels, number(sum))
        sample("\(name)_count", labels, String(count))
    }

    private mutating func sample(_ name: String, _ labels: String, _ number: String) {
        line(labels.isEmpty ? "\(name) \(number)" : "\(name){\(labels)} \(number)")
    }

    /// Prometheus's own format has none.
    private func exemplar(_ exemplar: Exemplar, _ unit: MetricUnit) -> String {
        guard format == .openMetrics else { return "" }
        return " # {trace_id=\"\(exemplar.traceID)\"} \(number(unit.told(exemplar.value))) \(exemplar.at)"
    }

    /// OpenMetrics wants a bound to look like a float; so that both formats give the same series, it does in both.
    private func bound(_ value: MetricNumber) -> String {
        if case .whole(let number) = value { return "\(number).0" }
        return number(value)
    }

    private func number(_ value: MetricNumber) -> String {
        switch value {
        case .whole(let number): String(number)
        case .decimal(let number) where number.isNaN: "NaN"
        case .decimal(let number) where number.isInfinite: number > 0 ? "+Inf" : "-Inf"
        // The shortest text that reads back as the same number.
        case .decimal(let number): number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number)).0" : "\(number)"
        }
    }
}
