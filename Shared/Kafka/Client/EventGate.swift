import Synchronization

/// Lets a burst of events pass and then one a second: a broker that is away must not fill a log.
final class EventGate: Sendable {
    private struct State {
        var tokens: Double
        var refilled: ContinuousClock.Instant
        var suppressed = 0
    }

    private let burst: Double
    private let state: Mutex<State>
    private let deliver: @Sendable (KafkaEvent) -> Void

    init(burst: Int = 20, deliver: @escaping @Sendable (KafkaEvent) -> Void) {
        self.burst = Double(burst)
        self.deliver = deliver
        state = Mutex(State(tokens: Double(burst), refilled: .now))
    }

    /// Delivers the event, or counts it into the next one's `suppressed` field.
    func pass(_ event: KafkaEvent) {
        let suppressed: Int? = state.withLock { state in
            let now = ContinuousClock.now
            state.tokens = min(burst, state.tokens + (now - state.refilled) / .seconds(1))
            state.refilled = now
            guard state.tokens >= 1 else {
                state.suppressed += 1
                return nil
            }
            state.tokens -= 1
            defer { state.suppressed = 0 }
            return state.suppressed
        }
        guard let suppressed else { return }
        var event = event
        if suppressed > 0 { event.fields["suppressed"] = String(suppressed) }
        deliver(event)
    }
}
