import Synchronization

/// One piece of work that is recorded: begun by a ``Tracer`` or by the span that it is a part of, and ended once.
///
/// There is a span only where the trace is sampled; everywhere else callers have nil, and nothing costs anything.
public final class Span: Sendable {
    /// What this span hands on to those who work for it.
    public let context: TraceContext
    private let clock: SpanClock
    private let sink: any SpanSink
    private let data: Mutex<(span: SpanData, hasEnded: Bool)>

    init(
        _ name: String, _ kind: SpanKind, _ attributes: SpanAttributes, scope: String, context: TraceContext,
        parent: SpanID?, parentIsRemote: Bool, clock: SpanClock, sink: any SpanSink
    ) {
        self.context = context
        self.clock = clock
        self.sink = sink
        let start = clock.now
        var span = SpanData(
            scope: scope, context: context, parent: parent, parentIsRemote: parentIsRemote, name: name.cutForSpan,
            kind: kind, startUnixNanoseconds: start, endUnixNanoseconds: start)
        span.droppedAttributes = span.attributes.merge(attributes)
        data = Mutex((span, false))
    }

    /// A part of this work.
    public func child(_ name: String, _ kind: SpanKind = .internal, _ attributes: SpanAttributes = [:]) -> Span {
        Span(
            name, kind, attributes, scope: data.withLock { $0.span.scope }, context: context.child(isSampled: true),
            parent: context.spanID, parentIsRemote: false, clock: clock, sink: sink)
    }

    public func rename(_ name: String) { change { $0.name = name.cutForSpan } }

    public func set(_ attributes: SpanAttributes) {
        change { $0.droppedAttributes += $0.attributes.merge(attributes) }
    }

    /// Something that happened now.
    public func event(_ name: String, _ attributes: SpanAttributes = [:]) {
        let now = clock.now
        change { span in
            guard span.events.count < SpanLimits.events else {
                span.droppedEvents += 1
                return
            }
            var kept: SpanAttributes = [:]
            _ = kept.merge(attributes)
            span.events.append(SpanEvent(name: name.cutForSpan, unixNanoseconds: now, attributes: kept))
        }
    }

    /// Has to do with a span that is not its parent.
    public func link(to other: TraceContext, _ attributes: SpanAttributes = [:]) {
        change { span in
            guard span.links.count < SpanLimits.links else {
                span.droppedLinks += 1
                return
            }
            var kept: SpanAttributes = [:]
            _ = kept.merge(attributes)
            span.links.append(SpanLink(context: other, attributes: kept))
        }
    }

    /// The work has failed.
    ///
    /// - Parameters:
    ///   - type: of a short fixed list, such as a fault's slug.
    ///   - detail: a sentence for people, without secrets.
    public func fail(_ type: String, _ detail: String = "") {
        change { span in
            span.droppedAttributes += span.attributes.merge(["error.type": .string(type)])
            span.status = .error((detail.isEmpty ? type : detail).cutForSpan)
        }
    }

    /// The work is done, and the span goes to be exported. Later calls change nothing. What never ends is never exported.
    public func end() {
        let now = clock.now
        let ended = data.withLock { data -> SpanData? in
            guard !data.hasEnded else { return nil }
            data.hasEnded = true
            data.span.endUnixNanoseconds = max(now, data.span.startUnixNanoseconds)
            return data.span
        }
        if let ended { sink.take(ended) }
    }

    private func change(_ body: (inout SpanData) -> Void) {
        data.withLock { data in if !data.hasEnded { body(&data.span) } }
    }
}
