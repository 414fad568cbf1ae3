import Domain

/// How a client is told why there is no clip.
extension FailureReason {
    /// The status of the answer (RFC 9110, 15). No `default`: a new reason must decide.
    var status: Int {
        switch self {
        case .badParameters, .startPastEnd: 400
        case .noSuchEpisode, .noSuchChunk: 404
        case .noTranscript, .noAudio, .badEpisodeData, .unplayableSource: 422
        case .internalError: 500
        case .catalogUnavailable, .storeUnavailable, .sourceChanged, .cutFailed, .overloaded, .stopping: 503
        case .expired: 504
        }
    }

    /// A few words that are the same for every failure with this reason (the `title` of RFC 9457).
    var title: String {
        switch self {
        case .badParameters: "The parameters are not valid"
        case .startPastEnd: "The start lies past the episode's end"
        case .noSuchEpisode: "There is no such episode"
        case .noSuchChunk: "There is no such transcript chunk"
        case .noTranscript: "The episode has no transcript data"
        case .noAudio: "The episode has no audio"
        case .badEpisodeData: "The episode's data can't be used"
        case .unplayableSource: "The episode's audio can't be played"
        case .catalogUnavailable: "The episode catalog is not available"
        case .storeUnavailable: "The audio store is not available"
        case .sourceChanged: "The episode was replaced meanwhile"
        case .cutFailed: "The clip could not be cut"
        case .overloaded: "There is too much work ahead"
        case .stopping: "The service is stopping"
        case .expired: "The work's deadline has passed"
        case .internalError: "Something went wrong here"
        }
    }
}
