import Lifecycle

/// What failed has been said already.
struct CommandFailed: FaultAlreadyTold, CustomStringConvertible {
    let description: String
}

/// Runs a command's work, and cancels it when the first signal comes.
func interruptible<Value: Sendable>(
    by stopping: StopSignal, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let work = Task { try await body() }
    let interrupt = Task {
        await stopping.requested()
        if stopping.isRequested { work.cancel() }
    }
    defer { interrupt.cancel() }
    return try await work.value
}
