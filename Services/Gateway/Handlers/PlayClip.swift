import Domain
import HTTPServer

/// `GET …/play`: an address that plays. The answer leads to the clip itself, as soon as it is ready; whatever else there is to
/// say is said as `GetClip` does.
struct PlayClip: Sendable {
    let query: ClipQuery
    let clips: GetClip

    /// `…/play`, in the format that the query names.
    func handle(_ request: RoutedRequest) throws(Problem) -> Reply { try play(request, ending: nil) }

    /// `…/play.mp3`: for players that judge an address by its end.
    func handleEnding(_ request: RoutedRequest) throws(Problem) -> Reply {
        try play(request, ending: request.http.rawPath.split(separator: "/").last?.dropFirst("play.".count))
    }

    private func play(_ request: RoutedRequest, ending: Substring?) throws(Problem) -> Reply {
        let http = request.http
        let asked = try query.clip(
            rawEpisode: request.segment, rawQuery: http.rawQuery, at: .play(ending: ending),
            accept: http.header("accept"))
        var context = request.context
        context.isNegotiated = asked.isNegotiated
        return clips.serve(
            asked.id, style: .redirect(head: http.method == "HEAD", download: asked.isDownload), request,
            context: context)
    }
}
