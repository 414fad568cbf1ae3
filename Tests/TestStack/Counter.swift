import Synchronization

/// How often something happened, or how much of it, on any thread.
public final class Counter: Sendable {
    private let value = Mutex(0)

    public init() {}

    public var count: Int { value.withLock { $0 } }

    /// - Returns: the count with these.
    @discardableResult
    public func add(_ more: Int = 1) -> Int {
        value.withLock { value in
            value += more
            return value
        }
    }
}
