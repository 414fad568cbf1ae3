/// Why there is no clip, as `clip.failed` may say it. The raw value is the slug that metrics, logs, events and clients see:
/// the list is short and fixed. How clients are told over HTTP, and what else can be wrong with a request there, is the
/// gateway's business.
public enum FailureReason: String, Hashable, Sendable, CaseIterable {
    // What the asker got wrong.
    case badParameters = "bad-parameters"
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
    case sourceChanged = "source-changed"
    case cutFailed = "cut-failed"
    case overloaded = "overloaded"
    case stopping = "stopping"
    case expired = "expired"
    // What we got wrong.
    case internalError = "internal-error"

    /// What becomes of work that failed for this reason. No `default`: a new reason must decide.
    public var fate: Fate {
        switch self {
        case .badParameters, .startPastEnd, .noSuchEpisode, .noSuchChunk, .noTranscript, .noAudio, .badEpisodeData,
            .unplayableSource, .internalError:
            .permanent
        case .catalogUnavailable, .storeUnavailable, .sourceChanged, .cutFailed, .overloaded, .stopping, .expired:
            .transient
        }
    }
}

public enum Fate: Hashable, Sendable {
    /// The same request would fail again: said at once and remembered briefly.
    case permanent
    /// The same request may succeed later: tried again within its deadline.
    case transient
}
