import Domain
import GatewayService
import Glibc
import HTTPServer
import ObjectStore
import Synchronization
import Text
import Threads

/// The clips folder as clients see it: URLs that are signed here, and served here with `Range`.
final class FolderClips: URLSigner {
    private let kept: ClipsFolder
    private let origins: [String]
    private let gone: @Sendable (_ key: String) -> Void
    private let signer = Mutex<FolderURLSigner?>(nil)
    private let threads = BlockingPool(named: "clips", threads: 2, queueLimit: 1_000)

    /// - Parameters:
    ///   - origins: pages that may read clips by script, or `*`; none: only those that this server serves itself.
    ///   - gone: hears of each clip that was asked for and is there no more.
    init(_ kept: ClipsFolder, origins: [String], gone: @escaping @Sendable (_ key: String) -> Void) {
        self.kept = kept
        self.origins = origins
        self.gone = gone
    }

    /// The address is known only when the port is open.
    func begin(signingWith signer: FolderURLSigner) { self.signer.withLock { $0 = signer } }

    /// Finishes what is being opened.
    func close() async { await threads.close() }

    func signedURL(
        key: String, for use: SignedURLUse, atUnixSeconds now: Int64
    ) throws(ObjectStoreFault) -> SignedURL {
        guard let signer = signer.withLock({ $0 }) else { throw .noCredentials(reason: "the port is not open yet") }
        kept.handedOut(key, at: now)
        return try signer.signedURL(key: key, for: use, atUnixSeconds: now)
    }

    /// The answer for a path that begins like a clip's URL; nil for any other.
    func answer(_ request: HTTPRequest, _ responder: any Responder) -> Reply? {
        guard request.rawPath.hasPrefix(FolderURLSigner.pathPrefix), let signer = signer.withLock({ $0 }) else {
            return nil
        }
        if request.method == "OPTIONS" {
            return .now(HTTPResponse(status: 204, headers: open(to: request) + [("Allow", "GET, HEAD, OPTIONS")]))
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            return .now(
                refusal(.methodNotAllowed, "a clip is only read", request, extra: [("Allow", "GET, HEAD, OPTIONS")]))
        }
        let opened: FolderURLSigner.Opened
        do throws(FolderURLSigner.Refusal) {
            opened = try signer.verify(
                path: request.rawPath, query: request.rawQuery ?? "", atUnixSeconds: WallTime.now().seconds)
        } catch {
            switch error {
            case .malformed: return .now(refusal(.badURLSignature, "this is no signed URL", request))
            case .badSignature: return .now(refusal(.badURLSignature, "the URL's signature is not ours", request))
            case .expired: return .now(refusal(.urlExpired, "the URL has expired; ask for the clip again", request))
            }
        }
        Task { responder.complete(await self.file(opened, for: request)) }
        return .later
    }

    private func file(_ opened: FolderURLSigner.Opened, for request: HTTPRequest) async -> HTTPResponse {
        let key = opened.key
        do {
            guard let info = try await kept.head(key), let attributes = try await kept.folder.attributes(of: key),
                let file = try await openFile(key)
            else {
                gone(key)
                return refusal(.notFound, "the clip is gone; ask for it again", request)
            }
            // For the order in which clips are removed; in a folder that takes no more, that they are removed is not at stake.
            try? await kept.folder.noteUse(of: key)
            return .file(
                file, for: request, etag: info.etag.text,
                headers: open(to: request) + [
                    ("Content-Type", attributes.contentType), ("Cache-Control", attributes.cacheControl),
                    (
                        "Content-Disposition",
                        opened.isDownload ? attributes.asAttachment : attributes.contentDisposition
                    ),
                ])
        } catch {
            return refusal(.clip(ClipFault(.storeUnavailable, "the clips folder can't be read")), request)
        }
    }

    /// On a thread that may wait for a disk. Nil if it is gone meanwhile.
    private func openFile(_ key: String) async throws -> OpenFile? {
        let path = try kept.folder.path(of: key)
        let result = try await threads.run { () -> Result<OpenFile?, OpenFile.Fault> in
            do throws(OpenFile.Fault) { return .success(try OpenFile(path: path)) } catch {
                return error == .missing ? .success(nil) : .failure(error)
            }
        }
        return try result.get()
    }

    /// Which pages may play a clip, and which may read it by script (Fetch Standard, "CORP" and "CORS").
    private func open(to request: HTTPRequest) -> [(name: String, value: String)] {
        guard !origins.isEmpty else { return [("Cross-Origin-Resource-Policy", "same-origin")] }
        var headers = [(name: "Cross-Origin-Resource-Policy", value: "cross-origin")]
        if !origins.contains("*") { headers.append(("Vary", "Origin")) }
        let origin = request.header("Origin")
        guard origins.contains("*") || origin.map({ origins.contains($0) }) == true else { return headers }
        headers += [
            ("Access-Control-Allow-Origin", origins.contains("*") ? "*" : origin ?? ""),
            ("Access-Control-Allow-Methods", "GET, HEAD"), ("Access-Control-Allow-Headers", "Range"),
            ("Access-Control-Expose-Headers", "Content-Range, Content-Length, ETag"),
        ]
        return headers
    }

    private func refusal(
        _ reason: EdgeReason, _ detail: String, _ request: HTTPRequest, extra: [(String, String)] = []
    ) -> HTTPResponse {
        refusal(.edge(EdgeFault(reason, detail)), request, extra: extra)
    }

    private func refusal(_ problem: Problem, _ request: HTTPRequest, extra: [(String, String)] = []) -> HTTPResponse {
        var response = Gateway.problem(problem, for: request)
        response.headers += open(to: request) + extra
        return response
    }
}
