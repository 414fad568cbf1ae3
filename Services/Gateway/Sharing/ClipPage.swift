import Domain
import Text

/// The HTML of a clip: a page by itself, or what stands in another page's frame. It has no script, and plays without.
struct ClipPage {
    let shared: SharedClip
    let facts: ClipFacts
    /// Nil where nobody has said how the gateway is reached: then what needs a whole URL is left out.
    let base: BaseURL?
    let link: LinkTemplate?

    /// Of the words in a description.
    private static let longestDescription = 200

    var title: String { facts.about?.episodeTitle ?? "A clip of a podcast episode" }

    var description: String {
        let words = facts.said.map(\.text).joined(separator: " ")
        if !words.isEmpty { return HTMLText.shortened(words, to: Self.longestDescription) }
        return "From \(from) to \(to)" + (facts.about?.feedTitle.map { " of an episode of \($0)" } ?? " of an episode")
    }

    private var edges: (startMs: Int32, endMs: Int32) { facts.edges(of: shared) }
    private var from: String { HTMLText.clock(edges.startMs) }
    private var to: String { HTMLText.clock(edges.endMs) }

    /// The page of `/c/`.
    func page() -> String {
        let short = shared.shortPath
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            \(ClipPageHead(page: self).html())
            </head>
            <body>
            <main>
            \(feed)<h1>\(HTMLText.isolated(title))</h1>
            \(player)
            \(words)<ul>
            \(whole)<li><a href="\(HTMLText.escaped(shared.playPath + "&download=1"))">Download the clip</a></li>
            <li>Short link: <a href="\(HTMLText.escaped(short))">\(HTMLText.escaped((base?.description ?? "") + short))</a></li>
            </ul>
            </main>
            </body>
            </html>

            """
    }

    /// What stands in another page's frame.
    func embed() -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        \(Self.start(title))
        <meta name="robots" content="noindex">
        </head>
        <body class="embed">
        <main>
        \(feed)<h1><a href="\(HTMLText.escaped(shared.pagePath))" target="_blank" rel="noopener">\(HTMLText.isolated(title))</a></h1>
        \(player)
        </main>
        </body>
        </html>

        """
    }

    /// A page that says why there is none.
    static func notice(_ heading: String, _ detail: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        \(start(heading))
        <meta name="robots" content="noindex">
        </head>
        <body>
        <main>
        <h1>\(HTMLText.escaped(heading))</h1>
        <p>\(HTMLText.isolated(HTMLText.shortened(detail, to: 500)))</p>
        </main>
        </body>
        </html>

        """
    }

    /// What each page's head begins with.
    static func start(_ title: String) -> String {
        """
        <meta charset="utf-8">
        <title>\(HTMLText.escaped(title))</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="stylesheet" href="/c.css">
        """
    }

    private var feed: String {
        facts.about?.feedTitle.map { "<p class=\"feed\">\(HTMLText.isolated($0))</p>\n" } ?? ""
    }

    private var player: String {
        """
        <audio controls preload="none" src="\(HTMLText.escaped(shared.playPath))"></audio>
        <p class="when">\(from) – \(to)</p>
        """
    }

    private var words: String {
        guard !facts.said.isEmpty else { return "" }
        let lines = facts.said.map { line in
            let speaker = line.speaker.map { "<cite>\(HTMLText.isolated($0)):</cite> " } ?? ""
            return "<p>\(speaker)\(HTMLText.isolated(line.text))</p>"
        }
        return "<blockquote>\n\(lines.joined(separator: "\n"))\n</blockquote>\n"
    }

    private var whole: String {
        guard let link else { return "" }
        let url = link.url(episode: shared.id.episode, startMs: edges.startMs, endMs: edges.endMs)
        return
            "<li><a href=\"\(HTMLText.escaped(url))\" rel=\"noopener\">Hear the whole episode from \(from)</a></li>\n"
    }
}
