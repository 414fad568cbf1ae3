import Domain
import Text

/// A clip that has a page: of sound, in a window, so that an address that plays can name it.
struct SharedClip: Hashable, Sendable {
    let id: ClipID
    let window: ClipWindow

    /// - Parameter segment: the clip's id in a path, still percent-encoded.
    init(_ segment: Substring, _ query: ClipQuery) throws(Problem) { try self.init(ClipQuery.clipID(segment), query) }

    /// - Throws: `.badParameters` for what is no sound, for a chunk, and for what the address that plays would refuse.
    init(_ id: ClipID, _ query: ClipQuery) throws(Problem) {
        guard case .window(let window) = id.span else {
            throw Self.fault("must name a window, {start}-{end}: a transcript's chunk has no page")
        }
        guard id.format.isAudio else {
            let known = ClipFormat.audio.map(\.name).joined(separator: ", ")
            throw Self.fault("must end with a format that is heard: \(known)")
        }
        (self.id, self.window) = (id, window)
        let played = try query.clip(
            rawEpisode: Substring(Percent.encode(id.episode.description)), rawQuery: playQuery,
            at: .play(ending: Substring(id.format.name)))
        guard played.id == id else {
            throw Self.fault("must have the moment of its snap in the middle of its window, as the ids in answers have")
        }
    }

    private static func fault(_ problem: String) -> Problem { .badParameters([.init("clip_id", problem)]) }

    /// The address that plays: what is made again on demand, so a page with it does not age.
    var playPath: String { GatewayAPI.clip(of: id.episode.description) + "/play.\(id.format.name)?" + playQuery }

    private var playQuery: String {
        var query = id.snap?.momentMs.map { "at=\($0)" } ?? "start_time_ms=\(window.startMs)"
        query += "&duration_ms=\(window.durationMs)"
        if let snap = id.snap { query += "&snap=\(snap.kind.rawValue)&max_shift_ms=\(snap.maxShiftMs)" }
        return query
    }

    private var segment: String { Percent.encode(id.description) }
    var pagePath: String { "/c/" + segment }
    var embedPath: String { "/embed/" + segment }
    var soundbitePath: String { pagePath + "/soundbite.xml" }
    var shortPath: String { "/s/" + ShortCode.encode(id) }

    /// Of another page about the same clip.
    static func oEmbedPath(of address: String, format: String) -> String {
        "/oembed?format=\(format)&url=" + Percent.encode(address)
    }
}
