extension StopSignal {
    /// Of the process that the calling task belongs to; nil in a test without one.
    @TaskLocal static var current: StopSignal?

    /// Runs one step of the drain, for code that does not know the signal. If the limit passes meanwhile, the log names it.
    public static func drainStep<Value: Sendable, Failure: Error>(
        _ name: String, isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard let current else { return try await body() }
        return try await current.step(name, isolation: isolation, body)
    }
}

/// A service that returned though nobody had asked it to: whatever the reason, it does not do its work.
struct EndedUnasked: Error, CustomStringConvertible {
    var description: String { "the service ended though nobody had asked it to stop" }
}
