import Domain
import HTTPServer
import Text

/// Which part of the API a request is for. The raw path decides, so that an encoded slash stays inside its segment.
enum Route: Equatable {
    /// `GET /api/v1/audio_clips/{episode id}`; the segment is still percent-encoded.
    case clip(rawEpisode: Substring)
    /// `POST /api/v1/audio_clips/batch`
    case batch
    /// `GET /api/v1/audio_clips/requests/{clip id}`; the segment is still percent-encoded.
    case progress(rawClipID: Substring)
    /// `GET /api/v1/audio_clips/requests/{clip id}/events`; the segment is still percent-encoded.
    case events(rawClipID: Substring)
    /// `GET /api/v1/audio_clips/health`
    case health
    /// `POST /api/generate-audio-clip`, the earlier API.
    case chunk
    case livez
    case readyz

    static let clips = "/api/v1/audio_clips/"
    static let requests = "requests/"
    static let eventsSuffix = "/events"

    init?(rawPath: String) {
        // By bytes: counting characters takes as long as signing does.
        if rawPath.utf8.starts(with: Self.clips.utf8) {
            let rest = Substring(rawPath.utf8.dropFirst(Self.clips.utf8.count))
            switch rest {
            case "batch": self = .batch
            case "health": self = .health
            case _ where rest.hasPrefix(Self.requests):
                var id = rest.dropFirst(Self.requests.utf8.count)
                let isEvents = id.hasSuffix(Self.eventsSuffix)
                if isEvents { id = id.dropLast(Self.eventsSuffix.utf8.count) }
                guard !id.isEmpty, !id.utf8.contains(UInt8(ascii: "/")) else { return nil }
                self = isEvents ? .events(rawClipID: id) : .progress(rawClipID: id)
            default:
                guard !rest.isEmpty, !rest.utf8.contains(UInt8(ascii: "/")) else { return nil }
                self = .clip(rawEpisode: rest)
            }
            return
        }
        switch rawPath {
        case "/api/generate-audio-clip": self = .chunk
        case "/livez": self = .livez
        case "/readyz": self = .readyz
        default: return nil
        }
    }

    /// Methods that the route answers, as `Allow` lists them.
    var allow: String {
        switch self {
        case .batch, .chunk: "POST, OPTIONS"
        case .clip, .progress, .events, .health, .livez, .readyz: "GET, HEAD, OPTIONS"
        }
    }

    func takes(_ method: String) -> Bool {
        switch self {
        case .batch, .chunk: method == "POST"
        case .clip, .progress, .events, .health, .livez, .readyz: method == "GET" || method == "HEAD"
        }
    }

    static func progressPath(of id: ClipID) -> String { clips + requests + Percent.encode(id.description) }
}
