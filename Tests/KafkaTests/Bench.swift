import Kafka
import Synchronization
import Testing

/// What the tests of both brokers share.
enum Bench {
    /// Ends a test that would wait for ever. Returns nil where the time was up.
    static func within<Value: Sendable>(
        _ limit: Duration, _ body: @escaping @Sendable () async -> Value
    ) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await body() }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func settings(_ mock: MockCluster, _ id: String = "test") -> KafkaSettings {
        // The mock lets a group's second rebalance last as long as a session, less a second.
        KafkaSettings(
            bootstrapServers: mock.bootstrapServers, clientID: id,
            properties: ["session.timeout.ms": "2000", "heartbeat.interval.ms": "500"], isEmbedded: true,
            privateBrokers: mock.privateBrokers)
    }
}

/// Collects what handlers saw, for a test to wait on.
actor Seen<Element: Sendable> {
    private(set) var all: [Element] = []
    private var waiters: [(isEnough: @Sendable ([Element]) -> Bool, continuation: CheckedContinuation<Void, Never>)] =
        []

    func add(_ element: Element) {
        all.append(element)
        let elements = all
        waiters.removeAll { waiter in
            guard waiter.isEnough(elements) else { return false }
            waiter.continuation.resume()
            return true
        }
    }

    func wait(until isEnough: @escaping @Sendable ([Element]) -> Bool) async {
        if isEnough(all) { return }
        await withCheckedContinuation { waiters.append((isEnough, $0)) }
    }

    /// Records an issue where it takes longer than `limit`.
    nonisolated func wait(
        for count: Int, within limit: Duration = .seconds(20), at place: SourceLocation = #_sourceLocation
    ) async {
        await wait(within: limit, at: place) { $0.count >= count }
    }

    nonisolated func wait(
        within limit: Duration = .seconds(20), at place: SourceLocation = #_sourceLocation,
        until isEnough: @escaping @Sendable ([Element]) -> Bool
    ) async {
        let watchdog = Task {
            try await Task.sleep(for: limit)
            await self.giveUp(at: place)
        }
        await wait(until: isEnough)
        watchdog.cancel()
    }

    private func giveUp(at place: SourceLocation) {
        guard !waiters.isEmpty else { return }
        Issue.record("waited in vain with \(all.count) seen", sourceLocation: place)
        for waiter in waiters { waiter.continuation.resume() }
        waiters = []
    }
}
