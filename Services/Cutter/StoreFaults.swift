import Domain
import ObjectStore

extension ObjectStoreFault {
    /// What the client and the other services see of it.
    ///
    /// - Parameter place: which store, in words: "the source bucket", "the clips bucket".
    func clipFault(about place: String) -> ClipFault {
        switch self {
        case .sourceChanged: ClipFault(.sourceChanged, "the episode's audio was replaced while it was read")
        case .missingObject: ClipFault(.sourceChanged, "an object of \(place) is gone")
        case .rangeNotSatisfiable: ClipFault(.sourceChanged, "an object of \(place) is shorter than it was")
        case .cancelled: ClipFault(.stopping, "the service is stopping")
        case .busy: ClipFault(.overloaded, "too many requests wait for \(place)")
        case .invalidKey(let reason): ClipFault(.badEpisodeData, "the episode's data make no object key: \(reason)")
        case .resting: ClipFault(.storeUnavailable, "\(place) does not answer", retryAfter: retryAfter)
        case .invalidAttribute, .tooLarge: ClipFault(.internalError, "\(place): \(slug)")
        // An operator mends these, and then the same request succeeds: so they are tried again like an outage.
        case .missingBucket, .denied, .refused, .untrusted, .noCredentials, .slowDown, .unavailable, .timedOut,
            .unreachable, .truncated, .malformedAnswer, .storage:
            ClipFault(.storeUnavailable, "\(place) did not do what was asked: \(slug)", retryAfter: retryAfter)
        }
    }
}
