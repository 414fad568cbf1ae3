import FoundationEssentials
import Glibc
import HTTPServer
import TestStack

/// A headless Chromium that shows one page, and is gone afterwards.
enum Browser {
    /// - Parameter folder: whose files the page may fetch.
    /// - Returns: what the page posts to `told`.
    static func visit<Found: Decodable>(_ folder: String, page: String) async throws -> [Found] {
        let (told, tell) = AsyncStream.makeStream(of: [UInt8].self)
        let server = try HTTPServer(ServerSettings()) { request, _ in
            switch request.rawPath {
            case "/": return .now(HTTPResponse(status: 200, headers: [("Content-Type", "text/html")], text: page))
            case "/told":
                tell.yield(request.body)
                return .now(HTTPResponse(status: 204))
            default:
                guard let file = try? OpenFile(path: folder + request.rawPath) else {
                    return .now(HTTPResponse(status: 404))
                }
                return .now(.file(file, for: request, etag: "\"1\""))
            }
        }
        let chromium = try await ServiceProcess(
            try program(),
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--disable-crash-reporter", "--disable-breakpad",
                "--autoplay-policy=no-user-gesture-required", "--user-data-dir=\(folder)/chromium",
                "http://127.0.0.1:\(server.port)/",
            ])
        let late = Task {
            try await Task.sleep(for: .seconds(40))
            tell.finish()
        }
        var answer: [UInt8]?
        for await body in told {
            answer = body
            break
        }
        late.cancel()
        chromium.kill(SIGKILL)
        _ = try await chromium.exit(within: .seconds(10))
        await server.stop(within: .zero)
        guard let answer else { throw Silent(lines: chromium.lines.suffix(10)) }
        return try JSONDecoder().decode([Found].self, from: Data(answer))
    }

    /// The page said nothing in 40 s.
    private struct Silent: Error {
        let lines: [String]
    }

    /// The first of the names that Chromium and its kin have.
    private static func program() throws -> String {
        struct NoChromium: Error {}
        let folders = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
        for name in ["chromium", "chromium-browser", "google-chrome", "chrome"] {
            for folder in folders where access("\(folder)/\(name)", X_OK) == 0 { return "\(folder)/\(name)" }
        }
        throw NoChromium()
    }
}
