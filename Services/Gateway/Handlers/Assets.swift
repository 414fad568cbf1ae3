import Compression
import HTTPServer
import Hashing
import Text
import WebAssets

/// A file that pages load: packed once, and known again by its content.
struct Assets: Sendable {
    static let style = Assets("c.css")
    /// For pages of others too, whichever of them may read the API's answers: it holds nothing of anybody.
    static let player = Assets("player.js", isForAll: true)

    private let mediaType: String
    private let plain: [UInt8]
    /// Nil where it would be no shorter.
    private let packed: [UInt8]?
    private let etag: String
    /// As `integrity` of an element has it (W3C Subresource Integrity, 3.1).
    let integrity: String
    private let isForAll: Bool

    init(_ name: String, isForAll: Bool = false) {
        guard let asset = WebAsset.named(name) else {
            preconditionFailure("no file \(name) was written into the program")
        }
        mediaType = asset.mediaType
        plain = asset.bytes
        packed = Deflate.gzip(plain).flatMap { [count = plain.count] in $0.count < count ? $0 : nil }
        etag = Hex.encode(SHA256.digest(plain).prefix(16))
        integrity = "sha384-" + Base64.encode(SHA384.digest(plain))
        self.isForAll = isForAll
    }

    func handle(_ request: RoutedRequest) throws(Problem) -> Reply {
        let isPacked = packed != nil && ContentCoding.gzip.isAccepted(by: request.http.header("Accept-Encoding"))
        // A tag names the bytes that are sent (RFC 9110, 8.8.3.3).
        let etag = isPacked ? "\"\(etag)-gz\"" : "\"\(etag)\""
        var headers = Responses.headers(
            mediaType: mediaType, cacheControl: "public, max-age=300", context: request.context)
        if isForAll { headers = Self.open(headers, context: request.context) }
        headers += [("ETag", etag), ("X-Content-Type-Options", "nosniff"), ("Vary", "Accept-Encoding")]
        if let status = request.http.statusInstead(ofSending: etag) {
            // What describes a body stays away, for there is none (RFC 9110, 15.4.5).
            headers.removeAll { $0.name == "Content-Type" }
            return .now(HTTPResponse(status: status, headers: headers))
        }
        if isPacked { headers.append(("Content-Encoding", "gzip")) }
        return .now(HTTPResponse(status: 200, headers: headers, body: .bytes(isPacked ? packed ?? plain : plain)))
    }
}

extension Assets {
    /// The same headers, saying that every page may load this and check its digest (Fetch Standard, "CORS" and "CORP").
    static func open(_ headers: [(name: String, value: String)], context: RequestContext) -> [(
        name: String, value: String
    )] {
        headers.filter { header in !context.corsHeaders.contains { $0 == header } } + [
            ("Access-Control-Allow-Origin", "*"), ("Cross-Origin-Resource-Policy", "cross-origin"),
        ]
    }
}

/// How a body is packed on its way.
enum ContentCoding: String {
    case gzip

    /// Whether a client takes it (RFC 9110, 12.5.3). One that says nothing gets plain bytes.
    ///
    /// - Parameter field: `Accept-Encoding`.
    func isAccepted(by field: String?) -> Bool {
        var others = false
        for part in (field ?? "").split(separator: ",") {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let name = words.first else { continue }
            // A weight of 0 in any of its forms refuses.
            let isRefused = words.dropFirst().contains {
                $0.hasPrefix("q=0") && !$0.contains { "123456789".contains($0) }
            }
            if name == rawValue || name == "x-\(rawValue)" { return !isRefused }
            if name == "*" { others = !isRefused }
        }
        return others
    }
}
