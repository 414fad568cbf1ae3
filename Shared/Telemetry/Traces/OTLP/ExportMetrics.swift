import Telemetry

/// What one request to the receiver of spans came to.
enum ExportResult: Int, MetricLabel {
    /// The receiver has its spans, or those of them that it wants.
    case taken
    /// The same request is tried again.
    case postponed
    case refused
    /// There was no connection, or no whole answer in time.
    case unanswered

    static let label = "result"

    init(_ answer: ExportAnswer) {
        switch answer {
        case .taken: self = .taken
        case .later: self = .postponed
        case .refused: self = .refused
        }
    }
}

/// What became of a span that has ended.
enum SpanFate: Int, MetricLabel {
    case exported
    /// The receiver refused it, or could not be reached in time.
    case failed
    /// There was no room for it.
    case dropped

    static let label = "result"
}

extension Tracing {
    /// Tells what becomes of spans. Where traces are off all of it stays 0.
    public func tell(_ metrics: Metrics) {
        metrics.counters(
            Metric("cutroom_spans_total", "Spans that were recorded, by what became of them."), by: SpanFate.label
        ) { [weak self] in
            guard let figures = self?.figures else { return [] }
            return SpanFate.allCases.map { fate in
                switch fate {
                case .exported: ([fate.word], figures.exported)
                case .failed: ([fate.word], figures.failed)
                case .dropped: ([fate.word], figures.dropped)
                }
            }
        }
        metrics.counters(
            Metric("cutroom_span_exports_total", "Requests to the receiver of spans, by what they came to."),
            by: ExportResult.label
        ) { [weak self] in
            guard let requests = self?.requests else { return [] }
            return ExportResult.allCases.map { ([$0.word], requests[$0] ?? 0) }
        }
    }
}
