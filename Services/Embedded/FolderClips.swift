import Domain
import GatewayService
import Glibc
import HTTPServer
import ObjectStore
import Synchronization

/// The clips folder as clients see it: URLs that are signed here, and served here with `Range`.
final class FolderClips: URLSigner {
    private let store: FolderObjectStore
    private let signer = Mutex<FolderURLSigner?>(nil)

    init(_ store: FolderObjectStore) { self.store = store }

    /// The address is known only when the port is open.
    func begin(signingWith signer: FolderURLSigner) { self.signer.withLock { $0 = signer } }

    func signedURL(key: String, atUnixSeconds now: Int64) throws(ObjectStoreFault) -> SignedURL {
        guard let signer = signer.withLock({ $0 }) else { throw .noCredentials(reason: "the port is not open yet") }
        return try signer.signedURL(key: key, atUnixSeconds: now)
    }

    /// The answer for a path that begins like a clip's URL; nil for any other.
    func answer(_ request: HTTPRequest, _ exchange: any Responder) -> Reply? {
        guard request.rawPath.hasPrefix(FolderURLSigner.pathPrefix), let signer = signer.withLock({ $0 }) else {
            return nil
        }
        if request.method == "OPTIONS" {
            return .now(HTTPResponse(status: 204, headers: Self.open + [("Allow", "GET, HEAD, OPTIONS")]))
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            return .now(
                refusal(.methodNotAllowed, "a clip is only read", request, extra: [("Allow", "GET, HEAD, OPTIONS")]))
        }
        let key: String
        do throws(FolderURLSigner.Refusal) {
            key = try signer.verify(
                path: request.rawPath, query: request.rawQuery ?? "", atUnixSeconds: Int64(time(nil)))
        } catch {
            switch error {
            case .malformed: return .now(refusal(.badURLSignature, "this is no signed URL", request))
            case .badSignature: return .now(refusal(.badURLSignature, "the URL's signature is not ours", request))
            case .expired: return .now(refusal(.urlExpired, "the URL has expired; ask for the clip again", request))
            }
        }
        Task { exchange.complete(await self.file(key, for: request)) }
        return .later
    }

    private func file(_ key: String, for request: HTTPRequest) async -> HTTPResponse {
        do {
            guard let info = try await store.head(key), let attributes = try await store.attributes(of: key) else {
                return refusal(.notFound, "the clip is gone; ask for it again", request)
            }
            return .file(
                try OpenFile(path: try store.path(of: key)), for: request, etag: info.etag.text,
                headers: Self.open + [
                    ("Content-Type", attributes.contentType), ("Cache-Control", attributes.cacheControl),
                    ("Content-Disposition", attributes.contentDisposition),
                ])
        } catch {
            return refusal(.storeUnavailable, "the clips folder can't be read", request)
        }
    }

    /// The same as the bucket's CORS rules: any page may play a clip that it has the URL of.
    private static let open = [
        ("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "GET, HEAD"),
        ("Access-Control-Allow-Headers", "Range"),
        ("Access-Control-Expose-Headers", "Content-Range, Content-Length, ETag"),
    ]

    private func refusal(
        _ reason: FailureReason, _ detail: String, _ request: HTTPRequest, extra: [(String, String)] = []
    ) -> HTTPResponse {
        var response = Gateway.problem(ClipFault(reason, detail), for: request)
        response.headers += Self.open + extra
        return response
    }
}
