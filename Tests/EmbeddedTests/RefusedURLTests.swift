import FoundationEssentials
import ObjectStore
import TestStack
import Testing

/// What a `cutroom serve` says to those who come with a clip's URL that opens nothing.
@Suite("clip URLs that are refused")
struct RefusedURLTests {
    /// A problem as RFC 9457 writes it, with the extensions that docs/openapi.yaml names.
    private struct Problem: Decodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let instance: String
        let reason: String
    }

    private func check(_ url: String, reason: String) async throws {
        for (id, method) in [("refused-1", "GET"), ("refused-2", "HEAD")] {
            let answer = try await HTTPFetch.request(method, url, headers: ["X-Request-Id": id])
            #expect(answer.status == 403, "\(url)")
            #expect(answer.header("Content-Type") == "application/problem+json")
            #expect(answer.header("X-Request-Id") == id)
            #expect(answer.header("X-Content-Type-Options") == "nosniff")
            #expect(answer.header("Cache-Control") == "no-store")
            guard method == "GET" else { continue }
            let problem = try JSONDecoder().decode(Problem.self, from: Data(answer.body))
            #expect(problem.reason == reason, "\(url)")
            #expect(problem.type == "urn:cutroom:problem:\(reason)")
            #expect(problem.status == 403)
            #expect(problem.instance == id)
            #expect(!problem.title.isEmpty && !problem.detail.isEmpty)
        }
    }

    @Test("a changed or missing signature, another server's and a URL past its end are problems with their own reason")
    func refusals() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            try folder.write("other/keep", "")
            try await Sample.make("\(folder.path)/audio/one.mp3")
            let cutroom = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            let url = try await cutroom.clipURL()
            let bare = try #require(url.split(separator: "?").first).description
            let key = bare.split(separator: "/clips/", maxSplits: 1).last.map(String.init) ?? ""
            #expect(try await HTTPFetch.get(url).status == 200)
            let last = try #require(url.last)
            for changed in [
                String(url.dropLast()) + (last == "0" ? "1" : "0"), url.replacing("expires=", with: "expires=1"),
                url.replacing("/clips/", with: "/clips/other/"), bare, bare + "?expires=never&signature=1",
            ] {
                try await check(changed, reason: "bad-url-signature")
            }
            let stranger = FolderURLSigner(
                base: cutroom.url, secret: try FolderURLSecret(keptIn: "\(folder.path)/other"))
            let own = FolderURLSigner(base: cutroom.url, secret: try FolderURLSecret(keptIn: "\(folder.path)/data"))
            let now = Int64(Date().timeIntervalSince1970)
            try await check(
                try stranger.signedURL(key: key, atUnixSeconds: now).url, reason: "bad-url-signature")
            #expect(try await HTTPFetch.get(own.signedURL(key: key, atUnixSeconds: now).url).status == 200)
            // URLs live 24 hours.
            try await check(try own.signedURL(key: key, atUnixSeconds: now - 3 * 86_400).url, reason: "url-expired")
            #expect(try await cutroom.process.stop() == .code(0))
        }
    }
}
