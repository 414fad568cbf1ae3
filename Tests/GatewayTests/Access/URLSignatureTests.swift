import Settings
import TestStack
import Testing

@testable import GatewayService

@Suite("signed URLs")
struct URLSignatureTests {
    private static let secret = "0123456789abcdef0123456789abcdef"
    private static let newer = "fedcba9876543210fedcba9876543210"
    private static let path = "/api/v1/audio_clips/507f1f77bcf86cd799439011"
    private static let end = ClipStateBench.now + 60
    /// `printf 'cutroom-url-1\n…' | openssl dgst -sha256 -hmac SECRET`, of the path and of
    /// `duration_ms=30000&expires=1790000060&start_time_ms=7`.
    private static let signature = "ec25a764e170ec5960134dbe689eb4f6a2e1f1c829be22a95daef5cfa0a54d99"
    private static let signed =
        "\(path)?start_time_ms=7&duration_ms=30000&expires=\(end)&signature=\(signature)"

    private let signatures = URLSignatures(secrets: [Secret(secret)])

    private func gateway(_ settings: [String: String] = [:]) throws -> GatewayUnderTest {
        GatewayUnderTest(access: try .made(["GATEWAY_URL_SECRET": Self.secret].merging(settings) { $1 }))
    }

    private func verdict(_ target: String, now: Int64 = ClipStateBench.now) -> URLSignatures.Verdict {
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        return signatures.verdict(path: parts[0], query: parts.count > 1 ? parts[1] : nil, now: now)
    }

