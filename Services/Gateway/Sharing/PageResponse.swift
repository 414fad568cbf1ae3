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
        clip.flatMap { signer.origin(of: $0.key.description, now: now) } ?? "https: http:"
    }
}

extension URLSigner {
    /// Scheme, host and port of an object's signed URL, as policies name a source; nil if it can't be signed now.
    func origin(of key: String, now: Int64) -> String? {
        let url = try? signedURL(key: key, atUnixSeconds: now).url
        return url?.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).prefix(3).joined(
            separator: "/")
    }
}
