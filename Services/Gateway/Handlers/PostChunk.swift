import HTTPServer

/// `POST /api/generate-audio-clip`, the earlier API: the clip of a transcript chunk, answered as `GetClip` does, in that
/// API's form.
struct PostChunk: Sendable {
    let query: ClipQuery
    let clips: GetClip

    func handle(_ request: RoutedRequest) throws(Problem) -> Reply {
        try JSONMediaType.check(request.http)
        let (id, parts) = try query.chunk(try ClipQuery.json(request.http.body))
        return clips.serve(id, style: .chunk(parts), request, context: request.context)
    }
}
