import Domain
import Text

/// What machines read of a clip's page: Open Graph (ogp.me), Twitter's player card, where its oEmbed answer is, and schema.org.
struct ClipPageHead {
    let page: ClipPage

    private var shared: SharedClip { page.shared }
    private var about: EpisodeAbout? { page.facts.about }

    func html() -> String {
        var lines = [ClipPage.start(page.title), tag("name", "description", page.description)]
        lines += [
            tag("property", "og:type", "website"), tag("property", "og:title", page.title),
            tag("property", "og:description", page.description),
        ]
        if let feed = about?.feedTitle { lines.append(tag("property", "og:site_name", feed)) }
        // Shown by those who read these lines, and not by the page itself: a picture elsewhere would tell its owner who looks.
        if let image = about?.imageURL { lines.append(tag("property", "og:image", image)) }
        if let base = page.base { lines += whole(base) }
        lines.append("<script type=\"application/ld+json\">\(structuredData())</script>")
        return lines.joined(separator: "\n")
    }

    /// What needs whole URLs.
    private func whole(_ base: BaseURL) -> [String] {
        let (url, audio, embed) = (
            "\(base)\(shared.pagePath)", "\(base)\(shared.playPath)", "\(base)\(shared.embedPath)"
        )
        var lines = [
            "<link rel=\"canonical\" href=\"\(HTMLText.escaped(url))\">", tag("property", "og:url", url),
            tag("property", "og:audio", audio), tag("property", "og:audio:type", shared.id.format.mediaType),
            tag("name", "twitter:card", "player"), tag("name", "twitter:title", page.title),
            tag("name", "twitter:description", page.description), tag("name", "twitter:player", embed),
            tag("name", "twitter:player:width", String(OEmbed.width)),
            tag("name", "twitter:player:height", String(OEmbed.height)),
        ]
        if base.description.hasPrefix("https:") { lines.append(tag("property", "og:audio:secure_url", audio)) }
        for (format, type) in [("json", "application/json+oembed"), ("xml", "text/xml+oembed")] {
            let address = HTMLText.escaped("\(base)" + SharedClip.oEmbedPath(of: url, format: format))
            lines.append(
                "<link rel=\"alternate\" type=\"\(type)\" href=\"\(address)\" title=\"\(HTMLText.escaped(page.title))\">"
            )
        }
        return lines
    }

    private func tag(_ kind: String, _ name: String, _ value: String) -> String {
        "<meta \(kind)=\"\(name)\" content=\"\(HTMLText.escaped(value))\">"
    }

    /// schema.org's `PodcastEpisode` with the `Clip` as its part.
    ///
    /// Such a `script` is a data block: it is left alone before a policy is asked whether it may run (HTML Standard, "prepare the script
    /// element"), so the policy has no need to allow it. It ends at the first `</script`, and `<!--` changes how it is read: no `<` is
    /// left as it is.
    func structuredData() -> String {
        let (startMs, endMs) = page.facts.edges(of: shared)
        let base = page.base?.description ?? ""
        var json = JSONWriter()
        json.object {
            $0.field("@context", "https://schema.org")
            $0.field("@type", "PodcastEpisode")
            if let title = about?.episodeTitle { $0.field("name", title) }
            if let image = about?.imageURL { $0.field("image", image) }
            if let link = page.link {
                $0.field("url", link.url(episode: shared.id.episode, startMs: startMs, endMs: endMs))
            }
            if let feed = about?.feedTitle {
                $0.object("partOfSeries") {
                    $0.field("@type", "PodcastSeries")
                    $0.field("name", feed)
                }
            }
            $0.object("hasPart") {
                $0.field("@type", "Clip")
                $0.field("name", page.title)
                $0.field("url", base + shared.pagePath)
                $0.field("startOffset", secondsFromMs: startMs)
                $0.field("endOffset", secondsFromMs: endMs)
                $0.object("audio") {
                    $0.field("@type", "AudioObject")
                    $0.field("contentUrl", base + shared.playPath)
                    $0.field("embedUrl", base + shared.embedPath)
                    $0.field("encodingFormat", shared.id.format.mediaType)
                    let words = page.facts.said.map(\.text).joined(separator: " ")
                    if !words.isEmpty { $0.field("transcript", HTMLText.visible(words)) }
                }
            }
        }
        let bytes = json.bytes.flatMap { $0 == UInt8(ascii: "<") ? Array(#"\u003c"#.utf8) : [$0] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
