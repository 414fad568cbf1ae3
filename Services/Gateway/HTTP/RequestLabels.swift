import Telemetry

/// What kind of request it is, whatever its method's name.
enum MethodClass: Int, MetricLabel {
    case read, write, preflight, other

    static let label = "method"

    init(_ method: String) {
        switch method {
        case "GET", "HEAD": self = .read
        case "POST": self = .write
        case "OPTIONS": self = .preflight
        default: self = .other
        }
    }
}

/// The first digit of an answer's status (RFC 9110, 15).
enum StatusClass: Int, MetricLabel {
    case success, redirection, clientError, serverError
    /// The client left before there was an answer.
    case gone

    static let label = "status"

    var word: String {
        switch self {
        case .success: "2xx"
        case .redirection: "3xx"
        case .clientError: "4xx"
        case .serverError: "5xx"
        case .gone: "gone"
        }
    }

    init(_ status: Int) {
        switch status {
        case ..<300: self = .success
        case ..<400: self = .redirection
        case ..<500: self = .clientError
        default: self = .serverError
        }
    }
}

/// What became of a request for one clip.
enum ClipOutcome: Int, MetricLabel {
    /// It was ready.
    case hit
    /// It was made, or found in the bucket, for this request.
    case made
    /// It was made for another request, which this one joined.
    case coalesced
    /// The client is told that it is being made.
    case pending
    /// It can't be made.
    case failed
    /// It was not begun, since there is too much to do.
    case refused
    /// It was not there in time, or the broker did not take the request.
    case late
    /// The client left.
    case gone

    static let label = "outcome"

    /// Written out, since each answer names it.
    var word: String {
        switch self {
        case .hit: "hit"
        case .made: "made"
        case .coalesced: "coalesced"
        case .pending: "pending"
        case .failed: "failed"
        case .refused: "refused"
        case .late: "late"
        case .gone: "gone"
        }
    }
}

/// Why a clip is asked for at the resolver.
enum AskCause: Int, MetricLabel {
    case miss, hedge, revalidation, bulk
    static let label = "cause"
}

/// What a gateway does for a miss: the last of its stages.
enum GatewayStage: Int, MetricLabel {
    case answer
    static let label = "stage"
}
