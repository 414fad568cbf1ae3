/// Everything that was made of an episode is being deleted: what was asked for before this is void.
///
/// Requests that come later are none of its business: they find out by themselves whether the episode is still there.
public struct EpisodePurged: ClipEvent, Hashable {
    public static let kind = "cutroom.episode.purged"
    /// The canonical id, 24 lower-case hex digits.
    public var episodeID: String

    public init(episode: ObjectID) { episodeID = episode.description }

    enum CodingKeys: String, CodingKey {
        case episodeID = "episode_id"
    }

    /// The record's key and the event's subject: here that is the episode.
    public var clipID: String { episodeID }

    public func validate() throws(EventFault) { _ = try episode() }

    public func episode() throws(EventFault) -> ObjectID {
        guard let id = ObjectID(hex: episodeID) else {
            throw .badField(name: "episode_id", problem: "is not 24 hex digits")
        }
        return id
    }
}
