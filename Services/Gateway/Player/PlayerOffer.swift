import HTTPServer
import Text

/// What somebody copies to have the player in a page of their own: its address, its digest, and the elements that load and use it.
struct PlayerOffer: Sendable {
    /// Nil: what the request's `Host` says.
    let publicURL: BaseURL?

    /// `GET /player.json`.
    func handle(_ request: RoutedRequest) throws(Problem) -> Reply {
        let base = BaseURL.reaching(publicURL, request.http)
        let source = (base?.description ?? "") + "/player.js"
        let script =
            "<script src=\"\(HTMLText.escaped(source))\" integrity=\"\(Assets.player.integrity)\" crossorigin=\"anonymous\" defer></script>"
        var json = JSONWriter()
        json.object {
            $0.field("src", source)
            $0.field("integrity", Assets.player.integrity)
            $0.field("script", script)
            $0.field("element", #"<cutroom-clip src="\#(base?.description ?? "")/c/{clip id}"></cutroom-clip>"#)
        }
        let headers = Assets.open(
            Responses.headers(mediaType: "application/json", cacheControl: "no-cache", context: request.context),
            context: request.context)
        return .now(
            HTTPResponse(
                status: 200, headers: headers + [("X-Content-Type-Options", "nosniff")], body: .bytes(json.bytes)))
    }
}
