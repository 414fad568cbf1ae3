import Logging
import Synchronization

/// Tells a service when to stop and why, and keeps what its drain is busy with.
public final class StopSignal: Sendable {
    /// Why the service stops.
    public enum Reason: Equatable, Sendable {
        case signal(Int32)
        /// The service itself can't go on.
        case fault(String)
    }

    /// What the signal thread does after it told of a signal.
    enum Verdict: Equatable {
        case drain
        case endAtOnce(ExitStatus)
    }

    private struct State {
        var reason: Reason?
        var signals = 0
        var nextNumber = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var steps: [Int: String] = [:]

        mutating func number() -> Int {
            nextNumber += 1
            return nextNumber
        }
    }

    private let state = Mutex(State())
    private let log: Log

    init(log: Log) { self.log = log }

    /// nil as long as nobody has asked to stop.
    public var reason: Reason? { state.withLock { $0.reason } }

    public var isRequested: Bool { reason != nil }

    /// The steps of the drain that have begun and not ended.
    public var unfinished: [String] {
        state.withLock { state in state.steps.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// Returns once the service should stop, or when the calling task is cancelled.
    public func requested() async {
        let number = state.withLock { $0.number() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The handler below takes the same lock after the task is marked as cancelled.
                let already = state.withLock { state in
                    if state.reason != nil || Task.isCancelled { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if already { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }

    /// Ends the service for a fault that it can't live with: it drains as after a signal, and exits 1.
    public func fail(_ why: StaticString, _ fields: LogFields = [:]) {
        log.error(why, fields)
        request(.fault(why.description))
    }

    /// Runs one step of the drain. If the limit passes meanwhile, the log names it.
    public func step<Value: Sendable, Failure: Error>(
        _ name: String, isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let number = state.withLock { state in
            let number = state.number()
            state.steps[number] = name
            return number
        }
        defer { state.withLock { _ = $0.steps.removeValue(forKey: number) } }
        return try await body()
    }

    /// The first reason stays.
    func request(_ reason: Reason) {
        let waiters = state.withLock { state in
            if state.reason == nil { state.reason = reason }
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// The first signal asks for a drain, also when a fault had asked before; another ends the process.
    func received(_ signal: Int32) -> Verdict {
        let isFirst = state.withLock { state in
            defer { state.signals += 1 }
            return state.signals == 0
        }
        guard isFirst else { return .endAtOnce(.killed(signal: signal)) }
        log.info("Stopping after a signal", ["signal": .string(signalName(signal))])
        request(.signal(signal))
        return .drain
    }
}
