import HTTPServer
import TestStack
import Testing
import WebAssets

@testable import GatewayService

@Suite("the console's page", .timeLimit(.minutes(1)))
struct ConsoleTests {
    private static let files = ["/", "/console.js", "/console.css"]

    @Test("is there only where it was asked for")
    func off() async {
        let gateway = GatewayUnderTest()
        for path in Self.files { #expect(await gateway.ask(path).status == 404) }
        let open = GatewayUnderTest(console: ConsoleSettings(isOpen: true))
        for path in Self.files { #expect(await open.ask(path).status == 200) }
    }

    /// Content Security Policy 3.
    @Test("may run its own script, load from here and from where clips lie, and nothing else; it sets no cookie")
    func policy() async throws {
        for tellsOfEpisodes in [false, true] {
            let gateway = GatewayUnderTest(
                console: ConsoleSettings(isOpen: true, tellsOfEpisodes: tellsOfEpisodes))
            let answer = await gateway.ask("/")
            let policy = try #require(answer.value("Content-Security-Policy"))
            let rules = policy.split(separator: ";").map { $0.split(separator: " ").map(String.init) }
            let sources = ["'self'"] + (tellsOfEpisodes ? [] : ["https://clips.example"])
            for (name, expected) in [
                ("default-src", ["'none'"]), ("script-src", ["'self'"]), ("style-src", ["'self'"]),
                ("connect-src", sources), ("media-src", sources), ("img-src", sources), ("base-uri", ["'none'"]),
                ("form-action", ["'none'"]), ("frame-ancestors", ["'none'"]),
            ] {
                #expect(rules.filter { $0.first == name } == [[name] + expected], "\(policy)")
            }
            #expect(!policy.contains("unsafe"))
            #expect(answer.value("Set-Cookie") == nil && answer.value("X-Content-Type-Options") == "nosniff")
            let told = "data-longest-ms=\"60000\" data-episodes=\"\(tellsOfEpisodes ? "yes" : "no")\""
            #expect(answer.text.contains(told), "\(answer.text.prefix(200))")
        }
    }

    /// Markup of ours alone: what a policy would forbid is not in it.
    @Test("has no script and no style within, names no other host, and is 60 KB at most as it travels")
    func files() async throws {
        let gateway = GatewayUnderTest(console: ConsoleSettings(isOpen: true))
        var bytes: [UInt8] = []
        for path in Self.files {
            let answer = await gateway.ask(path, headers: ["Accept-Encoding": "gzip"])
            guard case .bytes(let body) = answer.body else { continue }
            bytes += body
        }
        #expect(bytes.count > 1_000 && bytes.count <= 60 << 10, "\(bytes.count)")
        let page = await gateway.ask("/").text
        #expect(page.matches(of: #/<script/#).count == 1 && page.contains(#"<script src="/console.js""#))
        #expect(!page.contains("<style") && !page.contains(" style=") && !page.contains(" on"))
        let script = String(decoding: try #require(WebAsset.named("console.js")).bytes, as: UTF8.self)
        for forbidden in [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "cookie", "import(",
        ] {
            #expect(!script.contains(forbidden), "\(forbidden)")
        }
    }
}
