import Bounded
import Glibc
import Logging
import Synchronization
import Text

/// What a service knows about itself.
public final class HealthRegistry: Sendable {
    private struct State {
        var dependencies: [(name: String, presence: @Sendable () -> Presence)] = []
        var circuits: [(name: String, circuit: Circuit)] = []
        var counts: [(name: String, read: @Sendable () -> Int)] = []
        var isStopping = false
    }

    public let service: String
    public let version: String
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    public init(service: String, version: String) {
        self.service = service
        self.version = version
    }

    /// - Parameters:
    ///   - name: of the dependency, as operators know it: `kafka`, `clips bucket`.
    ///   - presence: what is known now; it must not block.
    public func depends(on name: String, _ presence: @escaping @Sendable () -> Presence) {
        state.withLock { state in
            state.dependencies.removeAll { $0.name == name }
            state.dependencies.append((name, presence))
        }
    }

    public func watch(_ circuit: Circuit, of name: String) {
        state.withLock { $0.circuits.append((name, circuit)) }
    }

    /// - Parameter read: it must not block.
    public func count(_ name: String, _ read: @escaping @Sendable () -> Int) {
        state.withLock { $0.counts.append((name, read)) }
    }

    /// From here on the service is not ready any more.
    public func stopping() { state.withLock { $0.isStopping = true } }

    /// As it is now.
    public var report: HealthReport {
        let state = state.withLock { $0 }
        let dependencies = state.dependencies.map { ($0.name, $0.presence()) }
        let isReady = !state.isStopping && dependencies.allSatisfy { $0.1 == .present }
        let isWell = isReady && state.circuits.allSatisfy { $0.circuit.figures.state == .closed }
        return HealthReport(
            status: state.isStopping ? .stopping : isReady ? .ready : .notReady, isWell: isWell, service: service,
            version: version, uptime: start.duration(to: .now), timestamp: WallTime.now().text,
            dependencies: dependencies, circuits: state.circuits.map { ($0.name, $0.circuit.figures) },
            counts: state.counts.map { ($0.name, $0.read()) })
    }
}

/// Whether something that a service needs is there, as far as is known.
public enum Presence: Equatable, Sendable {
    case present
    /// Not there, or not looked at yet; the text says what is known, without secrets or addresses.
    case missing(String)
}
