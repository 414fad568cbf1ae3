import Testing

@testable import GatewayService

@Suite("a request that the broker does not take in time", .timeLimit(.minutes(1)))
struct UnacknowledgedTests {
    /// 503 is for what may pass (RFC 9110, 15.6.4); 202 and 504 would promise that the clip is being made.
    @Test("nobody is told that the clip is being made", arguments: [nil, "wait=1", "respond-async, wait=1"])
    func late(prefer: String?) async throws {
        let topic = FakeTopic(.holds)
        let gateway = GatewayUnderTest(topic, waits: .init(standard: .milliseconds(10), longest: .milliseconds(10)))
        let reply = await gateway.ask(GatewayUnderTest.clip(1), headers: prefer.map { ["Prefer": $0] } ?? [:])
        #expect(reply.status == 503)
        #expect(reply.text.contains(#""reason":"broker-unavailable""#))
        #expect(reply.value("Retry-After") == "5")
        topic.release()
    }
}
