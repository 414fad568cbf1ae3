/// Why a call to an object store did not do what was asked. Nothing in it holds a secret, a signature or a URL.
public enum ObjectStoreFault: Error, Equatable, Sendable {
    /// The bucket or folder itself is not there.
    case missingBucket
    case missingObject
    /// The store knows us and refuses, or does not know us; `code` is its own word for why, as `AccessDenied`.
    case denied(code: String)
    /// The object is no longer the version that was asked for.
    case sourceChanged
    /// The range starts at or past the end; the object's length where the store told it.
    case rangeNotSatisfiable(sizeBytes: UInt64?)
    /// The store wants fewer requests, and none before `retryAfter`.
    case slowDown(retryAfter: Duration?)
    /// The store answered that it can't now: 5xx, or a request that collided with another.
    case unavailable(status: Int)
    /// Any other refusal, of which asking again changes nothing.
    case refused(status: Int, code: String)
    case timedOut(Phase)
    /// No connection was made, or it ended before an answer began.
    case unreachable(reason: String)
    /// The certificate was not accepted.
    case untrusted(reason: String)
    /// The answer ended early; nil: its length had not been said.
    case truncated(gotBytes: UInt64, expectedBytes: UInt64?)
    /// More bytes than the caller wanted to hold.
    case tooLarge(limitBytes: Int)
    /// The store answered something that S3 doesn't say.
    case malformedAnswer(what: String)
    /// The key can't be an object's: not sent.
    case invalidKey(reason: String)
    /// An attribute that no header can carry: not sent.
    case invalidAttribute(name: String)
    /// Too many of our own requests are waiting already: not sent.
    case busy
    /// The store has failed so often lately that it is left alone for so long: not sent.
    case resting(Duration)
    /// There are no credentials at present.
    case noCredentials(reason: String)
    /// The disk under a folder refused; `errno` as the system names it.
    case storage(errno: Int32)
    /// The calling task was cancelled, or the store closed.
    case cancelled

    /// What was under way when the time was up: waiting for a free connection, connecting, waiting for the answer, or
    /// reading its body.
    public enum Phase: String, Sendable {
        case queue, connect, answer, body
    }

    /// Whether the same call may succeed a little later.
    public var isTransient: Bool {
        switch self {
        case .slowDown, .unavailable, .timedOut, .unreachable, .truncated, .malformedAnswer, .busy, .resting,
            .noCredentials, .storage:
            true
        case .missingBucket, .missingObject, .denied, .sourceChanged, .rangeNotSatisfiable, .refused, .untrusted,
            .tooLarge, .invalidKey, .invalidAttribute, .cancelled:
            false
        }
    }

    /// One of a fixed, short list of names, for metrics, logs and answers.
    public var slug: String {
        switch self {
        case .missingBucket: "store-missing-bucket"
        case .missingObject: "store-missing-object"
        case .denied: "store-denied"
        case .sourceChanged: "store-source-changed"
        case .rangeNotSatisfiable: "store-range-not-satisfiable"
        case .slowDown: "store-slow-down"
        case .unavailable: "store-unavailable"
        case .refused: "store-refused"
        case .timedOut: "store-timed-out"
        case .unreachable: "store-unreachable"
        case .untrusted: "store-untrusted"
        case .truncated: "store-truncated"
        case .tooLarge: "store-too-large"
        case .malformedAnswer: "store-malformed-answer"
        case .invalidKey: "store-invalid-key"
        case .invalidAttribute: "store-invalid-attribute"
        case .busy: "store-busy"
        case .resting: "store-resting"
        case .noCredentials: "store-no-credentials"
        case .storage: "store-disk"
        case .cancelled: "store-cancelled"
        }
    }
}

extension ObjectStoreFault {
    /// How long to stay away, where that is known.
    public var retryAfter: Duration? {
        switch self {
        case .resting(let pause): pause
        case .slowDown(let retryAfter): retryAfter
        default: nil
        }
    }
}
