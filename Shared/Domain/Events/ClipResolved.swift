/// The episode is known: what the cutter needs to find its audio.
public struct ClipResolved: ClipEvent, Hashable {
    public static let kind = "cutroom.clip.resolved"
    public static let takesTombstones = false
    public let clipID: ClipID
    public let budgetMs: Int64
    /// Canonical, whatever the id was that was asked for.
    public let episode: ObjectID
    /// Can be part of a key, as can the slug.
    public let guid: String
    public let feedSlug: String
    /// For the clip's tag and file name; cleaned and capped.
    public let title: String?
    /// For pages that show the clip; its title is the event's.
    public let about: EpisodeAbout
    public let window: ClipWindow
    /// For a clip whose edges are to be moved: how the window came about, and how far they may still move. Nil for any other.
    public let edges: ClipEdges?
    /// For a clip that is made of text; nil for one that is made of sound.
    /// Its times begin with the window, or with the earliest start that `edges` allow.
    public let transcript: ClipTranscript?

    /// - Parameter about: nil: nothing is known but the title.
    /// - Throws: `.badField` if the guid or the slug can't be part of a key, or the edges don't fit the window.
    public init(
        clipID: ClipID, budget: Duration, episode: ObjectID, guid: String, feedSlug: String, title: String?,
        about: EpisodeAbout? = nil, window: ClipWindow, edges: ClipEdges? = nil, transcript: ClipTranscript? = nil
    ) throws(EventFault) {
        self.clipID = clipID
        budgetMs = budget.wholeMilliseconds
        self.episode = episode
        self.guid = guid
        self.feedSlug = feedSlug
        self.title = title
        self.about = EpisodeAbout(episodeTitle: title, beside: about)
        self.window = window
        self.edges = edges
        self.transcript = transcript
        try check()
    }

    enum CodingKeys: String, CodingKey {
        case guid, title, about, transcript
        case edges = "snap"
        case clipID = "clip_id"
        case budgetMs = "budget_ms"
        case episode = "episode_id"
        case feedSlug = "feed_slug"
        case startMs = "start_ms"
        case endMs = "end_ms"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        clipID = try fields.decode(ClipID.self, forKey: .clipID)
        budgetMs = try fields.decode(Int64.self, forKey: .budgetMs)
        episode = try fields.decode(ObjectID.self, forKey: .episode)
        guid = try fields.decode(String.self, forKey: .guid)
        feedSlug = try fields.decode(String.self, forKey: .feedSlug)
        title = try fields.decodeIfPresent(String.self, forKey: .title)
        about = EpisodeAbout(
            episodeTitle: title, beside: try fields.decodeIfPresent(EpisodeAbout.self, forKey: .about))
        let startMs = try fields.decode(Int32.self, forKey: .startMs)
        let endMs = try fields.decode(Int32.self, forKey: .endMs)
        guard let window = ClipWindow(startMs: startMs, endMs: endMs) else {
            throw EventFault.badField(name: "end_ms", problem: "must be later than start_ms, and that 0 or more")
        }
        self.window = window
        edges = try fields.decodeIfPresent(ClipEdges.self, forKey: .edges)
        transcript = try fields.decodeIfPresent(ClipTranscript.self, forKey: .transcript)
        try Self.check(budgetMs: budgetMs)
        try check()
    }

    private func check() throws(EventFault) {
        try edges?.check(around: window)
        guard (edges == nil) == (clipID.snap == nil) else {
            throw .badField(name: "snap", problem: "must be there for a clip whose edges are to be moved, and no other")
        }
        guard SourcePath.isUsable(guid: guid) else {
            throw .badField(name: "guid", problem: "can't be part of a key")
        }
        guard PathSegments.areSafe(feedSlug) else {
            throw .badField(name: "feed_slug", problem: "can't be part of a key")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(clipID, forKey: .clipID)
        try fields.encode(budgetMs, forKey: .budgetMs)
        try fields.encode(episode, forKey: .episode)
        try fields.encode(guid, forKey: .guid)
        try fields.encode(feedSlug, forKey: .feedSlug)
        try fields.encodeIfPresent(title, forKey: .title)
        let further = EpisodeAbout(episodeTitle: nil, beside: about)
        if !further.isEmpty { try fields.encode(further, forKey: .about) }
        try fields.encode(window.startMs, forKey: .startMs)
        try fields.encode(window.endMs, forKey: .endMs)
        try fields.encodeIfPresent(edges, forKey: .edges)
        try fields.encodeIfPresent(transcript, forKey: .transcript)
    }

    public var subject: EventSubject { .clip(clipID) }
    public var episodeID: ObjectID? { episode }
    public var budget: Duration? { .milliseconds(budgetMs) }
}
