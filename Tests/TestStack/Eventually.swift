/// What should have become true did not, in the time given.
public struct TooLate: Error, CustomStringConvertible {
    public let what: String
    public let limit: Duration

    public var description: String { "\(what): not within \(limit)" }
}

/// Asks again and again until `answer` gives a value, for what tells nobody when it happens.
///
/// - Parameter what: what is waited for, as the failure is to name it.
/// - Throws: `TooLate` after `limit`; errors of `answer` at once.
public func eventually<Value: Sendable>(
    _ what: String, within limit: Duration = .seconds(30), _ answer: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + limit
    // Most of what is waited for has happened by the second look.
    var pause = Duration.milliseconds(1)
    while ContinuousClock.now < end {
        if let value = try await answer() { return value }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(20))
    }
    throw TooLate(what: what, limit: limit)
}

/// The same for what is either so or not.
public func eventually(
    _ what: String, within limit: Duration = .seconds(30), _ isSo: () async throws -> Bool
) async throws {
    _ = try await eventually(what, within: limit) { () async throws -> Void? in try await isSo() ? () : nil }
}

extension Task where Failure == any Error {
    /// How the task ended, without waiting for it longer than `limit`: a task that nobody ever resumes fails the test instead of
    /// holding it.
    public func ended(_ what: String, within limit: Duration = .seconds(30)) async throws -> Result<Success, any Error>
    {
        let (stream, source) = AsyncStream.makeStream(of: Result<Success, any Error>.self)
        // Apart from the test's own task, whose end would wait for it.
        let watch = Task<Void, Never>.detached { source.yield(await self.result) }
        let limiting = Task<Void, Never>.detached {
            try? await Task<Never, Never>.sleep(for: limit)
            source.finish()
        }
        defer {
            watch.cancel()
            limiting.cancel()
        }
        for await result in stream { return result }
        throw TooLate(what: what, limit: limit)
    }
}
