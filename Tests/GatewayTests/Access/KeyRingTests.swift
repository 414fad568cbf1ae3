import Settings
import TestStack
import Testing

@testable import GatewayService

@Suite("API keys")
struct KeyRingTests {
    private func ring(_ text: String) throws(KeyRing.Fault) -> KeyRing {
        try KeyRing(parsing: text, defaults: (Rate(60, per: .seconds(60)), Rate(100, per: .seconds(3600))))
    }

    private func fault(_ text: String) -> String? {
        do throws(KeyRing.Fault) { _ = try ring(text) } catch { return error.description }
        return nil
    }

    @Test("a key is known by its hash, and nothing else is")
    func known() throws {
        let ring = try ring("\(SampleKey.abc.line("web"))\n# a comment\n\n\(SampleKey.other.line("app"))\n")
        #expect(ring.key(for: "abc")?.name == "web")
        #expect(ring.key(for: "cutroom_other")?.name == "app")
        for wrong in ["", "ab", "abcd", "ABC", "abc ", SampleKey.abc.hash, "sha256:\(SampleKey.abc.hash)", "a, bc"] {
            #expect(ring.key(for: wrong) == nil, "\(wrong)")
        }
        #expect(ring.key(for: String(repeating: "a", count: 257)) == nil)
        #expect(KeyRing.empty.key(for: "abc") == nil)
    }

    @Test("each of a thousand keys is found, and one more is too many")
    func many() throws {
        let made = try (0..<1000).map { try NewKey(named: "k\($0)") }
        let ring = try ring(made.map(\.line).joined(separator: ","))
        for key in made { #expect(ring.key(for: key.key)?.name == key.name) }
        let text = (made + [try NewKey(named: "more")]).map(\.line).joined(separator: "\n")
        #expect(fault(text) == "there are more than 1000 keys")
    }

    @Test("a line's own limits win over the settings', and none means none")
    func limits() throws {
        let ring = try ring(
            """
            \(SampleKey.abc.line("web", "misses=500/h requests=none"))\r
            \(SampleKey.other.line("app"))\r
            """)
        let (web, app) = (ring.keys[0].limits, ring.keys[1].limits)
        #expect(web.policy == #""misses";q=500;w=3600"#)
        #expect(app.policy == #""requests";q=60;w=60, "misses";q=100;w=3600"#)
    }

    @Test(
        "a mistake is told by its line, and nothing of the line is quoted",
        arguments: [
            ("web secretsecret", "line 1: the hash must be sha256: and 64 hexadecimal digits"),
            ("\nsecretsecret", "line 2: a name and a hash are expected"),
            ("web sha256:secretsecret", "line 1: the hash must be sha256: and 64 hexadecimal digits"),
            ("secret/ sha256:00", "line 1: a name is 1 to 64 letters, digits, dots, dashes and underscores"),
            ("# nothing", "there is no key in it"), ("", "there is no key in it"),
        ])
    func mistakes(text: String, told: String) {
        #expect(fault(text) == told)
    }

    @Test("a key that is there twice, and a limit that is none, are mistakes")
    func twice() {
        #expect(
            fault("\(SampleKey.abc.line("a"))\n\n\(SampleKey.abc.line("b"))") == "line 3: the same key stands in line 1"
        )
        for more in ["misses", "misses=", "misses=5", "hits=5/s", "5/s", "misses=0/s", "misses=5/week"] {
            #expect(fault(SampleKey.abc.line("a", more))?.hasPrefix("line 1: behind the hash only") == true, "\(more)")
        }
        #expect(fault(String(repeating: "\n", count: 10_000)) == "there are more than 10000 lines")
    }

    @Test("a new key is as long as 256 bits are, is unlike any other, and its line is the hash that sha256sum gives")
    func new() async throws {
        let (one, other) = (try NewKey(named: "web", misses: "5/h"), try NewKey(named: "web"))
        #expect(one.key != other.key)
        #expect(one.key.count == "cutroom_".count + 64)
        let file = try TemporaryFile(holding: Array(one.key.utf8), suffix: ".key")
        let sum = String(decoding: try await Tool.run("sha256sum", [file.path]), as: UTF8.self).prefix(64)
        #expect(one.line == "web sha256:\(sum) misses=5/h")
        #expect(throws: NewKey.Fault.self) { try NewKey(named: "a b") }
        #expect(throws: NewKey.Fault.self) { try NewKey(named: "a", misses: "many") }
    }
}
