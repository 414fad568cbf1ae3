import HTTPServer

/// Which web pages may read the answers (Fetch Standard, "CORS protocol"), and how long they took (Resource Timing, 4.5.1).
struct CORS: Sendable {
    /// `*`, or the origins allowed.
    let origins: [String]

    /// Also for requests without an `Origin`: a browser's cache would answer a page's request with such an answer (Fetch
    /// Standard, "CORS protocol and HTTP caches").
    func headers(origin: String?) -> [(name: String, value: String)] {
        if origins.contains("*") {
            return [
                ("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", Self.exposed),
                ("Timing-Allow-Origin", "*"),
            ]
        }
        if origins.isEmpty { return [] }
        guard let origin, origins.contains(origin) else { return [("Vary", "Origin")] }
        return [
            ("Access-Control-Allow-Origin", origin), ("Vary", "Origin"),
            ("Access-Control-Expose-Headers", Self.exposed), ("Timing-Allow-Origin", origin),
        ]
    }

    /// Adds to an answer what it has not been given yet.
    func finish(_ response: inout HTTPResponse, _ request: RequestHead) {
        guard !response.has("Access-Control-Allow-Origin") else { return }
        for header in headers(origin: request.header("origin"))
        where !response.headers.contains(where: { $0 == header }) {
            response.headers.append(header)
        }
    }

    func preflight(_ context: RequestContext, allow: String) -> HTTPResponse {
        HTTPResponse(
            status: 204,
            headers: context.corsHeaders + [
                ("Allow", allow), ("Access-Control-Allow-Methods", allow),
                (
                    "Access-Control-Allow-Headers",
                    "Authorization, Cache-Control, Content-Type, Prefer, X-Api-Key, X-Request-Id, Traceparent"
                ),
                ("Access-Control-Max-Age", "86400"),
            ])
    }

    private static let exposed = "Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id"
}
