import Synchronization

/// The instruments of a process: made here at the start, and read by a scrape.
///
/// Counters and histograms are made once and then fed without a lock; gauges are read from where the number is known anyway.
public final class Metrics: Sendable {
    private let registered = Mutex<[MetricFamily]>([])

    /// Of the series that a gauge reads for labels that are no closed set (partitions, circuits) only so many are told.
    static let seriesLimit = 1000

    public init() {}

    var families: [MetricFamily] { registered.withLock { $0 } }

    /// The names of all metrics, each once, sorted.
    public var names: [String] { Set(families.map(\.metric.name)).sorted() }

    // MARK: - Counters

    /// - Parameter stripes: a power of two; more than one where several threads count many times a second.
    public func counter(_ metric: Metric, stripes: Int = 1) -> Counter<Void> { counter(metric, [], stripes) }

    public func counter<A: MetricLabel>(_ metric: Metric, by first: A.Type, stripes: Int = 1) -> Counter<A> {
        counter(metric, [(A.label, A.words)], stripes)
    }

    public func counter<A: MetricLabel, B: MetricLabel>(
        _ metric: Metric, by first: A.Type, _ second: B.Type, stripes: Int = 1
    ) -> Counter<(A, B)> {
        counter(metric, [(A.label, A.words), (B.label, B.words)], stripes)
    }

    /// - Parameter fromStart: of a sparse metric, what is told as 0 all the same. What alerts must have it: of a series that
    ///   begins with its first count, Prometheus's `rate` and `increase` do not see that count.
    public func counter<A: MetricLabel, B: MetricLabel, C: MetricLabel>(
        _ metric: Metric, by first: A.Type, _ second: B.Type, _ third: C.Type, fromStart: [(A, B, C)] = [],
        stripes: Int = 1
    ) -> Counter<(A, B, C)> {
        let labels = [(A.label, A.words), (B.label, B.words), (C.label, C.words)]
        let strides = LabelStrides(labels.map(\.1.count))
        let told = fromStart.map { strides.index($0.0.rawValue, $0.1.rawValue, $0.2.rawValue) }
        return counter(metric, labels, stripes, fromStart: Set(told))
    }

    private func counter<Labels>(
        _ metric: Metric, _ labels: [(name: String, words: [String])], _ stripes: Int, fromStart: Set<Int> = []
    ) -> Counter<Labels> {
        precondition(metric.name.hasSuffix("_total"), "\(metric.name): what only grows ends in _total")
        let counter = Counter<Labels>(LabelStrides(labels.map(\.words.count)), stripes: stripes)
        let texts = Self.combinations(of: labels, metric)
        register(.counter, metric) {
            Self.series(texts, metric, fromStart) { .number(metric.unit.told(counter.cells.sum(at: $0))) }
        }
        return counter
    }

    // MARK: - Histograms

    public func histogram(_ metric: Metric, _ buckets: Buckets, stripes: Int = 1) -> Histogram<Void> {
        histogram(metric, [], buckets, stripes)
    }

    public func histogram<A: MetricLabel>(
        _ metric: Metric, _ buckets: Buckets, by first: A.Type, stripes: Int = 1
    ) -> Histogram<A> {
        histogram(metric, [(A.label, A.words)], buckets, stripes)
    }

    private func histogram<Labels>(
        _ metric: Metric, _ labels: [(name: String, words: [String])], _ buckets: Buckets, _ stripes: Int
    ) -> Histogram<Labels> {
        let histogram = Histogram<Labels>(LabelStrides(labels.map(\.words.count)), buckets, stripes: stripes)
        let texts = Self.combinations(of: labels, metric)
        let bounds = buckets.bounds.map { metric.unit.told($0) }
        register(.histogram, metric) {
            Self.series(texts, metric) { index in
                let (buckets, sum) = histogram.spread(at: index)
                return .histogram(
                    bounds: bounds, buckets: buckets, sum: metric.unit.told(sum),
                    exemplars: histogram.exemplars(at: index))
            }
        }
        return histogram
    }

    // MARK: - What is read when somebody asks

    /// - Parameter read: nil: there is nothing to tell now. It must not block for long.
    public func gauge(_ metric: Metric, _ read: @escaping @Sendable () -> Double?) {
        let labels = MetricSeries.labels(metric.fixed)
        register(.gauge, metric) { read().map { [MetricSeries(labels: labels, value: .number(.decimal($0)))] } ?? [] }
    }

    /// - Parameters:
    ///   - labels: names of the labels whose values `read` gives, in the same order. They must be bounded by nature; no more
    ///     than 1,000 series are told.
    ///   - read: no two may have the same values.
    public func gauges(
        _ metric: Metric, by labels: String..., read: @escaping @Sendable () -> [(values: [String], number: Double)]
    ) { register(.gauge, metric) { Self.series(labels, metric, read().map { ($0.values, .decimal($0.number)) }) } }

    /// The same for numbers that only grow and are counted elsewhere.
    public func counters(
        _ metric: Metric, by labels: String..., read: @escaping @Sendable () -> [(values: [String], number: UInt64)]
    ) {
        precondition(metric.name.hasSuffix("_total"), "\(metric.name): what only grows ends in _total")
        register(.counter, metric) {
            Self.series(labels, metric, read().map { ($0.values, metric.unit.told($0.number)) })
        }
    }

    /// Text that does not change, as the labels of a series of 1.
    public func info(_ metric: Metric) {
        precondition(metric.name.hasSuffix("_info"), "\(metric.name): what only informs ends in _info")
        let labels = MetricSeries.labels(metric.fixed)
        register(.info, metric) { [MetricSeries(labels: labels, value: .number(.whole(1)))] }
    }

    // MARK: - Inside

    private func register(_ kind: MetricFamily.Kind, _ metric: Metric, _ read: @escaping @Sendable () -> [MetricSeries])
    {
        precondition(
            metric.unit == .none || metric.name.hasSuffix("_\(metric.unit)")
                || metric.name.hasSuffix("_\(metric.unit)_total"), "\(metric.name) must end in its unit, \(metric.unit)"
        )
        registered.withLock { families in
            if let known = families.first(where: { $0.metric.name == metric.name }) {
                precondition(
                    known.kind == kind && known.metric.help == metric.help && known.metric.unit == metric.unit,
                    "\(metric.name) is there already as something else")
            }
            families.append(MetricFamily(kind: kind, metric: metric, read: read))
        }
    }

    private static func combinations(of labels: [(name: String, words: [String])], _ metric: Metric) -> [String] {
        var combinations = [metric.fixed]
        for (name, words) in labels {
            combinations = combinations.flatMap { before in words.map { before + [(name, $0)] } }
        }
        return combinations.map { MetricSeries.labels($0) }
    }

    private static func series(
        _ labels: [String], _ metric: Metric, _ fromStart: Set<Int> = [], _ value: (Int) -> MetricValue
    ) -> [MetricSeries] {
        labels.indices.compactMap { index in
            let value = value(index)
            if metric.isSparse, value.isZero, !fromStart.contains(index) { return nil }
            return MetricSeries(labels: labels[index], value: value)
        }
    }

    private static func series(
        _ labels: [String], _ metric: Metric, _ read: [(values: [String], number: MetricNumber)]
    ) -> [MetricSeries] {
        read.prefix(seriesLimit).map { one in
            MetricSeries(
                labels: MetricSeries.labels(metric.fixed + zip(labels, one.values).map { ($0, $1) }),
                value: .number(one.number))
        }
    }
}
