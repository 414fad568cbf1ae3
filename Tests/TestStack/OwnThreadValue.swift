import Threads

/// Runs `body`, which may block, on a thread of its own and gives its value.
func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        OwnThread.atStart(named: "test") { continuation.resume(with: Result { try body() }) }
    }
}
