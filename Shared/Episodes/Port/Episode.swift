import Domain

/// What the catalog knows of an episode, under its canonical id.
public struct Episode: Hashable, Sendable {
    /// The `_id` of its document, also where it was asked for by guid.
    public let id: ObjectID
    /// Leads to a place in the source bucket (`SourcePath`).
    public let guid: String
    /// Safe as part of a key (`PathSegments`).
    public let feedSlug: String
    /// On one line, without control characters, at most `EpisodeTitle.longestBytes` of UTF-8; nil if there is none.
    public let title: String?
    /// The catalog's word, which may be wrong; nil where it is missing, zero or no number.
    public let duration: Duration?

    /// What pages tell of it.
    public let about: EpisodeAbout

    /// - Parameter about: nil: the title, and nothing else.
    public init(
        id: ObjectID, guid: String, feedSlug: String, title: String?, duration: Duration?, about: EpisodeAbout? = nil
    ) {
        self.id = id
        self.guid = guid
        self.feedSlug = feedSlug
        self.title = title
        self.duration = duration
        self.about = about ?? EpisodeAbout(episodeTitle: title)
    }
}
