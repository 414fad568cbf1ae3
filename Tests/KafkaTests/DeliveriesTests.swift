import TestStack
import Testing

@testable import Kafka

@Suite("the queue of unacknowledged sends", .timeLimit(.minutes(1)))
struct DeliveriesTests {
    private func begin(_ deliveries: Deliveries, bytes: Int) -> Task<Void, Never> {
        Task {
            _ = await withCheckedContinuation { continuation in
                if deliveries.begin(continuation, bytes: bytes) == nil {
                    continuation.resume(returning: .failure(.queueFull))
                }
            }
        }
    }

    @Test("who was refused for its size waits for room for that size, not for any")
    func roomForBytes() async throws {
        let deliveries = Deliveries(limit: QueueLimit(records: 100, bytes: 1000))
        let sends = [begin(deliveries, bytes: 600), begin(deliveries, bytes: 300)]
        try await eventually("two deliveries under way") { deliveries.count >= 2 }
        // 100 bytes are free: room for 50 is there at once, and for 200 only when one of both has ended.
        await deliveries.room(for: 50)
        let large = Task { await deliveries.room(for: 500) }
        let small = Task { await deliveries.room(for: 200) }
        try await eventually("two that wait for room") { deliveries.wanted >= 2 }
        deliveries.end(2, with: .failure(.timedOut))
        deliveries.end(1, with: .failure(.timedOut))
        await small.value
        await large.value
        for send in sends { await send.value }
        #expect(deliveries.wanted == 0)
    }

    @Test("room that comes step by step wakes each only when its own record fits")
    func stepByStep() async throws {
        let deliveries = Deliveries(limit: QueueLimit(records: 100, bytes: 1000))
        var sends: [Task<Void, Never>] = []
        // Tickets are given in order.
        for _ in 1...10 {
            let before = deliveries.count
            sends.append(begin(deliveries, bytes: 100))
            try await eventually("another delivery under way") { deliveries.count != before }
        }
        let large = Task { await deliveries.room(for: 500) }
        try await eventually("one that waits for room") { deliveries.wanted >= 1 }
        for ticket in 1...4 {
            deliveries.end(UInt(ticket), with: .failure(.timedOut))
            #expect(deliveries.wanted == 1, "\(ticket) ended, and 500 bytes do not fit yet")
        }
        deliveries.end(5, with: .failure(.timedOut))
        #expect(deliveries.wanted == 0)
        await large.value
        deliveries.endAll(with: .closed)
        for send in sends { await send.value }
    }

    @Test("who is cancelled waits no longer, and is forgotten")
    func cancelled() async throws {
        let deliveries = Deliveries(limit: QueueLimit(records: 1, bytes: 1000))
        let send = begin(deliveries, bytes: 10)
        try await eventually("a delivery under way") { deliveries.count >= 1 }
        let waiting = Task { await deliveries.room(for: 10) }
        try await eventually("one that waits for room") { deliveries.wanted >= 1 }
        waiting.cancel()
        await waiting.value
        #expect(deliveries.wanted == 0)
        deliveries.endAll(with: .closed)
        await send.value
    }
}
