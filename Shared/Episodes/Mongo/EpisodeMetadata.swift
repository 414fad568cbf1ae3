import Domain

/// An `episode_metadata` document, and fields of its neighbours: written by others, so every type and range is checked.
struct EpisodeMetadata {
    let id: ObjectID
    let guid: String
    let title: String?
    let about: EpisodeAbout
    let duration: Duration?
    /// The feed that the document itself names; most name none.
    let feedSlug: String?

    /// What is asked for of a document.
    static let fields = ["guid", "title", "podcast_title", "image_url", "duration", "feed_slug"]

    init(_ document: BSONDocument) throws(CatalogFault) {
        switch document["_id"] {
        case .objectID(let id): self.id = id
        case .string(let text):
            guard let id = ObjectID(hex: text) else {
                throw .badEpisodeData("the episode's _id is text, and not the 24 hex digits of an ObjectId")
            }
            self.id = id
        case let other: throw .badEpisodeData("the episode's _id is \(Self.kind(other)), not an ObjectId")
        }
        switch document["guid"] {
        case .string(let guid):
            guard SourcePath.isUsable(guid: guid) else {
                throw .badEpisodeData("the episode's guid can't be part of a storage key")
            }
            self.guid = guid
        case let other: throw .badEpisodeData("the episode's guid is \(Self.kind(other)), not text")
        }
        title = document.string("title").flatMap(EpisodeTitle.cleaned)
        about = EpisodeAbout(
            episodeTitle: title, feedTitle: document.string("podcast_title"), imageURL: document.string("image_url"))
        duration = document["duration"]?.number.flatMap(Self.duration)
        if case .string("") = document["feed_slug"] {
            feedSlug = nil
        } else {
            feedSlug = try Self.feedSlug(document, in: MongoEpisodeCatalog.Collection.metadata)
        }
    }

    func episode(feedSlug: String) -> Episode {
        Episode(id: id, guid: guid, feedSlug: feedSlug, title: title, duration: duration, about: about)
    }

    /// The document's `feed_slug`; nil where it has none, so that the next source is asked.
    static func feedSlug(_ document: BSONDocument, in collection: String) throws(CatalogFault) -> String? {
        switch document["feed_slug"] {
        case nil, .null: return nil
        case .string(let slug):
            guard PathSegments.areSafe(slug) else {
                throw .badEpisodeData("the feed_slug in \(collection) can't be part of a storage key")
            }
            return slug
        case let other: throw .badEpisodeData("the feed_slug in \(collection) is \(kind(other)), not text")
        }
    }

    /// `start_time`, in seconds, to the nearest millisecond.
    static func chunkStart(_ document: BSONDocument) throws(CatalogFault) -> Duration {
        guard let seconds = document["start_time"]?.number else {
            throw .badEpisodeData("the chunk's start_time is \(kind(document["start_time"])), not a number")
        }
        let milliseconds = (seconds * 1000).rounded()
        guard seconds >= 0, milliseconds < Double(ClipWindow.latestMs) else {
            throw .badEpisodeData("the chunk's start_time is no time in an episode")
        }
        return .milliseconds(Int64(milliseconds))
    }

    /// Nil for what can't be a duration: the catalog's word is a hint, and no reason to refuse.
    private static func duration(seconds: Double) -> Duration? {
        guard seconds > 0, seconds * 1000 < Double(ClipWindow.latestMs) else { return nil }
        return .milliseconds(Int64((seconds * 1000).rounded()))
    }

    private static func kind(_ value: BSONValue?) -> String { value?.typeName ?? "missing" }
}
