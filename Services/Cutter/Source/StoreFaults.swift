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
        // One object, which somebody has to fetch back from the archive first.
        case .denied("InvalidObjectState"):
            ClipFault(
                .unplayableSource, "an object of \(place) is archived and has to be restored (InvalidObjectState)")
        // Credentials that have just run out are being renewed, and a bucket may still be made.
        case .denied(let code) where Self.passingDenials.contains(code):
            ClipFault(.storeUnavailable, "\(place) did not do what was asked: \(slug) (\(code))")
        case .missingBucket, .noCredentials, .slowDown, .unavailable, .timedOut, .unreachable, .truncated,
            .malformedAnswer, .storage:
            ClipFault(.storeUnavailable, "\(place) did not do what was asked: \(slug)", retryAfter: retryAfter)
        // A right, a key, a clock, a region or a certificate: an operator mends it. Until then each try would be refused as
        // well, so whoever waits is told at once.
        case .denied(let code), .refused(_, let code):
            ClipFault(
                .storeUnavailable, "\(place) refuses what was asked: \(slug)\(code.isEmpty ? "" : " (\(code))")",
                retryAfter: Self.untilMended)
        case .untrusted:
            ClipFault(.storeUnavailable, "\(place) refuses what was asked: \(slug)", retryAfter: Self.untilMended)
        }
    }

    private static let passingDenials: Set<String> = [
        "ExpiredToken", "InvalidToken", "RequestExpired", "TokenRefreshRequired",
    ]

    /// Beyond every deadline.
    private static let untilMended = Duration.seconds(7 * 86_400)
}
