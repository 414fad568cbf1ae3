import Settings

/// What an operator decides of the pages of clips.
struct SharingSettings: Sendable {
    /// Nil: what the request's `Host` says.
    var publicURL: BaseURL?
    /// Where the whole episode is heard; nil: nowhere.
    var link: LinkTemplate?
    /// As CSP writes them.
    var frameAncestors = ["*"]
    /// How long a page waits for what it tells.
    var wait = Duration.seconds(1)
    /// Memory for what is told of episodes.
    var aboutBytes = 1 << 20
}

extension SharingSettings {
    init(from read: inout SettingsReader) {
        if let text = read.optionalString(
            "PUBLIC_URL",
            "how clients reach the gateway, such as https://clips.example.org; without it, what Host says, by http")
        {
            publicURL = BaseURL(text)
            if publicURL == nil { read.mistake("PUBLIC_URL: must be http:// or https:// and a host, without a path") }
        }
        if let text = read.optionalString(
            "CLIP_LINK_TEMPLATE",
            "where a whole episode is heard, as a link of clips' pages: a URL with {episode}, {start_s}, {start_ms}, {end_s} or {end_ms}"
        ) {
            do throws(LinkTemplate.Fault) { link = try LinkTemplate(text) } catch {
                read.mistake("CLIP_LINK_TEMPLATE: \(error.problem)")
            }
        }
        frameAncestors = read.list(
            "EMBED_FRAME_ANCESTORS", default: frameAncestors,
            "pages that may show a clip in a frame, as in CSP's frame-ancestors: *, 'self', 'none', or origins")
        if !Self.areSources(frameAncestors) {
            read.mistake(
                "EMBED_FRAME_ANCESTORS: must be *, 'self', 'none' alone, or origins such as https://example.org")
        }
        wait = read.duration(
            "GATEWAY_PAGE_WAIT", default: wait, in: .zero...(.seconds(30)),
            "how long the page of a clip waits for the episode's title and the words, if they are not known yet")
        aboutBytes = read.bytes(
            "GATEWAY_ABOUT_CACHE", default: aboutBytes, in: (64 << 10)...(1 << 30),
            "memory for titles of episodes, for pages of clips; the least recently used go first")
    }

    /// Whether this is a list of sources (Content Security Policy 3, 2.3.1) that can't end its directive.
    private static func areSources(_ words: [String]) -> Bool {
        if words == ["'none'"] { return true }
        return !words.isEmpty
            && words.allSatisfy { word in
                if word == "*" || word == "'self'" { return true }
                // An origin may begin with a wildcard.
                let plain = word.replacing("://*.", with: "://", maxReplacements: 1)
                return BaseURL(plain) != nil && !plain.hasSuffix("/")
            }
    }
}
