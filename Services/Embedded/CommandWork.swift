import Lifecycle
import Threads

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

/// Runs a body that blocks on a thread of its own, away from Swift's.
func onThread<Value: Sendable>(
    named name: String, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    let pool = BlockingPool(named: name, threads: 1, queueLimit: 1)
    let result = try await pool.run { Result { try body() } }
    await pool.close()
    return try result.get()
}
