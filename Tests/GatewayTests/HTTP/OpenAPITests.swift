import FoundationEssentials
import HTTPServer
import TestStack
import Testing

@testable import GatewayService

@Suite("the description that the gateway serves of itself", .timeLimit(.minutes(1)))
struct OpenAPITests {
    /// PyYAML reads the page, and Python's own JSON what is served: neither is ours.
    @Test("/openapi.json holds what docs/openapi.yaml holds")
    func same() async throws {
        let served = await GatewayUnderTest().ask("/openapi.json")
        #expect(served.status == 200)
        #expect(served.value("Content-Type") == "application/json")
        #expect(served.value("Cache-Control") == "public, max-age=300")
        let compare = """
            import json, sys, yaml
            served, page = json.load(sys.stdin), yaml.safe_load(open("docs/openapi.yaml"))
            assert len(page["paths"]) > 5
            assert served == page, "they differ"
            """
        try await Tool.run("python3", ["-c", compare], input: Array(served.text.utf8))
    }

    /// Of an open segment, only the name in the braces differs.
    private static func pattern(_ path: some StringProtocol) -> String {
        path.split(separator: "/").map { $0.hasPrefix("{") ? "{}" : String($0) }.joined(separator: "/")
    }

    /// Exactly these paths: a route that nobody describes, or a description of none, is a fault.
    @Test("its paths are the gateway's routes, and its reserved words are the gateway's")
    func paths() async throws {
        let list = """
            import json, sys
            page = json.load(sys.stdin)
            print(*page["paths"], "", *page["components"]["schemas"]["EpisodeID"]["not"]["enum"], sep=chr(10))
            """
        let text = await GatewayUnderTest().ask("/openapi.json").text
        let told = String(
            decoding: try await Tool.run("python3", ["-c", list], input: Array(text.utf8)), as: UTF8.self)
        let lines = told.split(separator: "\n", omittingEmptySubsequences: false)
        let paths = lines.prefix { !$0.isEmpty }
        #expect(
            paths.map { Self.pattern($0) }.sorted()
                == GatewayAPI.table.map { Self.pattern($0.path.description) }.sorted())
        #expect(Set(lines.dropFirst(paths.count).filter { !$0.isEmpty }.map(String.init)) == GatewayAPI.reserved)
    }

    @Test("docs/http.md lists the routes with their methods and their names in metrics")
    func listed() throws {
        let page = try String(contentsOf: URL(filePath: "docs/http.md"), encoding: .utf8)
        let listed = page.split(separator: "\n").compactMap { line in
            line.firstMatch(of: #/^\| `(GET|POST) ([^`]+)` \| `([a-z_]+)` \| /#)
                .map { "\($0.1) \(Self.pattern($0.2)) \($0.3)" }
        }
        let own = GatewayAPI.table.map { line in
            "\(line.methods.contains("GET") ? "GET" : "POST") \(Self.pattern(line.path.description)) \(line.name)"
        }
        #expect(listed.filter { !$0.hasSuffix(" embedder") }.sorted() == own.sorted())
        #expect(listed.count == own.count + 1)
    }

    /// RFC 9110, 13.1.2: weak comparison, a list, and `*`; 13.1.1 for the last.
    @Test(
        "who has it already gets 304 without a body",
        arguments: [
            ("If-None-Match", "ETAG", 304), ("If-None-Match", "\"x\", W/ETAG", 304), ("If-None-Match", "*", 304),
            ("If-None-Match", "\"x\"", 200), ("If-Match", "ETAG", 200), ("If-Match", "\"x\"", 412),
        ])
    func conditions(name: String, value: String, status: Int) async throws {
        let gateway = GatewayUnderTest()
        let first = await gateway.ask("/openapi.json")
        let etag = try #require(first.value("ETag"))
        #expect(etag.hasPrefix("\"") && etag.hasSuffix("\"") && etag.utf8.count > 2)
        let parts = value.split(separator: "ETAG", omittingEmptySubsequences: false)
        let reply = await gateway.ask("/openapi.json", headers: [name: parts.joined(separator: etag)])
        #expect(reply.status == status)
        #expect(reply.value("ETag") == etag)
        #expect(reply.text.isEmpty == (status != 200))
        #expect((reply.value("Content-Type") == nil) == (status != 200))
    }

    /// The tag names the bytes: by sha256sum, which is not ours.
    @Test("the ETag is made of the text's SHA-256")
    func etag() async throws {
        let served = await GatewayUnderTest().ask("/openapi.json")
        let digest = try await Tool.run("sha256sum", input: Array(served.text.utf8))
        #expect(served.value("ETag") == "\"\(String(decoding: digest.prefix(32), as: UTF8.self))\"")
    }

    @Test("HEAD is taken, and other methods are told what is")
    func methods() async {
        let gateway = GatewayUnderTest()
        #expect(await gateway.ask("HEAD", "/openapi.json").status == 200)
        let posted = await gateway.ask("POST", "/openapi.json", body: "{}")
        #expect(posted.status == 405)
        #expect(posted.value("Allow") == "GET, HEAD, OPTIONS")
    }
}
