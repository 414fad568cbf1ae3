import Domain
import HTTPServer
import Testing

@testable import GatewayService

@Suite("who may ask, and how often")
struct AccessTests {
    private static let keys = "\(SampleKey.abc.line("web", "misses=3/h")),\(SampleKey.other.line("app"))"
    private static let batch = "/api/v1/audio_clips/batch"

    private func gateway(_ settings: [String: String], limits: Bool = false) throws -> GatewayUnderTest {
        GatewayUnderTest(access: try .made(settings, limits: limits))
    }

    private func batch(_ numbers: some Sequence<Int>) -> String {
        let entries = numbers.map { #"{"episode_id":"507f1f77bcf86cd799439011","start_time_ms":\#($0)}"# }
        return #"{"clips":[\#(entries.joined(separator: ","))],"make":true}"#
    }

    @Test("where making needs a key, a clip that is ready is anyone's, and without one nothing is asked for")
    func making() async throws {
        let gateway = try gateway(["GATEWAY_KEYS": Self.keys])
        try gateway.hand.ready(1)
        #expect(await gateway.ask(GatewayUnderTest.clip(1)).status == 200)
        #expect(await gateway.ask(GatewayUnderTest.clip(1), headers: ["Cache-Control": "no-cache"]).status == 200)
        for reply in [
            await gateway.ask(GatewayUnderTest.clip(2)), await gateway.ask("HEAD", GatewayUnderTest.clip(2)),
            await gateway.ask(GatewayUnderTest.clip(2), headers: ["Authorization": "Basic YWJjOmFiYw=="]),
            await gateway.ask(
                "POST", "/api/generate-audio-clip", body: #"{"episode_id":"a","chunk_index":1}"#),
        ] {
            #expect(reply.status == 401)
            #expect(reply.value("WWW-Authenticate") == #"Bearer realm="cutroom""#)
            #expect(reply.text.contains(#""reason":"unauthorized""#))
        }
        let many = await gateway.ask("POST", Self.batch, body: batch([1, 2]))
        #expect(many.status == 200)
        #expect(many.text.contains(#""clip_url""#) && many.text.contains(#""status":401"#))
        #expect(gateway.topic.sent.isEmpty)
        for headers in [
            ["X-Api-Key": "abc"], ["Authorization": "Bearer abc"], ["authorization": "bearer  cutroom_other"],
        ] {
            let number = 10 + gateway.topic.sent.count
            let held = gateway.begin(GatewayUnderTest.clip(number), headers: headers)
            #expect(try await gateway.topic.sent(number - 9).count == number - 9)
            try gateway.hand.ready(number)
            #expect(await held.answer().status == 200)
        }
    }

    @Test("whoever joins work that somebody with a key began needs none")
    func joining() async throws {
        let gateway = try gateway(["GATEWAY_KEYS": Self.keys])
        let first = gateway.begin(GatewayUnderTest.clip(2), headers: ["X-Api-Key": "abc"])
        let second = gateway.begin(GatewayUnderTest.clip(2))
        try gateway.hand.ready(2)
        #expect(await first.answer().status == 200)
        #expect(await second.answer().status == 200)
    }

    @Test(
        "a key that is not valid is refused wherever keys are known, and two different keys are none",
        arguments: ["nothing", "making", "everything"])
    func wrong(needed: String) async throws {
        let gateway = try gateway(["GATEWAY_KEYS": Self.keys, "GATEWAY_KEYS_NEEDED_FOR": needed])
        try gateway.hand.ready(1)
        for headers in [
            ["X-Api-Key": "wrong"], ["X-Api-Key": ""], ["Authorization": "Bearer "], ["Authorization": "Bearer wrong"],
            ["X-Api-Key": "abc", "Authorization": "Bearer cutroom_other"], ["X-Api-Key": "abc, abc"],
            ["X-Api-Key": String(repeating: "a", count: 5_000)],
        ] {
            let reply = await gateway.ask(GatewayUnderTest.clip(1), headers: headers)
            #expect(reply.status == 401, "\(headers)")
            #expect(await gateway.ask("/livez", headers: headers).status == 200)
        }
        let twice = ["X-Api-Key": "abc", "Authorization": "Bearer abc"]
        #expect(await gateway.ask(GatewayUnderTest.clip(1), headers: twice).status == 200)
        #expect(gateway.topic.sent.isEmpty)
    }

    @Test("where no keys are known, one that is sent says nothing: clients of the old system send theirs")
    func unknown() async throws {
        let gateway = try gateway([:])
        try gateway.hand.ready(1)
        #expect(await gateway.ask(GatewayUnderTest.clip(1), headers: ["X-Api-Key": "any"]).status == 200)
    }

    /// What tells nothing of clips or episodes.
    private static let open = [
        "/livez", "/readyz", "/api/v1/audio_clips/health", "/openapi.json", "/c.css", "/player.js", "/player.json", "/",
        "/console.js", "/console.css",
    ]

    @Test(
        "where everything needs a key, only probes, preflights, the description of the API and the files of pages do not"
    )
    func everything() async throws {
        let gateway = try gateway(["GATEWAY_KEYS": Self.keys, "GATEWAY_KEYS_NEEDED_FOR": "everything"])
        try gateway.hand.ready(1)
        for route in gateway.router.routes {
            let path = route.path.description.replacing("{episode}", with: "507f1f77bcf86cd799439011").replacing(
                "{clip}", with: "507f1f77bcf86cd799439011%2F1-30001.mp3")
            let isOpen = Self.open.contains(path)
            let method = route.methods.contains("POST") ? "POST" : "GET"
            let reply = await gateway.ask(method, path, body: method == "POST" ? "{}" : "")
            #expect((reply.status == 401) == !isOpen, "\(path): \(reply.status)")
            let preflight = await gateway.ask("OPTIONS", path, headers: ["Origin": "https://app.example"])
            #expect(preflight.status == 204)
            let allowed = preflight.value("Access-Control-Allow-Headers")?.lowercased() ?? ""
            #expect(allowed.contains("x-api-key") && allowed.contains("authorization"))
            let keyed = await gateway.ask(
                method, path, headers: ["X-Api-Key": "abc"], body: method == "POST" ? "{}" : "")
            #expect(keyed.status != 401, "\(path)")
        }
    }

    /// The default: 10 in a minute.
    @Test("an address has ten clips made in a minute; those that are ready, and joining, cost none of them")
    func address() async throws {
        let gateway = try gateway([:], limits: true)
        try gateway.hand.ready(1)
        func ask(_ number: Int, from peer: String = "192.0.2.1") -> Recorder {
            gateway.begin("GET", GatewayUnderTest.clip(number), headers: ["Prefer": "wait=0"], from: peer)
        }
        for number in 100..<110 { _ = ask(number) }
        #expect(try await gateway.topic.sent(10).count == 10)
        let refused = await ask(110).answer()
        #expect(refused.status == 429)
        #expect(refused.text.contains(#""reason":"rate-limited""#))
        #expect(refused.value("Retry-After") == "6")
        #expect(refused.value("RateLimit") == #""requests";r=5989;t=1, "misses";r=0;t=6"#)
        #expect(refused.value("Content-Type") == "application/problem+json")
        #expect(await ask(1).answer().status == 200)
        #expect(await ask(105).answer().status == 202)
        #expect(await ask(110, from: "192.0.2.2").answer().status == 202)
        gateway.hand.clock.advance(by: .seconds(6))
        #expect(await ask(111).answer().status == 202)
        #expect(await ask(112).answer().status == 429)
        #expect(gateway.topic.sent.count == 12)
    }

    @Test("a batch counts what it makes, and what is too much of it is refused entry by entry")
    func batches() async throws {
        let gateway = try gateway([:], limits: true)
        try gateway.hand.ready(1)
        let reply = await gateway.ask("POST", Self.batch, body: batch(1...20), from: "192.0.2.1")
        #expect(reply.status == 200)
        #expect(reply.text.split(separator: #""status":"pending""#).count - 1 == 10)
        #expect(reply.text.split(separator: #""status":429"#).count - 1 == 9)
        #expect(reply.value("RateLimit") == #""requests";r=5999;t=1, "misses";r=0;t=6"#)
        #expect(try await gateway.topic.sent(10).count == 10)
    }

    @Test("a key's limit is its own, whatever address it comes from, and keys of one name share it")
    func keyed() async throws {
        let keys = "\(SampleKey.abc.line("web", "misses=3/h")),\(SampleKey.other.line("web", "misses=3/h"))"
        let gateway = try gateway(["GATEWAY_KEYS": keys], limits: true)
        func ask(_ number: Int, _ key: String, from peer: String) async -> Int {
            await gateway.ask(
                "GET", GatewayUnderTest.clip(number), headers: ["X-Api-Key": key, "Prefer": "wait=0"], from: peer
            ).status
        }
        #expect(await ask(1, "abc", from: "192.0.2.1") == 202)
        #expect(await ask(2, "cutroom_other", from: "127.0.0.1") == 202)
        #expect(await ask(3, "abc", from: "2001:db8::1") == 202)
        #expect(await ask(4, "abc", from: "192.0.2.1") == 429)
        #expect(await ask(5, "cutroom_other", from: "192.0.2.9") == 429)
    }

    @Test("loopback has no limits, unless a trusted proxy there says who is behind it")
    func loopback() async throws {
        let settings = ["GATEWAY_LIMIT_ADDRESS_REQUESTS": "1/h", "GATEWAY_TRUSTED_PROXIES": "127.0.0.1, ::1"]
        let gateway = try gateway(settings)
        func ask(_ forwarded: String?) async -> HTTPResponse {
            await gateway.ask(
                "GET", "/nowhere", headers: forwarded.map { ["X-Forwarded-For": $0] } ?? [:], from: "127.0.0.1")
        }
        for _ in 0..<3 {
            let reply = await ask(nil)
            #expect(reply.status == 404)
            #expect(!reply.has("RateLimit"))
        }
        #expect(await ask("192.0.2.1").status == 404)
        #expect(await ask("192.0.2.1").status == 429)
        #expect(await ask("127.0.0.1, 192.0.2.1").status == 429)
        #expect(await ask("127.0.0.1").status == 404)
        #expect(await ask("127.0.0.1").status == 429)
    }

    @Test("wrong keys count against the address that sends them")
    func guessing() async throws {
        let gateway = try gateway(["GATEWAY_KEYS": Self.keys, "GATEWAY_LIMIT_ADDRESS_REQUESTS": "2/h"])
        var statuses: [Int] = []
        for guess in 0..<3 {
            let reply = await gateway.ask(
                "GET", GatewayUnderTest.clip(1), headers: ["X-Api-Key": "guess-\(guess)"], from: "192.0.2.1")
            statuses.append(reply.status)
            #expect(reply.has("RateLimit"))
        }
        #expect(statuses == [401, 401, 429])
    }

    @Test("an answer that comes later tells what is left then, and probes tell nothing")
    func later() async throws {
        let gateway = try gateway([:], limits: true)
        let held = gateway.begin("GET", GatewayUnderTest.clip(1), from: "192.0.2.1")
        _ = gateway.begin("GET", GatewayUnderTest.clip(2), from: "192.0.2.1")
        try gateway.hand.ready(1)
        let reply = await held.answer()
        #expect(reply.status == 200)
        #expect(reply.value("RateLimit") == #""requests";r=5998;t=1, "misses";r=8;t=12"#)
        #expect(reply.values("RateLimit-Policy") == [#""requests";q=6000;w=60, "misses";q=10;w=60"#])
        #expect(await !gateway.ask("GET", "/livez", from: "192.0.2.1").has("RateLimit"))
    }

    @Test("the embedder's own paths need no key, for they carry their permission, and count as requests")
    func embedded() async throws {
        let settings = ["GATEWAY_KEYS": Self.keys, "GATEWAY_KEYS_NEEDED_FOR": "everything"]
        let gateway = GatewayUnderTest(
            embedder: GatewayEmbedder(answer: { request, responder in
                responder.complete(HTTPResponse(status: 206))
                return .later
            }), access: try .made(settings, limits: true))
        let reply = await gateway.ask("GET", "/clips/x", from: "192.0.2.1")
        #expect(reply.status == 206)
        #expect(reply.value("RateLimit") == #""requests";r=5999;t=1, "misses";r=10;t=0"#)
    }

    @Test("those of them that are part of the API need what its routes need, and are only read")
    func embeddedAPI() async throws {
        let settings = ["GATEWAY_KEYS": Self.keys, "GATEWAY_KEYS_NEEDED_FOR": "everything"]
        let gateway = GatewayUnderTest(
            embedder: GatewayEmbedder(
                answer: { _, _ in .now(HTTPResponse(status: 200)) }, isOfAPI: { $0 == "/own" }),
            access: try .made(settings, limits: true))
        #expect(await gateway.ask("GET", "/own", from: "192.0.2.1").status == 401)
        #expect(await gateway.ask("GET", "/own", headers: ["X-Api-Key": "abc"], from: "192.0.2.1").status == 200)
        #expect(await gateway.ask("GET", "/other", from: "192.0.2.1").status == 200)
        let post = await gateway.ask("POST", "/own", headers: ["X-Api-Key": "abc"], from: "192.0.2.1")
        #expect(post.status == 405 && post.value("Allow") == "GET, HEAD, OPTIONS")
        #expect(await gateway.ask("OPTIONS", "/own", from: "192.0.2.1").status == 204)
    }

    @Test("no key that a client sends, valid or not, comes back in an answer or stands in a log line")
    func secrecy() async throws {
        let gateway = try gateway(["GATEWAY_KEYS": Self.keys, "GATEWAY_KEYS_NEEDED_FOR": "making"])
        var number = 0
        for key in ["cutroom_other", "cutroom_wrong"] {
            for headers in [["X-Api-Key": key], ["Authorization": "Bearer \(key)"]] {
                number += 1
                let reply = gateway.begin(GatewayUnderTest.clip(number), headers: headers)
                if key == "cutroom_wrong" {
                    let answer = await reply.answer()
                    #expect(answer.status == 401)
                    #expect(!"\(answer) \(answer.text)".contains(key))
                }
            }
        }
        _ = try await gateway.topic.sent(2)
        #expect(gateway.lines.all.contains { $0.contains("A request is refused") })
        #expect(!gateway.lines.all.contains { $0.contains("cutroom_") })
        for record in gateway.topic.sent { #expect(!"\(record)".contains("cutroom_")) }
    }

    @Test(
        "settings that would leave a gateway open, or shut for all, stop it",
        arguments: [
            ["GATEWAY_KEYS_NEEDED_FOR": "making"], ["GATEWAY_KEYS_NEEDED_FOR": "everything"],
            ["GATEWAY_KEYS": "web abc"], ["GATEWAY_KEYS": "# none yet"], ["GATEWAY_KEYS_FILE": "/nowhere/keys"],
            ["GATEWAY_TRUSTED_PROXIES": "10.0.0.0/8, proxy"], ["GATEWAY_LIMIT_KEY_MISSES": "10"],
            ["GATEWAY_LIMIT_ADDRESS_MISSES": "0/s"],
        ])
    func mistakes(settings: [String: String]) {
        #expect(throws: (any Error).self) { try AccessSettings.made(settings) }
    }

    @Test(
        "a gateway with keys needs them for making unless told, one without needs none, and cutroom serve has no limits"
    )
    func defaults() throws {
        #expect(try AccessSettings.made([:], limits: true).neededFor == .nothing)
        let keyed = try AccessSettings.made(["GATEWAY_KEYS": Self.keys], limits: true)
        #expect(keyed.neededFor == .making)
        #expect(keyed.keys.keys[1].limits.policy == #""requests";q=60000;w=60, "misses";q=100;w=3600"#)
        #expect(keyed.address.policy == #""requests";q=6000;w=60, "misses";q=10;w=60"#)
        #expect(try AccessSettings.made([:], limits: false).address.isNone)
        let none = ["GATEWAY_LIMIT_ADDRESS_REQUESTS": "none", "GATEWAY_LIMIT_ADDRESS_MISSES": "NONE"]
        #expect(try AccessSettings.made(none, limits: true).address.isNone)
    }
}
