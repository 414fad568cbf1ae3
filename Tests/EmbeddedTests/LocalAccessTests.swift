import HTTPServer
import TestStack
import Testing

@testable import EmbeddedService

/// What pages of other sites can do to a `cutroom serve` on the same machine as their visitor's browser.
@Suite("cutroom serve and other sites")
struct LocalAccessTests {
    private func status(
        _ access: LocalAccess?, host: String?, _ headers: [(name: String, value: String)] = []
    ) -> Int? {
        access?.refusal(
            of: HTTPRequest(
                method: "GET", target: "/", headers: (host.map { [(name: "Host", value: $0)] } ?? []) + headers)
        )?.status
    }

    @Test("only the server's own names are answered, with any port")
    func hosts() {
        let access = LocalAccess(listeningOn: "127.0.0.1", publicURL: "https://me@Clips.Example:8443/x", origins: [])
        for host in [
            "localhost", "LOCALHOST:8080", "localhost.:1", "127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "[::1]",
            "clips.example", "clips.example:1",
        ] {
            #expect(status(access, host: host) == nil, "\(host)")
        }
        for host in [
            "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2", "",
            "xlocalhost", "[::2]", "clips.example.evil", "localhost@evil.example", "[::1].evil.example",
        ] {
            #expect(status(access, host: host) == 421, "\(host)")
        }
        #expect(status(access, host: nil) == nil)
        #expect(LocalAccess(listeningOn: "0.0.0.0", publicURL: nil, origins: []) == nil)
        #expect(LocalAccess(listeningOn: "192.168.1.20", publicURL: nil, origins: []) == nil)
        #expect(status(LocalAccess(listeningOn: "::1", publicURL: nil, origins: []), host: "evil.example") == 421)
        #expect(status(LocalAccess(listeningOn: "127.8.0.1", publicURL: nil, origins: []), host: "127.8.0.1:1") == nil)
    }

    @Test("a page of another site is refused, unless pages are let in; links to clips can be followed")
    func sites() {
        let shut = LocalAccess(listeningOn: "127.0.0.1", publicURL: nil, origins: [])
        let open = LocalAccess(listeningOn: "127.0.0.1", publicURL: nil, origins: ["https://app.example"])
        let cross = (name: "Sec-Fetch-Site", value: "cross-site")
        #expect(status(shut, host: "localhost", [cross, ("Sec-Fetch-Mode", "no-cors")]) == 403)
        #expect(status(shut, host: "localhost", [cross, ("Sec-Fetch-Mode", "navigate")]) == nil)
        #expect(status(shut, host: "localhost", [("Sec-Fetch-Site", "same-origin")]) == nil)
        #expect(status(open, host: "localhost", [cross, ("Sec-Fetch-Mode", "cors")]) == nil)
    }

    @Test("CORS is off unless asked for, POSTs want JSON, and audio is for this origin's pages, as what it says it is")
    func server() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            try await Sample.make("\(folder.path)/audio/one.mp3")
            let (audio, data) = ("\(folder.path)/audio", "\(folder.path)/data")
            let cutroom = try await ServedFolder.start(audio, data: data)
            let page = ["Origin": "https://page.example"]
            let rebound = try await HTTPFetch.get(cutroom.url + cutroom.clipPath(), headers: ["Host": "evil.example"])
            #expect(rebound.status == 421)
            #expect(rebound.text.contains(#""reason":"misdirected-request""#))
            #expect(try await HTTPFetch.get(cutroom.url + "/livez", headers: ["Host": "evil.example"]).status == 421)
            let answer = try await HTTPFetch.get(cutroom.url + cutroom.clipPath(), headers: page)
            #expect(answer.status == 200)
            #expect(answer.header("Access-Control-Allow-Origin") == nil)
            let clip = try await HTTPFetch.get(try #require(answer.text.value(of: "clip_url")), headers: page)
            #expect(clip.header("Access-Control-Allow-Origin") == nil)
            #expect(clip.header("Cross-Origin-Resource-Policy") == "same-origin")
            #expect(clip.header("X-Content-Type-Options") == "nosniff")
            let batch = "\(cutroom.url)/api/v1/audio_clips/batch"
            let body =
                #"{"clips":[{"episode_id":"\#(cutroom.episodes[0].episodeId)","start_time_ms":10000,"duration_ms":20000}]}"#
            for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
                let posted = try await HTTPFetch.post(batch, json: body, headers: ["Content-Type": type])
                #expect(posted.status == 415, "\(type)")
                #expect(posted.text.contains("unsupported-media-type"))
            }
            for type in ["application/json", "Application/JSON; charset=utf-8", "application/ld+json"] {
                #expect(try await HTTPFetch.post(batch, json: body, headers: ["Content-Type": type]).status == 200)
            }
            #expect(try await cutroom.process.stop() == .code(0))

            let open = try await ServedFolder.start(
                audio, data: data, environment: ["GATEWAY_CORS_ORIGINS": "https://page.example"])
            let allowed = try await HTTPFetch.get(open.url + open.clipPath(), headers: page)
            #expect(allowed.header("Access-Control-Allow-Origin") == "https://page.example")
            let file = try #require(allowed.text.value(of: "clip_url"))
            let heard = try await HTTPFetch.get(file, headers: page)
            #expect(heard.header("Access-Control-Allow-Origin") == "https://page.example")
            #expect(heard.header("Cross-Origin-Resource-Policy") == "cross-origin")
            let other = try await HTTPFetch.get(file, headers: ["Origin": "https://other.example"])
            #expect(other.header("Access-Control-Allow-Origin") == nil)
            #expect(other.header("Vary") == "Origin")
            #expect(try await open.process.stop() == .code(0))
        }
    }
}
