/// Calls to something else, such as a store: counted by operation and result, and timed by operation.
public struct CallMetrics<Operation: MetricLabel, Result: MetricLabel>: Sendable {
    private let calls: Counter<(Operation, Result)>
    private let durations: Histogram<Operation>

    /// - Parameters:
    ///   - calls: what counts them; combinations that never came are not told.
    ///   - durations: how long they took, in seconds.
    public init(_ metrics: Metrics, calls: Metric, durations: Metric) {
        self.calls = metrics.counter(calls, by: Operation.self, Result.self)
        self.durations = metrics.histogram(durations, .work, by: Operation.self)
    }

    /// Makes a call.
    ///
    /// - Parameters:
    ///   - result: what it came to, by its value.
    ///   - failure: what it came to, by its fault.
    ///   - traceID: of the trace that records the call, if it is kept: 32 hex digits.
    public func measured<Value: Sendable, Failure: Error>(
        _ operation: Operation, result: (Value) -> Result, failure: (Failure) -> Result, traceID: String?,
        _ call: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let stopwatch = Stopwatch()
        defer { durations.observe(stopwatch, operation, traceID: traceID) }
        do throws(Failure) {
            let value = try await call()
            calls.add(operation, result(value))
            return value
        } catch {
            calls.add(operation, failure(error))
            throw error
        }
    }
}
