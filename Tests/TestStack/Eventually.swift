/// What should have become true did not, in the time given.
public struct TooLate: Error, CustomStringConvertible {
    public let what: String
    public let limit: Duration

    public var description: String { "\(what): not within \(limit)" }
}

/// Asks again and again until `answer` gives a value, for what tells nobody when it happens.
///
/// - Throws: `TooLate` after `limit`; errors of `answer` at once.
public func eventually<Value: Sendable>(
    _ what: String, within limit: Duration = .seconds(30), _ answer: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if let value = try await answer() { return value }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw TooLate(what: what, limit: limit)
}
