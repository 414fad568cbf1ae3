import Domain
import HTTPServer
import ObjectStore
import Text
import WebAssets

/// The page at `/`, for people: it asks this server's own API, and holds nothing by itself but how long a clip may be.
struct ConsolePage: Sendable {
    static let script = Assets("console.js")
    static let style = Assets("console.css")

    private let settings: ConsoleSettings
    private let html: String
    private let signer: any URLSigner
    private let clock: @Sendable () -> Int64

    init(
        _ settings: ConsoleSettings, longestClip: Duration, signer: any URLSigner,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.settings = settings
        self.signer = signer
        self.clock = clock
        let text = WebAsset.named("console.html").map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
        html =
            text
            .replacing("{longest-ms}", with: "\(longestClip.wholeMilliseconds)")
            .replacing("{episodes}", with: settings.tellsOfEpisodes ? "yes" : "no")
    }

    /// `GET /`.
    func page(_ request: RoutedRequest) throws(Problem) -> Reply {
        try requireOpen()
        var headers = Responses.headers(
            mediaType: "text/html; charset=utf-8", cacheControl: "no-cache", context: request.context)
        headers += [
            ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ]
        return .now(HTTPResponse(status: 200, headers: headers, body: .bytes(Array(html.utf8))))
    }

    /// Its script or its style, where there is a console.
    func asset(_ asset: Assets) -> Route.Handler {
        { (request) throws(Problem) in
            try requireOpen()
            return try asset.handle(request)
        }
    }

    private func requireOpen() throws(Problem) {
        guard settings.isOpen else {
            throw .edge(.notFound, "this gateway has no console; GATEWAY_CONSOLE=on opens it")
        }
    }

    /// Nothing runs but the console's own script, nothing is loaded but from here and from where clips lie, and no text becomes
    /// markup (Content Security Policy 3; Trusted Types).
    private var policy: String {
        let sources = "'self'" + (settings.tellsOfEpisodes ? "" : " \(store)")
        return [
            "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src \(sources)",
            "connect-src \(sources)", "media-src \(sources)", "base-uri 'none'", "form-action 'none'",
            "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
        ].joined(separator: "; ")
    }

    /// Where the URLs of clips lead to. `cutroom serve` has its clips itself.
    private var store: String {
        // Of a clip that there is not: where it would lie.
        let key = "audio_clips/000000000000000000000000/0-1_v1-00000000.mp3"
        return signer.origin(of: key, now: clock()) ?? "https: http:"
    }
}
