import Domain
import HTTPServer
import Logging
import ObjectStore
import Text

/// The API: every path that the gateway answers, and its handler. docs/openapi.yaml describes what goes in and out, and
/// docs/http.md lists the routes for people.
struct GatewayAPI: Sendable {
    let clip: GetClip
    let play: PlayClip
    let chunk: PostChunk
    let batch: PostBatch
    let status: RequestStatus
    let events: EventStreams
    let sharing: SharingPages
    let player: PlayerOffer
    let console: ConsolePage
    let readiness: Readiness

    /// Each route's name in metrics, its path, what it asks of a client, and its handler. Paths without an open segment stand
    /// before the one whose segment would take their last word.
    static let table: [RouteLine] = [
        .get("health", "/api/v1/audio_clips/health", .open) { api in { .now(api.readiness.health($0.context)) } },
        .post("batch", "/api/v1/audio_clips/batch", .guarded) { $0.batch.handle },
        .get("clip", "/api/v1/audio_clips/{episode}", .guarded) { $0.clip.handle },
        .get("status", "/api/v1/audio_clips/requests/{clip}", .guarded) { $0.status.handle },
        .get("events", "/api/v1/audio_clips/requests/{clip}/events", .guarded) { $0.events.handle },
        .get("play", "/api/v1/audio_clips/{episode}/play", .guarded) { $0.play.handle },
        .get("play_as", "/api/v1/audio_clips/{episode}/play.{format}", .guarded) { $0.play.handleEnding },
        .post("chunk", "/api/generate-audio-clip", .guarded) { $0.chunk.handle },
        .get("page", "/c/{clip}", .guarded) { $0.sharing.page },
        .get("soundbite", "/c/{clip}/soundbite.xml", .guarded) { $0.sharing.soundbite },
        .get("embed", "/embed/{clip}", .guarded) { $0.sharing.embed },
        .get("short", "/s/{code}", .guarded) { $0.sharing.short },
        .get("oembed", "/oembed", .guarded) { $0.sharing.oEmbed },
        .get("style", "/c.css", .open) { _ in Assets.style.handle },
        .get("player", "/player.js", .open) { _ in Assets.player.handle },
        .get("player_offer", "/player.json", .open) { $0.player.handle },
        .get("console", "/", .open) { $0.console.page },
        .get("console_script", "/console.js", .open) { $0.console.asset(ConsolePage.script) },
        .get("console_style", "/console.css", .open) { $0.console.asset(ConsolePage.style) },
        .get("livez", "/livez", .probe) { api in { .now(api.readiness.alive($0.context)) } },
        .get("readyz", "/readyz", .probe) { api in { .now(api.readiness.readiness($0.context)) } },
        .get("openapi", "/openapi.json", .open) { _ in OpenAPI().handle },
    ]

    var routes: [Route] {
        Self.table.enumerated().map { place, line in Route(line, label: .route(at: place), line.handler(self)) }
    }

    /// The words that these routes take in the place of an episode's guid; no episode can be asked for by them.
    static let reserved = Set(table.compactMap { $0.path.word(behind: clips) })

    /// Where the status of a request for a clip is found.
    static func statusPath(of id: ClipID) -> String { clips + "requests/" + Percent.encode(id.description) }

    /// Where a clip of an episode is asked for.
    static func clip(of episode: String) -> String { clips + Percent.encode(episode) }

    private static let clips = "/api/v1/audio_clips/"
}

extension GatewayAPI {
    /// The handlers over one state of clips.
    init(
        _ clipState: ClipState, _ publisher: RequestPublisher, _ signer: any URLSigner, readiness: Readiness,
        query: ClipQuery, waits: GetClip.Waits, streams: EventStreams.Limits, signingWindow: Duration, log: Log,
        logsHits: Bool, clock: @escaping @Sendable () -> Int64, answers: AnswerCache? = nil,
        cues: CueCache = CueCache(), abouts: AboutCache = AboutCache(), sharing: SharingSettings = SharingSettings(),
        console: ConsoleSettings = ConsoleSettings()
    ) {
        let responses = Responses(signer: signer, signingWindow: signingWindow)
        let requests = BackgroundRequests(clipState: clipState, publisher: publisher)
        let parts = ClipParts(clipState: clipState, requests: requests, cues: cues)
        clip = GetClip(
            query: query, clipState: clipState, responses: responses, publisher: publisher, parts: parts,
            waits: waits, log: log, logsHits: logsHits, clock: clock, answers: answers)
        play = PlayClip(query: query, clips: clip)
        chunk = PostChunk(query: query, clips: clip)
        batch = PostBatch(
            clipState: clipState, responses: responses, requests: requests, parts: parts, query: query, clock: clock)
        status = RequestStatus(clipState: clipState, responses: responses, clock: clock)
        events = EventStreams(clipState: clipState, status: status, limits: streams)
        self.sharing = SharingPages(
            query: query,
            finder: FactFinder(
                clipState: clipState, requests: requests, cues: cues, abouts: abouts, wait: sharing.wait, clock: clock),
            settings: sharing, pages: PageResponse(signer: signer))
        player = PlayerOffer(publicURL: sharing.publicURL)
        self.console = ConsolePage(console, longestClip: query.longestClip, signer: signer, clock: clock)
        self.readiness = readiness
    }
}
