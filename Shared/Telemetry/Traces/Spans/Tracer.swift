/// Begins spans. A value, cheap to pass on.
public struct Tracer: Sendable {
    private let sampler: Sampler
    private let sink: (any SpanSink)?
    private let scope: String

    /// Records nothing. Traces that come from outside are handed on as they came.
    public static let off = Tracer(sampler: Sampler(ratio: 0, followsParent: true), sink: nil, scope: "")

    private init(sampler: Sampler, sink: (any SpanSink)?, scope: String) {
        self.sampler = sampler
        self.sink = sink
        self.scope = scope
    }

    /// - Parameter scope: the part of the process that makes the spans: `gateway`.
    public init(_ sampler: Sampler, into sink: any SpanSink, scope: String) {
        self.init(sampler: sampler, sink: sink, scope: scope)
    }

    /// The same for another part of the process.
    public func scoped(_ scope: String) -> Tracer { Tracer(sampler: sampler, sink: sink, scope: scope) }

    /// Whether anything can be recorded.
    public var isOn: Bool { sink != nil }

    /// Work that a message from outside causes.
    public struct Received: Sendable {
        /// What the work hands on, whether it is recorded or not.
        public let context: TraceContext
        /// Nil if it is not recorded.
        public let span: Span?
    }

    /// Begins the work that a message from outside causes. Allocates nothing if it is not recorded.
    ///
    /// - Parameters:
    ///   - parent: what the message says; nil: a trace begins.
    ///   - attributes: made only if it is recorded.
    public func receive(
        _ name: @autoclosure () -> String, _ kind: SpanKind, from parent: TraceContext?,
        _ attributes: @autoclosure () -> SpanAttributes = [:]
    ) -> Received {
        // Whoever records nothing is no span: those who come after belong to the one before.
        guard let sink else { return Received(context: parent ?? .new(), span: nil) }
        let begun = parent ?? .new()
        let isSampled = sampler.samples(begun.traceID, parent: parent)
        let context = begun.child(isSampled: isSampled)
        guard isSampled else { return Received(context: context, span: nil) }
        return Received(
            context: context,
            span: Span(
                name(), kind, attributes(), scope: scope, context: context, parent: parent?.spanID,
                parentIsRemote: true, clock: .start(), sink: sink))
    }

    /// A part of work of this process, known by what it hands on; nil if it is not recorded.
    public func part(
        _ name: @autoclosure () -> String, _ kind: SpanKind, of context: TraceContext,
        _ attributes: @autoclosure () -> SpanAttributes = [:]
    ) -> Span? {
        guard let sink, context.isSampled else { return nil }
        return Span(
            name(), kind, attributes(), scope: scope, context: context.child(isSampled: true), parent: context.spanID,
            parentIsRemote: false, clock: .start(), sink: sink)
    }
}
