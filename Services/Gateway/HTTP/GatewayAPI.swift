import Domain
import HTTPServer
import Text

/// The API: every path that the gateway answers, and its handler. docs/openapi.yaml describes what goes in and out.
struct GatewayAPI: Sendable {
    let clip: GetClip
    let chunk: PostChunk
    let batch: PostBatch
    let status: RequestStatus
    let events: EventStreams
    let readiness: Readiness
    let description = OpenAPI()

    /// Paths without an open segment stand before the one whose segment would take their last word.
    var routes: [Route] {
        [
            .get(.health, "/api/v1/audio_clips/health", .open) { [readiness] in .now(readiness.health($0.context)) },
            .post(.batch, "/api/v1/audio_clips/batch", .guarded, batch.handle),
            .get(.clip, "/api/v1/audio_clips/{episode}", .guarded, clip.handle),
            .get(.status, "/api/v1/audio_clips/requests/{clip}", .guarded, status.handle),
            .get(.events, "/api/v1/audio_clips/requests/{clip}/events", .guarded, events.handle),
            .post(.chunk, "/api/generate-audio-clip", .guarded, chunk.handle),
            .get(.livez, "/livez", .open) { [readiness] in .now(readiness.alive($0.context)) },
            .get(.readyz, "/readyz", .open) { [readiness] in .now(readiness.readiness($0.context)) },
            .get(.openapi, "/openapi.json", .open, description.handle),
        ]
    }

    /// The words that these routes take in the place of an episode's guid; no episode can be asked for by them.
    static let reserved: Set<String> = ["health", "batch", "requests"]

    /// Where the status of a request for a clip is found.
    static func statusPath(of id: ClipID) -> String {
        "/api/v1/audio_clips/requests/" + Percent.encode(id.description)
    }
}
