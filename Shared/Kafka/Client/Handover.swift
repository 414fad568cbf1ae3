import Synchronization

/// Passes one value to the thread that will own it, so that nobody else still holds it when that thread lets go.
final class Handover<Value: Sendable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: Value) { self.value = Mutex(value) }

    /// The value at the first call, nil after it.
    func take() -> Value? {
        value.withLock { value in
            defer { value = nil }
            return value
        }
    }
}
