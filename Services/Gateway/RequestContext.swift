import HTTPServer
import Logging
import Synchronization

/// What is the same for everything said about one request.
struct RequestContext: Sendable {
    /// The client's `X-Request-Id` where it is fit to be echoed, else one made here.
    let requestID: String
    /// Only made when asked for: a hit needs none.
    private let traceparent: String?
    let corsHeaders: [(name: String, value: String)]
    /// The answer depends on `Accept`.
    var isNegotiated = false

    init(_ request: HTTPRequest, cors: CORS, ids: RequestIDs) {
        requestID = request.header("x-request-id").flatMap(Self.fit) ?? ids.next()
        traceparent = request.header("traceparent")
        corsHeaders = cors.headers(origin: request.header("origin"))
    }

    /// The client's trace, or a new one: call it once for a request.
    func trace() -> TraceContext { traceparent.flatMap(TraceContext.init(parsing:))?.child() ?? .new() }

    /// It comes back in a header, a log line and a problem's `instance`: so 1–128 letters, digits and `-._~`.
    private static func fit(_ text: String) -> String? {
        guard (1...128).contains(text.utf8.count) else { return nil }
        let isFit = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
        }
        return isFit ? text : nil
    }
}

/// Ids for requests that bring none: random once per process, then counted, since drawing each would cost a system call.
final class RequestIDs: Sendable {
    private let prefix = String(UInt64.random(in: .min ... .max), radix: 36) + "-"
    private let count = Atomic<UInt64>(0)

    func next() -> String { prefix + String(count.add(1, ordering: .relaxed).newValue, radix: 36) }
}

/// Which web pages may read the answers (Fetch Standard, "CORS protocol").
struct CORS: Sendable {
    /// `*`, or the origins allowed.
    let origins: [String]

    func headers(origin: String?) -> [(name: String, value: String)] {
        guard let origin else { return [] }
        if origins.contains("*") {
            return [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", Self.exposed)]
        }
        guard origins.contains(origin) else { return [("Vary", "Origin")] }
        return [
            ("Access-Control-Allow-Origin", origin), ("Vary", "Origin"),
            ("Access-Control-Expose-Headers", Self.exposed),
        ]
    }

    func preflight(_ exchange: RequestContext, allow: String) -> HTTPResponse {
        HTTPResponse(
            status: 204,
            headers: exchange.corsHeaders + [
                ("Allow", allow), ("Access-Control-Allow-Methods", allow),
                ("Access-Control-Allow-Headers", "Content-Type, Prefer, X-Api-Key, X-Request-Id, Traceparent"),
                ("Access-Control-Max-Age", "86400"),
            ])
    }

    private static let exposed = "Location, Retry-After, X-Request-Id"
}
