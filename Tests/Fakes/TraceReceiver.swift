import FoundationEssentials
import HTTPServer
import Synchronization

/// A receiver of OTLP/HTTP in JSON on our own server, which keeps what it was sent.
public final class TraceReceiver: Sendable {
    public struct Request: Sendable {
        public let path: String
        public let headers: [String: String]
        public let body: [UInt8]
    }

    /// A span as it came over the wire, with what stands around it.
    public struct Span: Sendable {
        public let service: String
        public let scope: String
        public let traceID: String
        public let id: String
        /// Empty without a parent.
        public let parent: String
        public let state: String
        public let name: String
        public let kind: Int
        public let flags: Int
        /// Nanoseconds since 1970.
        public let start: UInt64
        public let end: UInt64
        /// Numbers and flags as texts.
        public let attributes: [String: String]
        public let events: [(name: String, attributes: [String: String], time: UInt64)]
        public let links: [(traceID: String, id: String)]
        /// 0 unset, 2 error.
        public let status: Int
        public let message: String
    }

    private let server: HTTPServer
    private let kept: Keeper

    /// - Parameter answer: to the nth request, counted from 0; nil: 200 with an empty object, as OTLP has it.
    public init(answer: @escaping @Sendable (Int) -> HTTPResponse? = { _ in nil }) throws {
        let kept = Keeper()
        var settings = ServerSettings(address: "127.0.0.1", port: 0)
        settings.maxBodyBytes = 16 << 20
        server = try HTTPServer(settings) { request, _ in
            let names = ["content-type", "content-encoding", "authorization", "x-tenant", "user-agent"]
            let count = kept.add(
                Request(
                    path: request.rawPath,
                    headers: Dictionary(
                        uniqueKeysWithValues: names.compactMap { name in request.header(name).map { (name, $0) } }),
                    body: request.body))
            return .now(
                answer(count)
                    ?? HTTPResponse(
                        status: 200, headers: [("Content-Type", "application/json")], body: .bytes(Array("{}".utf8))))
        }
        self.kept = kept
    }

    public var endpoint: String { "http://127.0.0.1:\(server.port)" }

    public var requests: [Request] { kept.all }

    /// All spans so far.
    public func spans() throws -> [Span] {
        try requests.flatMap { try Self.spans(in: $0.body) }
    }

    public func stop() async { await server.stop(within: .zero) }

    public static func spans(in body: [UInt8]) throws -> [Span] {
        let export = try JSONDecoder().decode(Export.self, from: Data(body))
        return export.resourceSpans.flatMap { resource in
            let service = resource.resource.attributes.texts["service.name"] ?? ""
            return resource.scopeSpans.flatMap { scope in
                scope.spans.map { span in
                    Span(
                        service: service, scope: scope.scope.name, traceID: span.traceId, id: span.spanId,
                        parent: span.parentSpanId ?? "", state: span.traceState ?? "", name: span.name,
                        kind: span.kind, flags: span.flags, start: UInt64(span.startTimeUnixNano) ?? 0,
                        end: UInt64(span.endTimeUnixNano) ?? 0, attributes: (span.attributes ?? []).texts,
                        events: (span.events ?? []).map {
                            ($0.name, ($0.attributes ?? []).texts, UInt64($0.timeUnixNano) ?? 0)
                        },
                        links: (span.links ?? []).map { ($0.traceId, $0.spanId) }, status: span.status?.code ?? 0,
                        message: span.status?.message ?? "")
                }
            }
        }
    }
}

private final class Keeper: Sendable {
    private let kept = Mutex<[TraceReceiver.Request]>([])
    var all: [TraceReceiver.Request] { kept.withLock { $0 } }

    /// - Returns: how many there were before.
    func add(_ request: TraceReceiver.Request) -> Int {
        kept.withLock { kept in
            kept.append(request)
            return kept.count - 1
        }
    }
}

// opentelemetry-proto, trace.proto and common.proto, in their JSON.

private struct Export: Decodable {
    struct Resource: Decodable {
        let attributes: [Attribute]
    }
    struct Scope: Decodable {
        let name: String
    }
    struct ScopeSpans: Decodable {
        let scope: Scope
        let spans: [WireSpan]
    }
    struct ResourceSpans: Decodable {
        let resource: Resource
        let scopeSpans: [ScopeSpans]
    }
    let resourceSpans: [ResourceSpans]
}

private struct WireSpan: Decodable {
    struct Event: Decodable {
        let timeUnixNano: String
        let name: String
        let attributes: [Attribute]?
    }
    struct Link: Decodable {
        let traceId: String
        let spanId: String
    }
    struct Status: Decodable {
        let message: String?
        let code: Int?
    }
    let traceId: String
    let spanId: String
    let parentSpanId: String?
    let traceState: String?
    let name: String
    let kind: Int
    let flags: Int
    let startTimeUnixNano: String
    let endTimeUnixNano: String
    let attributes: [Attribute]?
    let events: [Event]?
    let links: [Link]?
    let status: Status?
}

private struct Attribute: Decodable {
    struct Value: Decodable {
        let stringValue: String?
        let intValue: String?
        let boolValue: Bool?
        let doubleValue: Double?
    }
    let key: String
    let value: Value
}

extension [Attribute] {
    fileprivate var texts: [String: String] {
        Dictionary(
            map {
                let value = $0.value
                return (
                    $0.key,
                    value.stringValue ?? value.intValue ?? value.boolValue.map(String.init)
                        ?? value.doubleValue.map { "\($0)" } ?? ""
                )
            }, uniquingKeysWith: { $1 })
    }
}
