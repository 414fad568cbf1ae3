import Bounded
import Glibc
import Logging
import Synchronization
import Telemetry
import Text

/// What a service knows about itself.
public final class HealthRegistry: Sendable {
    private struct State {
        var dependencies: [Dependency] = []
        var circuits: [(name: String, circuit: Circuit)] = []
        var counts: [(name: String, read: @Sendable () -> Int)] = []
        var parts: [HealthRegistry] = []
        var isStopping = false
    }

    private struct Dependency {
        let name: String
        /// Whether the service is not ready without it.
        let isNeeded: Bool
        let presence: @Sendable () -> Presence
    }

    public let service: String
    public let version: String
    /// The instruments of the process.
    public let metrics: Metrics
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// - Parameter metrics: learn from here whether the service is ready, and how its dependencies and circuits are.
    public init(service: String, version: String, metrics: Metrics = Metrics()) {
        self.service = service
        self.version = version
        self.metrics = metrics
        tell(metrics)
    }

    /// - Parameters:
    ///   - name: of the dependency, as operators know it: `kafka`, `clips bucket`.
    ///   - presence: what is known now; it must not block.
    public func depends(on name: String, _ presence: @escaping @Sendable () -> Presence) {
        note(Dependency(name: name, isNeeded: true, presence: presence))
    }

    /// The same for what a service can do without for a while: it is degraded then, and ready all the same.
    public func uses(_ name: String, _ presence: @escaping @Sendable () -> Presence) {
        note(Dependency(name: name, isNeeded: false, presence: presence))
    }

    private func note(_ dependency: Dependency) {
        state.withLock { state in
            state.dependencies.removeAll { $0.name == dependency.name }
            state.dependencies.append(dependency)
        }
    }

    /// A service that runs within this one: it is a dependency under its own name, and its circuits and counts are told here.
    public func includes(_ part: HealthRegistry) {
        depends(on: part.service) { part.report.presence }
        state.withLock { $0.parts.append(part) }
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
        let parts = state.parts.map(\.report)
        let dependencies = state.dependencies.map { ($0.name, $0.isNeeded, $0.presence()) }
        let isReady = !state.isStopping && dependencies.allSatisfy { !$0.1 || $0.2 == .present }
        let isWell =
            isReady && dependencies.allSatisfy { $0.2 == .present } && parts.allSatisfy(\.isWell)
            && state.circuits.allSatisfy { $0.circuit.figures.state == .closed }
        return HealthReport(
            status: state.isStopping ? .stopping : isReady ? .ready : .notReady, isWell: isWell, service: service,
            version: version, uptime: start.duration(to: .now), timestamp: WallTime.now().text,
            dependencies: dependencies.map { ($0.0, $0.2) },
            circuits: state.circuits.map { ($0.name, $0.circuit.figures) } + parts.flatMap(\.circuits),
            counts: state.counts.map { ($0.name, $0.read()) } + parts.flatMap(\.counts))
    }

    private func tell(_ metrics: Metrics) {
        let fixed = [(name: "service", value: service)]
        metrics.gauge(Metric("cutroom_ready", "1 while the service is ready, else 0.", fixed: fixed)) { [weak self] in
            self.map { $0.report.status == .ready ? 1 : 0 }
        }
        metrics.gauges(
            Metric("cutroom_dependency_up", "1 while a dependency answers, else 0.", fixed: fixed), by: "dependency"
        ) { [weak self] in self?.report.dependencies.map { ([$0.name], $0.presence == .present ? 1 : 0) } ?? [] }
        metrics.gauges(
            Metric("cutroom_circuit_open", "1 while the circuit is open or half open, else 0.", fixed: fixed),
            by: "circuit"
        ) { [weak self] in self?.figures { $0.state == .closed ? 0 : 1 } ?? [] }
        let totals: [(metric: Metric, figure: @Sendable (Circuit.Figures) -> UInt64)] = [
            (Metric("cutroom_circuit_opened_total", "How often the circuit opened.", fixed: fixed), { $0.opened }),
            (Metric("cutroom_circuit_failures_total", "Calls through it that failed.", fixed: fixed), { $0.failures }),
            (Metric("cutroom_circuit_refused_total", "Calls that it refused.", fixed: fixed), { $0.refused }),
        ]
        for (metric, figure) in totals {
            metrics.counters(metric, by: "circuit") { [weak self] in self?.figures(figure) ?? [] }
        }
    }

    private func figures<Number>(
        _ figure: (Circuit.Figures) -> Number
    ) -> [(values: [String], number: Number)] {
        state.withLock { $0.circuits }.map { ([$0.name], figure($0.circuit.figures)) }
    }
}

/// Whether something that a service needs is there, as far as is known.
public enum Presence: Equatable, Sendable {
    case present
    /// Not there, or not looked at yet; the text says what is known, without secrets or addresses.
    case missing(String)
}
