import Telemetry
import Testing

@testable import GatewayService

@Suite("what limits are told to have done")
struct LimitDecisionsTests {
    /// The series that a scrape of the gateway gives.
    private func series(_ gateway: GatewayUnderTest) -> [Substring] {
        gateway.router.limit.rates.decisions.tell(gateway.instruments)
        return String(decoding: MetricsText.prometheus.write(gateway.instruments), as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("cutroom_limit_decisions_total") }
    }

    private func line(_ key: String, _ limit: String, _ decision: String, _ count: Int) -> Substring {
        #"cutroom_limit_decisions_total{key="\#(key)",limit="\#(limit)",decision="\#(decision)"} \#(count)"#
    }

    @Test(
        "they are counted by the key's name, and those of clients without a key by how they came, never by address or key"
    )
    func labels() async throws {
        let access = try AccessSettings.made([
            "GATEWAY_KEYS": SampleKey.abc.line("player", "requests=3/h misses=1/h"),
            "GATEWAY_URL_SECRET": String(repeating: "s", count: 32), "GATEWAY_KEYS_NEEDED_FOR": "nothing",
            "GATEWAY_LIMIT_ADDRESS_REQUESTS": "1/h",
        ])
        let gateway = GatewayUnderTest(access: access)
        for number in 0..<5 {
            _ = gateway.begin("GET", GatewayUnderTest.clip(number), headers: ["X-Api-Key": "abc", "Prefer": "wait=0"])
        }
        for address in ["192.0.2.1", "192.0.2.1", "192.0.2.2"] {
            _ = gateway.begin("GET", GatewayUnderTest.progress(1), from: address)
        }
        let signatures = try #require(access.signatures)
        let signed = try signatures.sign(GatewayUnderTest.clip(9), until: ClipStateBench.now + 60)
        _ = gateway.begin("GET", signed, headers: ["Prefer": "wait=0"], from: "192.0.2.3")
        let found = series(gateway)
        for line in [
            line("player", "requests", "allowed", 3), line("player", "requests", "refused", 2),
            line("player", "misses", "allowed", 1), line("player", "misses", "refused", 2),
            line("address", "requests", "allowed", 2), line("address", "requests", "refused", 1),
            line("request-url", "requests", "allowed", 1),
        ] { #expect(found.contains(line), "\(line)") }
        #expect(!"\(found)".contains("192.0.2") && !"\(found)".contains("abc"))
    }

    /// The Prometheus of an operator bears a thousand series of one metric, and is told no more (``Metrics``).
    @Test("of a thousand names so many are told, and the rest together, so that the sum is right")
    func bound() {
        let decisions = LimitDecisions()
        for number in 0..<1000 { decisions.note("key\(number)", .requests, isAllowed: true) }
        decisions.note(LimitDecisions.address, .requests, isAllowed: true)
        decisions.note("key3", .misses, isAllowed: false)
        let metrics = Metrics()
        decisions.tell(metrics)
        let lines = String(decoding: MetricsText.prometheus.write(metrics), as: UTF8.self).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
        #expect(lines.count == 4 * (LimitDecisions.mostNames + 2) && lines.count <= 1000)
        #expect(lines.contains(line("other-keys", "requests", "allowed", 1000 - LimitDecisions.mostNames)))
        #expect(lines.contains(line("address", "requests", "allowed", 1)))
        #expect(lines.contains(line("key3", "misses", "refused", 1)))
    }

    @Test(
        "no key can have a name that stands for clients without one",
        arguments: ["address", "request-url", "other-keys"])
    func reserved(name: String) {
        #expect(throws: KeyRing.Fault.self) {
            try KeyRing(parsing: SampleKey.abc.line(name), defaults: (nil, nil))
        }
        #expect(throws: NewKey.Fault.self) { try NewKey(named: name) }
    }
}