    @Test("a URL is signed as another program computes it, whatever stands before its path")
    func vectors() throws {
        for start in ["", "https://clips.example", "http://127.0.0.1:8080"] {
            #expect(
                try signatures.sign("\(start)\(Self.path)?start_time_ms=7&duration_ms=30000", until: Self.end)
                    == start + Self.signed)
        }
        // A guid that is a URL, with an é: the same, by another program.
        let odd = "/api/v1/audio_clips/https:%2f%2Fe.example%2f\u{E9}?format=opus&start%5Ftime%5fms=7"
        #expect(
            try signatures.sign(odd, until: Self.end)
                == "\(odd)&expires=1790000060&signature=36a590122b652258e91179e0d94338c88f50c1fb835d5fb8c7d97bca0987c342"
        )
        #expect(try signatures.sign("/x", until: 5).hasPrefix("/x?expires=5&signature="))
        #expect(try signatures.sign("/x?", until: 5).hasPrefix("/x?expires=5&signature="))
    }

    @Test("what has an end or a signature already, or is no percent-encoding, is not signed")
    func unsignable() {
        for url in ["/x?signature=1", "/x?expires=5", "/x?a=%zz", "/%zz"] {
            #expect(throws: URLSignatures.Fault.self, "\(url)") { try signatures.sign(url, until: 5) }
        }
    }

    @Test("what means the same has the same signature")
    func same() {
        let rest = "&duration_ms=30000&signature=\(Self.signature)&expires=\(Self.end)"
        for target in [
            Self.signed, "\(Self.path)?start_time_ms=7\(rest)", "\(Self.path)?%73tart_time_ms=%37\(rest)",
            "/api/v1/audio%5fclips/%3507f1f77bcf86cd799439011?start_time_ms=7\(rest)",
            "\(Self.path)?start_time_ms=7\(rest.replacing(Self.signature, with: Self.signature.uppercased()))",
        ] {
            #expect(verdict(target) == .valid, "\(target)")
        }
    }

    @Test("no change of a single character leaves a signature valid, nor does leaving one out")
    func altered() {
        let characters = Array(Self.signed)
        for at in characters.indices {
            var changed = characters
            changed[at] = changed[at] == "8" ? "9" : "8"
            // In the signature's own name it is no signed URL any more, which needs a key then like any other.
            #expect(verdict(String(changed)) != .valid, "\(String(changed))")
            var shorter = characters
            shorter.remove(at: at)
            #expect(verdict(String(shorter)) != .valid, "\(String(shorter))")
        }
        for more in [
            "&x=1", "&signature=\(Self.signature)", "&expires=\(Self.end)", "&expires=9999999999", "&start_time_ms=8",
        ] {
            #expect(verdict(Self.signed + more) == .wrong, "\(more)")
        }
        #expect(verdict(Self.signed.replacing(Self.signature, with: "")) == .wrong)
    }

    @Test("a URL is good until its end, to the second")
    func end() {
        #expect(verdict(Self.signed, now: Self.end - 1) == .valid)
        #expect(verdict(Self.signed, now: Self.end) == .expired)
    }

    @Test("a signed URL has its clip made without a key, and counts against its client's address")
    func permitted() async throws {
        let gateway = try gateway(["GATEWAY_LIMIT_ADDRESS_MISSES": "1/h"])
        let reply = await gateway.ask("GET", Self.signed, headers: ["Prefer": "wait=0"], from: "192.0.2.1")
        #expect(reply.status == 202)
        #expect(reply.value("RateLimit")?.hasPrefix(#""misses";r=0"#) == true)
        #expect(try await gateway.topic.sent(1).count == 1)
    }

    @Test("an altered, a forged and an expired URL are 403, also with a key, and cause no record")
    func refused() async throws {
        let keyed = try gateway(["GATEWAY_KEYS": SampleKey.abc.line("web")])
        let open = try gateway(["GATEWAY_KEYS_NEEDED_FOR": "nothing"])
        let expired = try signatures.sign("\(Self.path)?start_time_ms=7", until: ClipStateBench.now)
        let forged = try URLSignatures(secrets: [Secret(Self.newer)]).sign(
            "\(Self.path)?start_time_ms=7", until: Self.end)
        for gateway in [keyed, open] {
            for (target, reason) in [
                (Self.signed.replacing("=7&", with: "=8&"), "bad-url-signature"), (forged, "bad-url-signature"),
                (expired, "url-expired"),
            ] {
                for headers in [[:], ["X-Api-Key": "abc"]] {
                    let reply = await gateway.ask(target, headers: headers)
                    #expect(reply.status == 403)
                    #expect(reply.text.contains(#""reason":"\#(reason)""#))
                    #expect(!reply.text.contains(Self.secret))
                }
            }
            #expect(gateway.topic.sent.isEmpty)
        }
    }

    @Test("where everything needs a key, a signed URL opens what it was signed for and nothing else")
    func everything() async throws {
        let gateway = try gateway(["GATEWAY_KEYS_NEEDED_FOR": "everything"])
        try gateway.hand.ready(7)
        #expect(await gateway.ask(Self.signed).status == 200)
        #expect(await gateway.ask("HEAD", Self.signed).status == 200)
        #expect(await gateway.ask(GatewayUnderTest.clip(7)).status == 401)
        let batch = try signatures.sign("/api/v1/audio_clips/batch", until: Self.end)
        #expect(await gateway.ask("POST", batch, body: #"{"clips":[]}"#).status == 403)
    }

    @Test("while a secret is replaced both are valid; the new one signs")
    func rotation() async throws {
        let both = ["GATEWAY_URL_SECRET": Self.newer, "GATEWAY_URL_SECRET_OLD": Self.secret]
        let access = try AccessSettings.made(both)
        let signatures = try #require(access.signatures)
        let new = try signatures.sign("\(Self.path)?start_time_ms=7", until: Self.end)
        #expect(
            try URLSignatures(secrets: [Secret(Self.newer)]).sign("\(Self.path)?start_time_ms=7", until: Self.end)
                == new)
        let gateway = GatewayUnderTest(access: access)
        try gateway.hand.ready(7)
        #expect(await gateway.ask(new).status == 200)
        #expect(await gateway.ask(Self.signed).status == 200)
        let after = try self.gateway(["GATEWAY_URL_SECRET": Self.newer])
        #expect(await after.ask(Self.signed).status == 403)
    }

    @Test("a gateway with a URL secret needs keys for making, one without ignores signatures")
    func defaults() async throws {
        let gateway = try gateway()
        #expect(await gateway.ask(GatewayUnderTest.clip(7)).status == 401)
        let open = GatewayUnderTest()
        try open.hand.ready(7)
        #expect(await open.ask(Self.signed.replacing(Self.signature, with: "no")).status == 200)
    }

    @Test(
        "a secret that is too short, or an old one alone, is a mistake that does not show it",
        arguments: [["GATEWAY_URL_SECRET": "tooshort"], ["GATEWAY_URL_SECRET_OLD": secret]])
    func mistakes(settings: [String: String]) throws {
        do {
            _ = try AccessSettings.made(settings)
            Issue.record("no mistake")
        } catch { for value in settings.values { #expect(!"\(error)".contains(value)) } }
    }
}
