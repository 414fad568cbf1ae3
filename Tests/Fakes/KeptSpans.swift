import Synchronization
import Traces

/// Keeps the spans that have ended.
public final class KeptSpans: SpanSink {
    private let spans = Mutex<[SpanData]>([])

    public init() {}

    public var all: [SpanData] { spans.withLock { $0 } }

    public func take(_ span: SpanData) { spans.withLock { $0.append(span) } }

    /// The first of a name.
    public func first(_ name: String) -> SpanData? { all.first { $0.name == name } }
}
