import FoundationEssentials
import Glibc
import TestStack
import Testing

/// What somebody gets who was sent the address of a clip.
@Suite("the page of a clip at cutroom serve", .timeLimit(.minutes(5)))
struct SharingTests {
    @Test(
        "its audio plays without a script, words and title stand in it, and it is 410 when the clip can't be made any more"
    )
    func page() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/feed/keep", "")
            let file = "\(folder.path)/audio/feed/One & <two>.mp3"
            try await Sample.make(file, seconds: 30)
            try folder.write(
                "audio/feed/One & <two>.srt", "1\n00:00:06,000 --> 00:00:08,500\nSaid & <done>\n\n")
            let served = try await ServedFolder.start(
                "\(folder.path)/audio", data: "\(folder.path)/data",
                environment: ["RESOLVER_CACHE_LIFETIME": "0s", "SOURCE_TTL": "0s"])
            let page = "\(served.url)/c/\(served.episodes[0].episodeId)%2F5000-15000.mp3"
            let whole = try await eventually("a page with title and words") {
                let reply = try await HTTPFetch.get(page)
                return reply.text.contains("Said &amp; &lt;done&gt;") ? reply : nil
            }
            #expect(whole.status == 200)
            #expect(whole.text.contains("<title>One &amp; &lt;two&gt;</title>"), "\(whole.text)")
            let source = try #require(whole.text.firstMatch(of: #/<audio [^>]*src="([^"]+)"/#)).1
            let clip = try await Tool.curl([served.url + source.replacing("&amp;", with: "&")])
            let sound = try TemporaryFile(holding: clip, suffix: ".mp3")
            let samples = try await Tool.run(
                "ffmpeg", ["-v", "error", "-i", sound.path, "-f", "s16le", "-ac", "1", "-ar", "44100", "pipe:1"])
            #expect(samples.count == 2 * 441_000)
            let short = try #require(whole.text.firstMatch(of: #/href="(\/s\/[^"]+)"/#)).1
            let followed = String(decoding: try await Tool.curl([served.url + short]), as: UTF8.self)
            #expect(followed.contains("Said &amp; &lt;done&gt;"))

            #expect(unlink(file) == 0)
            let asked = served.url + served.clipPath(startMs: 5_000, durationMs: 10_000)
            _ = try await Tool.run("curl", ["-s", "-H", "Cache-Control: no-cache", asked])
            #expect(try await HTTPFetch.get(page).status == 410)
            #expect(try await HTTPFetch.get(page.replacing("/c/", with: "/embed/")).status == 410)
            let never = "\(served.url)/c/\(String(repeating: "0", count: 24))%2F5000-15000.mp3"
            #expect(try await HTTPFetch.get(never).status == 404)
            #expect(try await served.process.stop() == .code(0))
        }
    }
}
