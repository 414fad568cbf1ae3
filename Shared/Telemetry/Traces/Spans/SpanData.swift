/// What a span stands for. The numbers are those of OTLP (`Span.SpanKind` of opentelemetry-proto, trace.proto).
public enum SpanKind: Int, Sendable {
    case `internal` = 1
    case server = 2
    case client = 3
    case producer = 4
    case consumer = 5
}

/// A moment in the life of a span.
public struct SpanEvent: Equatable, Sendable {
    public let name: String
    /// Nanoseconds since 1970.
    public let unixNanoseconds: UInt64
    public let attributes: SpanAttributes
}

/// Another span, mostly of another trace, that a span has to do with.
public struct SpanLink: Equatable, Sendable {
    public let context: TraceContext
    public let attributes: SpanAttributes
}

/// How the work ended. Without a failure nothing is said (`STATUS_CODE_UNSET`), as OpenTelemetry asks of libraries.
public enum SpanStatus: Equatable, Sendable {
    case unset
    case error(String)
}

/// A span that has ended.
public struct SpanData: Equatable, Sendable {
    /// Which part of the process made it: `gateway`.
    public let scope: String
    public let context: TraceContext
    public let parent: SpanID?
    /// Whether the parent is a span of another process.
    public let parentIsRemote: Bool
    public var name: String
    public let kind: SpanKind
    /// Nanoseconds since 1970.
    public let startUnixNanoseconds: UInt64
    /// Never before the start.
    public var endUnixNanoseconds: UInt64
    public var attributes: SpanAttributes = [:]
    public var events: [SpanEvent] = []
    public var links: [SpanLink] = []
    public var status = SpanStatus.unset
    /// What found no room.
    public var droppedAttributes = 0
    public var droppedEvents = 0
    public var droppedLinks = 0
}

/// Where spans go that have ended.
public protocol SpanSink: Sendable {
    /// Called on any thread, on the hit path too: it must not block.
    func take(_ span: SpanData)
}
