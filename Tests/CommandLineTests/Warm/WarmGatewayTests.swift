import Domain
import HTTPClient
import HTTPServer
import Settings
import Synchronization
import Testing

@testable import CommandLineService

@Suite("a gateway that is asked ahead of need", .timeLimit(.minutes(1)))
struct WarmGatewayTests {
    private static let clip = WarmClip(
        place: 1, episode: "x", startMs: 0, durationMs: nil, format: .mp3,
        entry: #"{"episode_id":"x","start_time_ms":0}"#)

    /// Answers one batch as told.
    private func ask(
        _ status: Int, _ headers: [(name: String, value: String)], _ body: String, count: Int = 1,
        makes: Bool = true,
        key: String? = nil
    ) async throws -> (Result<[BatchAnswer], WarmGateway.Fault>, HTTPRequest) {
        let got = Mutex<HTTPRequest?>(nil)
        let server = try HTTPServer(ServerSettings(address: "127.0.0.1", port: 0)) { request, _ in
            got.withLock { $0 = request }
            return .now(HTTPResponse(status: status, headers: headers, body: .bytes(Array(body.utf8))))
        }
        let http = HTTPClient(HTTPClientSettings(maxConnections: 1))
        let gateway = WarmGateway(
            url: try Endpoint(parsing: "http://127.0.0.1:\(server.port)/behind/"), key: key.map { Secret($0) },
            http: http)
        let result: Result<[BatchAnswer], WarmGateway.Fault>
        do throws(WarmGateway.Fault) {
            result = .success(try await gateway.ask([WarmClip](repeating: Self.clip, count: count), makes: makes))
        } catch { result = .failure(error) }
        await http.close()
        await server.stop(within: .seconds(1))
        return (result, try #require(got.withLock { $0 }))
    }

    @Test("gets entries, the lane and the key, at the path behind which it stands, and each answer is understood")
    func answers() async throws {
        let body = """
            {"clips":[{"clip_url":"https://…","duration_ms":30000},{"status":"pending","clip_id":"…"},
             {"status":429,"reason":"rate-limited","detail":"…","retry_after_seconds":9},
             {"status":503,"reason":"broker-unavailable","detail":"…"},{"status":401,"reason":"unauthorized","detail":"key"},
             {"status":404,"reason":"no-such-episode","detail":"none"}],"more":1}
            """
        let (result, request) = try await ask(200, body, count: 6, key: "secret")
        #expect(
            result
                == .success([
                    .ready, .pending, .later(.seconds(9), why: "rate-limited: …"),
                    .later(.seconds(5), why: "broker-unavailable: …"), .unauthorized(detail: "key"),
                    .failed(reason: "no-such-episode", detail: "none"),
                ]))
        #expect(request.method == "POST" && request.rawPath == "/behind/api/v1/audio_clips/batch")
        #expect(request.header("X-Api-Key") == "secret" && request.header("Content-Type") == "application/json")
        let sent = String(decoding: request.body, as: UTF8.self)
        #expect(sent.hasPrefix(#"{"clips":[{"episode_id":"x","start_time_ms":0},{"#))
        #expect(sent.hasSuffix(#"],"make":true,"lane":"bulk"}"#))
        let look = try await ask(200, #"{"clips":[{"status":"pending"}]}"#, makes: false).1
        #expect(String(decoding: look.body, as: UTF8.self).hasSuffix(#"],"make":false}"#))
        #expect(look.header("X-Api-Key") == nil)
    }

    private func ask(_ status: Int, _ body: String, count: Int = 1, makes: Bool = true, key: String? = nil) async throws
        -> (Result<[BatchAnswer], WarmGateway.Fault>, HTTPRequest)
    {
        try await ask(status, [], body, count: count, makes: makes, key: key)
    }

    @Test(
        "that is not able to answer says when to come again, and one that never will is told apart",
        arguments: [
            (429, "3", .seconds(3)), (503, "120", .seconds(120)), (503, nil, nil), (502, "soon", nil),
            (504, "0", .zero),
            (429, "99999999", .seconds(3600)), (503, "Thu, 01 Jan 1970 00:00:00 GMT", .zero),
        ] as [(Int, String?, Duration?)])
    func pauses(status: Int, retryAfter: String?, pause: Duration?) async throws {
        let headers = retryAfter.map { [(name: "Retry-After", value: $0)] } ?? []
        let (result, _) = try await ask(status, headers, #"{"detail":"why"}"#)
        #expect(result == .failure(.later(pause, why: "the gateway answered \(status): why")))
    }

    @Test(
        "an answer that is none to a batch ends it, and says so",
        arguments: [
            (401, #"{"detail":"d"}"#, "valid key (--key-file, CUTROOM_KEY): d"), (403, "", "the gateway answered 403"),
            (404, "no", "answered 404"), (307, "", "answered 307"), (200, "{}", "is no gateway"),
            (200, #"{"clips":[]}"#, "is no gateway"), (200, #"{"clips":[{"status":"new"}]}"#, "is no gateway"),
            (200, "<html>", "is no gateway"),
        ])
    func never(status: Int, body: String, told: String) async throws {
        guard case .failure(.never(let why)) = try await ask(status, body).0 else {
            Issue.record("\(status) was taken for an answer")
            return
        }
        #expect(why.contains(told), "\(why)")
    }

    @Test("a gateway that is not there may come back")
    func absent() async throws {
        let http = HTTPClient()
        let gateway = WarmGateway(url: try Endpoint(parsing: "http://127.0.0.1:1"), key: nil, http: http)
        do throws(WarmGateway.Fault) {
            _ = try await gateway.ask([Self.clip], makes: true)
            Issue.record("something answered")
        } catch {
            guard case .later(nil, let why) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(why.contains("did not answer"))
        }
        await http.close()
    }

    // MARK: - Words

    private func options(_ words: [String]) throws -> WarmOptions {
        try WarmOptions(
            CommandLineWords(words, valued: WarmOptions.valued, flags: WarmOptions.flags, short: [:]))
    }

    @Test("options say where clips come from, how fast, how many, and what they cost")
    func words() throws {
        let plain = try options(["-"])
        #expect(plain.source == .list("-") && plain.gateway.description == "http://127.0.0.1:8080")
        #expect(plain.defaults.formats == [.mp3] && plain.rate == nil && !plain.queue.looksOnly && !plain.isStrict)
        let full = try options([
            "--episode", "507F1F77BCF86CD799439011", "--formats", "mp3,peaks", "--duration", "15s", "--rate=500/h",
            "--max-clips", "7", "--max-bytes", "2GiB", "--give-up", "5m", "--dry-run", "--strict", "--put", "0.01",
            "--clip-bytes", "240000", "--snap", "sentence",
        ])
        let episode = try EpisodeID(parsing: "507f1f77bcf86cd799439011")
        #expect(full.source == .episode(episode))
        #expect(full.defaults.more == ["snap": .string("sentence")])
        #expect(full.defaults.formats == [.mp3, .peaks()] && full.defaults.durationMs == 15_000)
        #expect(
            full.rate == Rate(500, per: .seconds(3600)) && full.queue.mostClips == 7 && full.queue.mostBytes == 2 << 30)
        #expect(full.queue.giveUpAfter == .seconds(300) && full.queue.looksOnly && full.isStrict)
        #expect(full.estimate.put == 0.01 && full.estimate.clipBytes == 240_000)
    }

    @Test(
        "what can't be meant is refused, by the option's name",
        arguments: [
            [], ["a", "b"], ["a", "--episode", "b"], ["a", "--gateway", "ftp://x"], ["a", "--gateway", "http://u:p@x"],
            ["a", "--formats", "mp4"], ["a", "--formats", ","], ["a", "--duration", "0"], ["a", "--rate", "20"],
            ["a", "--max-clips", "0"], ["a", "--max-bytes", "1GB"], ["a", "--give-up", "0"], ["a", "--put", "-1"],
            ["a", "--storage", "nan"], ["a", "--snap", "word"], ["--episode", ""],
        ])
    func refused(words: [String]) {
        #expect(throws: WarmOptions.Fault.self) { try options(words) }
    }
}
