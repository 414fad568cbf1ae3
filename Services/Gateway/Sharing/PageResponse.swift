import HTTPServer
import ObjectStore

/// Pages as answers: none of them runs a script, loads anything from elsewhere but the clip, or sets a cookie.
struct PageResponse: Sendable {
    let signer: any URLSigner

    /// - Parameters:
    ///   - clip: whose sound the page may load.
    ///   - frameAncestors: pages that may show it in a frame.
    func page(
        _ html: String, status: Int = 200, playing clip: ReadyClip? = nil, frameAncestors: [String] = ["'none'"],
        now: Int64,
        context: RequestContext
    ) -> HTTPResponse {
        let policy = [
            "default-src 'none'", "style-src 'self'", "media-src 'self' \(store(of: clip, now: now))",
            "base-uri 'none'",
            "form-action 'none'", "frame-ancestors \(frameAncestors.joined(separator: " "))",
        ]
        // A page is asked for again each time, so that what is taken down is gone at once.
        var headers = Responses.headers(
            mediaType: "text/html; charset=utf-8", cacheControl: status == 200 ? "no-cache" : "no-store",
            context: context)
        headers.append(("Content-Security-Policy", policy.joined(separator: "; ")))
        headers.append(("X-Content-Type-Options", "nosniff"))
        headers.append(("Referrer-Policy", "no-referrer"))
        return HTTPResponse(status: status, headers: headers, body: .bytes(Array(html.utf8)))
    }

    /// Where the address that plays leads to: a policy is asked about each redirect too (Content Security Policy 3, 4.1.2). Of a clip
    /// that is not ready it is not known yet.
    private func store(of clip: ReadyClip?, now: Int64) -> String {
        guard let clip, let url = try? signer.signedURL(key: clip.key.description, atUnixSeconds: now).url else {
            return "https: http:"
        }
        return url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).prefix(3).joined(
            separator: "/")
    }
}

/// `/c.css`: a file, since the pages' policy allows no style within them.
enum Stylesheet {
    static let path = "/c.css"

    static let text = """
        :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
        body { margin: 0; }
        main { max-width: 40rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
        h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 1rem; }
        audio { width: 100%; }
        .feed, .when { margin: 0 0 .25rem; opacity: .75; }
        blockquote { margin: 1rem 0; padding: 0 0 0 1rem; border-left: .25rem solid; }
        blockquote p { margin: 0 0 .5rem; }
        cite { font-style: normal; font-weight: bold; }
        ul { padding: 0; list-style: none; }
        .embed main { max-width: none; padding: .5rem; }
        .embed h1 { font-size: 1rem; margin: 0 0 .5rem; }

        """
}
