import Domain

/// Why a request is refused at the HTTP edge. The raw value is the slug that clients, logs and metrics see: the list is
/// short and fixed. None of these ever travels in an event; what may is `FailureReason`.
public enum EdgeReason: String, Hashable, Sendable, CaseIterable {
    case malformedRequest = "malformed-request"
    case unauthorized = "unauthorized"
    case badURLSignature = "bad-url-signature"
    case urlExpired = "url-expired"
    case crossSite = "cross-site"
    case notFound = "not-found"
    case gone
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case bodyTooLarge = "body-too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case misdirectedRequest = "misdirected-request"
    case rateLimited = "rate-limited"
    case brokerUnavailable = "broker-unavailable"
    case notReadyInTime = "not-ready-in-time"

    /// The status of the answer (RFC 9110, 15). No `default`: a new reason must decide.
    public var status: Int {
        switch self {
        case .malformedRequest: 400
        case .unauthorized: 401
        case .badURLSignature, .urlExpired, .crossSite: 403
        case .notFound: 404
        case .gone: 410
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .bodyTooLarge: 413
        case .unsupportedMediaType: 415
        case .misdirectedRequest: 421
        case .rateLimited: 429
        case .brokerUnavailable: 503
        case .notReadyInTime: 504
        }
    }

    /// A few words that are the same for every problem with this reason (the `title` of RFC 9457).
    var title: String {
        switch self {
        case .malformedRequest: "The request can't be read"
        case .unauthorized: "An API key is needed"
        case .badURLSignature: "The URL is not signed"
        case .urlExpired: "The URL has expired"
        case .crossSite: "Pages of other sites may not use this server"
        case .notFound: "There is nothing here"
        case .gone: "This clip is gone"
        case .methodNotAllowed: "This method is not allowed here"
        case .notAcceptable: "No format of the clip is acceptable"
        case .bodyTooLarge: "The body is too large"
        case .unsupportedMediaType: "The body is not of a type that is read here"
        case .misdirectedRequest: "The request is for another server"
        case .rateLimited: "Too many requests"
        case .brokerUnavailable: "The message broker is not available"
        case .notReadyInTime: "The clip was not ready in time"
        }
    }

    /// Whether the same request may succeed later.
    var fate: Fate {
        switch self {
        case .rateLimited, .brokerUnavailable, .notReadyInTime: .transient
        case .malformedRequest, .unauthorized, .badURLSignature, .urlExpired, .crossSite, .notFound, .gone,
            .methodNotAllowed,
            .notAcceptable, .bodyTooLarge, .unsupportedMediaType, .misdirectedRequest:
            .permanent
        }
    }
}

/// A fault of the HTTP edge.
public struct EdgeFault: Error, Hashable, Sendable {
    public let reason: EdgeReason
    /// A sentence for people: what was wrong and what was expected. No secrets, no addresses.
    public let detail: String
    /// The reason's own, unless the server library has a closer one (414, 431, 501, 505).
    public let status: Int
    /// After which the same request may succeed.
    public let retryAfterSeconds: Int?

    public init(_ reason: EdgeReason, _ detail: String, status: Int? = nil, retryAfterSeconds: Int? = nil) {
        self.reason = reason
        self.detail = detail
        self.retryAfterSeconds = retryAfterSeconds
        self.status = status ?? reason.status
    }
}

/// What a client reads in a problem document (RFC 9457): a fault of the edge, or one met on the way to a clip.
public enum Problem: Error, Hashable, Sendable {
    case edge(EdgeFault)
    case clip(ClipFault)

    static func edge(_ reason: EdgeReason, _ detail: String) -> Problem { .edge(EdgeFault(reason, detail)) }
    static func clip(_ reason: FailureReason, _ detail: String) -> Problem { .clip(ClipFault(reason, detail)) }
    static func badParameters(_ faults: [ParameterFault]) -> Problem { .clip(.badParameters(faults)) }

    public var status: Int {
        switch self {
        case .edge(let fault): fault.status
        case .clip(let fault): fault.reason.status
        }
    }

    /// The `reason` of the document.
    public var slug: String {
        switch self {
        case .edge(let fault): fault.reason.rawValue
        case .clip(let fault): fault.reason.rawValue
        }
    }

    var title: String {
        switch self {
        case .edge(let fault): fault.reason.title
        case .clip(let fault): fault.reason.title
        }
    }

    public var detail: String {
        switch self {
        case .edge(let fault): fault.detail
        case .clip(let fault): fault.detail
        }
    }

    /// Whether the same request would fail again.
    var fate: Fate {
        switch self {
        case .edge(let fault): fault.reason.fate
        case .clip(let fault): fault.reason.fate
        }
    }

    /// When to ask again, where that is known.
    var retryAfterSeconds: Int? { if case .edge(let fault) = self { fault.retryAfterSeconds } else { nil } }

    /// Every parameter that was wrong.
    var parameters: [ParameterFault] { if case .clip(let fault) = self { fault.parameters } else { [] } }

    /// How long the episode really is, for `start-past-end`.
    var episodeDuration: Duration? { if case .clip(let fault) = self { fault.episodeDuration } else { nil } }

    /// Whether no format of a clip is acceptable to the client, so that the answer depends on `Accept`.
    var isNotAcceptable: Bool { if case .edge(let fault) = self { fault.reason == .notAcceptable } else { false } }
}
