import Text

/// What a page tells of an episode, as far as a catalog knows it: untrusted text, cleaned and bounded where it is made one.
public struct EpisodeAbout: Hashable, Sendable {
    /// On one line, at most `EpisodeTitle.longestBytes` of UTF-8.
    public let episodeTitle: String?
    /// Of the podcast, likewise.
    public let feedTitle: String?
    /// An absolute URL of `https` or `http`, at most `longestURLBytes` of ASCII.
    public let imageURL: String?

    public static let longestURLBytes = 512

    /// What can't be used is left out.
    public init(episodeTitle: String? = nil, feedTitle: String? = nil, imageURL: String? = nil) {
        self.episodeTitle = episodeTitle.flatMap(EpisodeTitle.cleaned)
        self.feedTitle = feedTitle.flatMap(EpisodeTitle.cleaned)
        self.imageURL = imageURL.flatMap { Self.isUsable(url: $0) ? $0 : nil }
    }

    /// The same with another title of the episode, or with none.
    init(episodeTitle: String?, beside other: EpisodeAbout?) {
        self.init(episodeTitle: episodeTitle, feedTitle: other?.feedTitle, imageURL: other?.imageURL)
    }

    /// Whether there is nothing to tell.
    public var isEmpty: Bool { episodeTitle == nil && feedTitle == nil && imageURL == nil }

    /// Only characters that RFC 3986 allows, and a host.
    private static func isUsable(url: String) -> Bool {
        guard url.utf8.count <= longestURLBytes, let rest = WebScheme.split(url)?.rest else { return false }
        return !rest.isEmpty && rest.utf8.first != UInt8(ascii: "/") && ByteSet.uri.holds(rest)
    }
}

extension EpisodeAbout: Codable {
    private enum CodingKeys: String, CodingKey {
        case episodeTitle = "title"
        case feedTitle = "feed_title"
        case imageURL = "image_url"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            episodeTitle: try fields.decodeIfPresent(String.self, forKey: .episodeTitle),
            feedTitle: try fields.decodeIfPresent(String.self, forKey: .feedTitle),
            imageURL: try fields.decodeIfPresent(String.self, forKey: .imageURL))
    }
}
