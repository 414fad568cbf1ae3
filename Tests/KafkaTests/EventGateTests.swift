import Synchronization
import TestStack
import Testing

@testable import Kafka

@Suite("Event gate")
struct EventGateTests {
    @Test("a burst passes, the rest is counted into the next event that passes")
    func bounds() async throws {
        let passed = Mutex<[KafkaEvent]>([])
        let gate = EventGate(burst: 3) { event in passed.withLock { $0.append(event) } }
        let event = KafkaEvent(level: .warning, sentence: "again")
        for _ in 0..<100 { gate.pass(event) }
        let burst = passed.withLock { $0 }
        #expect((3...4).contains(burst.count))
        let later = try await eventually("one more passes") { () -> KafkaEvent? in
            gate.pass(event)
            return passed.withLock { $0.count > burst.count ? $0.last : nil }
        }
        let suppressed = try #require(later.fields["suppressed"].flatMap { Int($0) })
        #expect(suppressed >= 100 - burst.count)
    }
}
