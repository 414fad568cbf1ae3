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

/// Collects what handlers saw, in the order in which they said it, for a test to wait on.
///
/// Adding doesn't suspend: a handler that may not wait adds in its own turn, where a task of its own could be overtaken.
final class Seen<Element: Sendable>: Sendable {
    private struct Waiter {
        let isEnough: @Sendable ([Element]) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var all: [Element] = []
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    var all: [Element] { state.withLock { $0.all } }

    func add(_ element: Element) {
        let content = state.withLock { state in
            state.all.append(element)
            let all = state.all
            let content = state.waiters.filter { $0.isEnough(all) }
            state.waiters.removeAll { $0.isEnough(all) }
            return content
        }
        for waiter in content { waiter.continuation.resume() }
    }

    func wait(until isEnough: @escaping @Sendable ([Element]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                if isEnough(state.all) { return false }
                state.waiters.append(Waiter(isEnough: isEnough, continuation: continuation))
                return true
            }
            if !waits { continuation.resume() }
        }
    }

    /// Records an issue where it takes longer than `limit`.
    func wait(
        for count: Int, within limit: Duration = .seconds(20), at place: SourceLocation = #_sourceLocation
    ) async {
        await wait(within: limit, at: place) { $0.count >= count }
    }

    func wait(
        within limit: Duration = .seconds(20), at place: SourceLocation = #_sourceLocation,
        until isEnough: @escaping @Sendable ([Element]) -> Bool
    ) async {
        let watchdog = Task {
            try await Task.sleep(for: limit)
            giveUp(at: place)
        }
        await wait(until: isEnough)
        watchdog.cancel()
    }

    private func giveUp(at place: SourceLocation) {
        let (count, waiters) = state.withLock { state in
            let waiters = state.waiters
            state.waiters = []
            return (state.all.count, waiters)
        }
        guard !waiters.isEmpty else { return }
        Issue.record("waited in vain with \(count) seen", sourceLocation: place)
        for waiter in waiters { waiter.continuation.resume() }
    }
}
