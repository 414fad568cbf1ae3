/// Runs a body that blocks on a thread of its own, away from Swift's.
///
/// - Throws: what the body throws, or `BlockingPool.Refusal` if the thread can't be started.
public func onThread<Value: Sendable>(
    named name: String, _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    let pool = BlockingPool(named: name, threads: 1, queueLimit: 1)
    let result = try await pool.run { Result { try body() } }
    await pool.close()
    return try result.get()
}
