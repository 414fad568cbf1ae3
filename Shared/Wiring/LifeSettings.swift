import Domain
import ObjectStore
import Settings

/// How long URLs and clips live. Gateway and cutter must agree on it, so it is read in one place.
public struct LifeSettings: Sendable {
    /// After which the bucket's own rule takes a clip away.
    public var clipLifetime: Duration
    public var urls: SignedURLLife

    public init(from read: inout SettingsReader) {
        // The cutter's, and the resolver's.
        read.leave("CLIP_LINK_TEMPLATE", "CLIP_LINK_TEMPLATE_FILE", "CHUNK_CLIP", "CHUNK_CLIP_FILE")
        clipLifetime = read.duration(
            "CLIP_LIFETIME", default: .seconds(30 * 86_400), in: .seconds(60)...(.seconds(3650 * 86_400)),
            "after which the clips bucket's lifecycle rule removes a clip")
        let lifetime = read.duration(
            "URL_LIFETIME", default: .seconds(86_400), in: .seconds(1)...(.seconds(6 * 86_400)),
            "how long a signed URL works at least, from when it was handed out")
        let window = read.duration(
            "SIGNING_WINDOW", default: .seconds(3600), in: .seconds(1)...(.seconds(86_400)),
            "equal requests within it get equal URLs")
        if let urls = SignedURLLife(lifetime: lifetime, window: window) {
            self.urls = urls
        } else {
            urls = .standard
            read.mistake("URL_LIFETIME and SIGNING_WINDOW: must be whole seconds, and together at most 7 days")
        }
        if clipLifetime < lifetime + window + Self.margin {
            read.mistake("CLIP_LIFETIME: must be at least URL_LIFETIME, SIGNING_WINDOW and an hour together")
        }
    }

    public init(clipLifetime: Duration, urls: SignedURLLife) {
        self.clipLifetime = clipLifetime
        self.urls = urls
    }

    /// What an object must have left beyond a URL signed now.
    public static let margin = Duration.seconds(3600)

    /// URL lifetime and signing window together, in seconds.
    public var signedSeconds: Int64 { urls.expirySeconds }
}
