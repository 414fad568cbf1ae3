import APIDescription
import HTTPServer
import Hashing
import Text

/// `/openapi.json`: docs/openapi.yaml as JSON, so that a client can be made from the gateway that it is to talk to.
struct OpenAPI: Sendable {
    private static let bytes = APIDescription.json.withUTF8Buffer(Array.init)
    /// The first half of the text's SHA-256.
    private static let etag = "\"\(Hex.encode(SHA256.digest(bytes).prefix(16)))\""

    func handle(_ request: RoutedRequest) throws(Problem) -> Reply {
        // Not the gateway's secret, and the same for everybody; five minutes, since an upgrade changes it.
        var headers = Responses.headers(
            mediaType: "application/json", cacheControl: "public, max-age=300", context: request.context)
        headers.append(("ETag", Self.etag))
        if let status = request.http.statusInstead(ofSending: Self.etag) {
            // What describes a body stays away, for there is none (RFC 9110, 15.4.5).
            headers.removeAll { $0.name == "Content-Type" }
            return .now(HTTPResponse(status: status, headers: headers))
        }
        return .now(HTTPResponse(status: 200, headers: headers, body: .bytes(Self.bytes)))
    }
}
