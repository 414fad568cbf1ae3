import Domain
import HTTPServer
import Text

/// `GET /api/v1/formats`: what clips can be asked for as.
struct GetFormats: Sendable {
    func handle(_ request: RoutedRequest) throws(Problem) -> Reply {
        var json = JSONWriter()
        json.object { json in
            json.array("formats") { json in
                for format in ClipFormat.allCases {
                    json.object {
                        $0.field("format", format.rawValue)
                        $0.field("media_type", format.mediaType)
                    }
                }
            }
        }
        return .now(
            HTTPResponse(
                status: 200,
                headers: Responses.headers(
                    mediaType: "application/json", cacheControl: "no-store", context: request.context),
                body: .bytes(json.bytes)))
    }
}
