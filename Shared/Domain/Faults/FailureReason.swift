/// Why there is no clip. The raw value is the slug that metrics, logs, events and clients see: the list is short and fixed.
public enum FailureReason: String, Hashable, Sendable, CaseIterable {
    // What the asker got wrong.
    case badParameters = "bad-parameters"
    case malformedRequest = "malformed-request"
    case unauthorized = "unauthorized"
    case badURLSignature = "bad-url-signature"
    case urlExpired = "url-expired"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case bodyTooLarge = "body-too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case startPastEnd = "start-past-end"
    // What the episode lacks.
    case noSuchEpisode = "no-such-episode"
    case noSuchChunk = "no-such-chunk"
    case noTranscript = "no-transcript"
    case noAudio = "no-audio"
    case badEpisodeData = "bad-episode-data"
    case unplayableSource = "unplayable-source"
    // What may pass.
    case catalogUnavailable = "catalog-unavailable"
    case storeUnavailable = "store-unavailable"
    case brokerUnavailable = "broker-unavailable"
    case sourceChanged = "source-changed"
    case cutFailed = "cut-failed"
    case overloaded = "overloaded"
    case stopping = "stopping"
    case expired = "expired"
    case notReadyInTime = "not-ready-in-time"
    // What we got wrong.
    case internalError = "internal-error"

    /// What becomes of work that failed for this reason. No `default`: a new reason must decide.
    public var fate: Fate {
        switch self {
        case .badParameters, .malformedRequest, .unauthorized, .badURLSignature, .urlExpired, .notFound,
            .methodNotAllowed,
            .notAcceptable, .bodyTooLarge, .unsupportedMediaType, .startPastEnd, .noSuchEpisode, .noSuchChunk,
            .noTranscript, .noAudio,
            .badEpisodeData, .unplayableSource,
            .internalError:
            .permanent
        case .catalogUnavailable, .storeUnavailable, .brokerUnavailable, .sourceChanged, .cutFailed, .overloaded,
            .stopping, .expired, .notReadyInTime:
            .transient
        }
    }

    /// The status of the answer (RFC 9110, 15).
    public var status: Int {
        switch self {
        case .badParameters, .malformedRequest, .startPastEnd: 400
        case .unauthorized: 401
        case .badURLSignature, .urlExpired: 403
        case .notFound, .noSuchEpisode, .noSuchChunk: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .bodyTooLarge: 413
        case .unsupportedMediaType: 415
        case .noTranscript, .noAudio, .badEpisodeData, .unplayableSource: 422
        case .internalError: 500
        case .catalogUnavailable, .storeUnavailable, .brokerUnavailable, .sourceChanged, .cutFailed, .overloaded,
            .stopping:
            503
        case .expired, .notReadyInTime: 504
        }
    }

    /// A few words that are the same for every failure with this reason (the `title` of RFC 9457).
    public var title: String {
        switch self {
        case .badParameters: "The parameters are not valid"
        case .malformedRequest: "The request can't be read"
        case .unauthorized: "An API key is needed"
        case .badURLSignature: "The URL is not signed"
        case .urlExpired: "The URL has expired"
        case .notFound: "There is nothing here"
        case .methodNotAllowed: "This method is not allowed here"
        case .notAcceptable: "No format of the clip is acceptable"
        case .bodyTooLarge: "The body is too large"
        case .unsupportedMediaType: "The body is not of a type that is read here"
        case .startPastEnd: "The start lies past the episode's end"
        case .noSuchEpisode: "There is no such episode"
        case .noSuchChunk: "There is no such transcript chunk"
        case .noTranscript: "The episode has no transcript data"
        case .noAudio: "The episode has no audio"
        case .badEpisodeData: "The episode's data can't be used"
        case .unplayableSource: "The episode's audio can't be played"
        case .catalogUnavailable: "The episode catalog is not available"
        case .storeUnavailable: "The audio store is not available"
        case .brokerUnavailable: "The message broker is not available"
        case .sourceChanged: "The episode was replaced meanwhile"
        case .cutFailed: "The clip could not be cut"
        case .overloaded: "There is too much work ahead"
        case .stopping: "The service is stopping"
        case .expired: "The work's deadline has passed"
        case .notReadyInTime: "The clip was not ready in time"
        case .internalError: "Something went wrong here"
        }
    }
}

public enum Fate: Hashable, Sendable {
    /// The same request would fail again: said at once and remembered briefly.
    case permanent
    /// The same request may succeed later: tried again within its deadline.
    case transient
}
