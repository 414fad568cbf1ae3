import Domain

/// Why the catalog or the register did not do what was asked. No text in it holds a secret.
public enum CatalogFault: Error, Hashable, Sendable {
    case noSuchEpisode
    /// The episode is known, but neither its transcript nor any feed names a `feed_slug` for it.
    case noTranscript
    /// The episode and its audio may be there, but nothing tells what is said.
    case transcriptMissing
    case noSuchChunk
    /// The database holds something that can't be used; the text says which field and why.
    case badEpisodeData(String)
    /// No server that could answer: not reachable, or between two primaries.
    case unavailable(String)
    case timedOut(String)
    /// The server understood and said no: credentials, rights, a rule of the collection. An operator can mend it while the
    /// asker waits, and the asker did nothing wrong.
    case refused(String)
    /// More calls wait than the room was given: not sent.
    case tooManyWaiting
    /// The catalog has failed so often lately that it is left alone for so long: not sent.
    case resting(Duration)
    case closed

    /// What the asker is told. Addresses and the server's own words stay in `description`, for the log.
    public var reason: FailureReason {
        switch self {
        case .noSuchEpisode: .noSuchEpisode
        case .noTranscript, .transcriptMissing: .noTranscript
        case .noSuchChunk: .noSuchChunk
        case .badEpisodeData: .badEpisodeData
        case .unavailable, .timedOut, .refused, .resting: .catalogUnavailable
        case .tooManyWaiting: .overloaded
        case .closed: .stopping
        }
    }

    public var fate: Fate { reason.fate }

    /// For `clip.failed` and the client.
    public var clipFault: ClipFault {
        switch self {
        case .noSuchEpisode: ClipFault(reason, "no episode has this id or guid")
        case .noTranscript: ClipFault(reason, "neither a transcript nor a feed lists the episode")
        case .transcriptMissing: ClipFault(reason, "there is no transcript of the episode")
        case .noSuchChunk: ClipFault(reason, "the episode's transcript has no chunk with this index")
        case .badEpisodeData(let what): ClipFault(reason, what)
        case .unavailable: ClipFault(reason, "the episode catalog can't be reached")
        case .resting(let pause): ClipFault(reason, "the episode catalog does not answer", retryAfter: pause)
        case .timedOut: ClipFault(reason, "the episode catalog did not answer in time")
        case .refused: ClipFault(reason, "the episode catalog refused the call")
        case .tooManyWaiting: ClipFault(reason, "too many look-ups wait for the episode catalog")
        case .closed: ClipFault(reason, "the service is stopping")
        }
    }
}

extension CatalogFault: CustomStringConvertible {
    /// For the log: with the server's own words.
    public var description: String {
        switch self {
        case .unavailable(let why), .timedOut(let why), .refused(let why): "\(clipFault.detail): \(why)"
        default: clipFault.detail
        }
    }
}

extension CatalogFault {
    /// For `/readyz`: what a server refused, in its own words; without addresses, which only the others' words name.
    public var healthDetail: String {
        if case .refused = self { description } else { clipFault.detail }
    }
}
