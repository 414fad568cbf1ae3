import Telemetry

/// What a resolver does for a miss.
enum ResolverStage: Int, MetricLabel {
    case resolve
    static let label = "stage"

    static func times(in metrics: Metrics) -> Histogram<ResolverStage> {
        metrics.histogram(.stageDuration, .work, by: ResolverStage.self)
    }
}
