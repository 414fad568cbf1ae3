import Synchronization

/// Whether somebody waits for a work, or it is done when there is room. While it waits it may become urgent, and never the
/// other way round.
///
/// Works that wait for one another share it, or hand it on, so that urgent work never waits behind work that has to let
/// others pass (priority inversion).
public final class Urgency: Sendable {
    private struct State {
        var isUrgent: Bool
        var nextNumber: UInt64 = 0
        var observers: [UInt64: @Sendable () -> Void] = [:]
    }

    private let state: Mutex<State>

    public init(isUrgent: Bool) { state = Mutex(State(isUrgent: isUrgent)) }

    /// Of all work that is urgent from its beginning.
    public static let urgent = Urgency(isUrgent: true)

    public var isUrgent: Bool { state.withLock { $0.isUrgent } }

    /// Somebody waits for it from now on.
    public func raise() {
        let observers = state.withLock { state in
            state.isUrgent = true
            defer { state.observers = [:] }
            return state.observers
        }
        for observer in observers.values { observer() }
    }

    /// - Parameter body: called once when it is raised, after `isUrgent` says so; it must not block.
    /// - Returns: the number by which it is forgotten; nil if it is urgent already, and `body` is not called.
    public func whenRaised(_ body: @escaping @Sendable () -> Void) -> UInt64? {
        state.withLock { state in
            guard !state.isUrgent else { return nil }
            state.nextNumber += 1
            state.observers[state.nextNumber] = body
            return state.nextNumber
        }
    }

    public func forget(_ number: UInt64?) {
        guard let number else { return }
        state.withLock { _ = $0.observers.removeValue(forKey: number) }
    }
}
