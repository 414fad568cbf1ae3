/// Everything that was made of an episode is being deleted: what was asked for before this is void.
///
/// Requests that come later are none of its business: they find out by themselves whether the episode is still there.
public struct EpisodePurged: ClipEvent, Hashable {
    public static let kind = "cutroom.episode.purged"
    public static let takesTombstones = false
    /// The canonical id.
    public let episode: ObjectID

    public init(episode: ObjectID) { self.episode = episode }

    enum CodingKeys: String, CodingKey {
        case episode = "episode_id"
    }

    public var subject: EventSubject { .episode(episode) }
    public var budget: Duration? { nil }
}
