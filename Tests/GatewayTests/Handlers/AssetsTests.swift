import HTTPServer
import TestStack
import Testing
import WebAssets

@testable import GatewayService

@Suite("files that pages load", .timeLimit(.minutes(1)))
struct AssetsTests {
    private static func bytes(of response: HTTPResponse) -> [UInt8] {
        guard case .bytes(let bytes) = response.body else { return [] }
        return bytes
    }

    @Test("come packed to those who take gzip, which Python's gzip unpacks, and plain to others, under two tags")
    func packed() async throws {
        let gateway = GatewayUnderTest()
        let plain = await gateway.ask("/c.css")
        let packed = await gateway.ask("/c.css", headers: ["Accept-Encoding": "br, gzip;q=0.5"])
        let whole = try #require(WebAsset.named("c.css")).bytes
        #expect(Self.bytes(of: plain) == whole)
        #expect(plain.value("Content-Encoding") == nil)
        #expect(packed.value("Content-Encoding") == "gzip")
        #expect(packed.value("Vary") == "Accept-Encoding")
        let unpacked = try await Tool.run(
            "/usr/bin/python3",
            ["-c", "import gzip, sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))"],
            input: Self.bytes(of: packed))
        #expect(unpacked == whole)
        #expect(plain.value("ETag") != packed.value("ETag"))
        let tag = try #require(plain.value("ETag"))
        #expect(await gateway.ask("/c.css", headers: ["If-None-Match": tag]).status == 304)
    }

    @Test("are named by the digest that OpenSSL computes")
    func integrity() async throws {
        let digest = try await Tool.run(
            "/usr/bin/openssl", ["dgst", "-sha384", "-hex", "-r"], input: try #require(WebAsset.named("c.css")).bytes)
        let hex = String(decoding: digest.prefix(96), as: UTF8.self)
        let base64 = try await Tool.run(
            "/usr/bin/python3",
            ["-c", "import base64, sys; print(base64.b64encode(bytes.fromhex(sys.argv[1])).decode(), end='')", hex])
        #expect(Assets.style.integrity == "sha384-" + String(decoding: base64, as: UTF8.self))
    }

    /// Fetch Standard, "CORS check" and "cross-origin resource policy check"; W3C Subresource Integrity, 3.1.
    @Test(
        "the player is for pages of every origin, and is told with its digest",
        arguments: [["*"], [], ["https://app.example"]])
    func player(origins: [String]) async throws {
        let gateway = GatewayUnderTest(origins: origins)
        for headers in [[:], ["Origin": "https://other.example"], ["Origin": "https://app.example"]] {
            let script = await gateway.ask("/player.js", headers: headers)
            #expect(script.status == 200)
            #expect(script.value("Content-Type") == "text/javascript; charset=utf-8")
            let told = script.headers.filter { $0.name == "Access-Control-Allow-Origin" }
            #expect(told.map(\.value) == ["*"])
            #expect(script.value("Cross-Origin-Resource-Policy") == "cross-origin")
            let others = script.headers.filter { $0.name == "Vary" && $0.value == "Origin" }
            #expect(others.isEmpty)
        }
        let offer = await gateway.ask("/player.json", headers: ["Host": "clips.example:81"])
        let read = """
            import base64, hashlib, html.parser, json, sys
            offer, elements = json.loads(sys.argv[1]), []
            parser = html.parser.HTMLParser()
            parser.handle_starttag = lambda name, attributes: elements.append((name, dict(attributes)))
            parser.feed(offer["script"])
            digest = "sha384-" + base64.b64encode(hashlib.sha384(sys.stdin.buffer.read()).digest()).decode()
            assert offer["integrity"] == digest, digest
            assert offer["src"] == "http://clips.example:81/player.js", offer["src"]
            assert elements == [("script", {"src": offer["src"], "integrity": digest, "crossorigin": "anonymous", "defer": None})], elements
            """
        let script = await gateway.ask("/player.js")
        try await Tool.run("/usr/bin/python3", ["-c", read, offer.text], input: Self.bytes(of: script))
    }

    @Test(
        "gzip is taken where the field says so",
        arguments: [
            ("gzip", true), ("deflate, gzip", true), ("*", true), ("GZIP", true), ("x-gzip", true),
            ("gzip; q=0.001", true),
            ("gzip;q=0", false), ("gzip;q=0.000", false), ("*;q=0", false), ("*, gzip;q=0", false), ("br", false),
            ("identity", false), ("", false), ("*;q=0, gzip", true),
        ])
    func accepted(field: String, isTaken: Bool) {
        #expect(ContentCoding.gzip.isAccepted(by: field) == isTaken)
    }
}
