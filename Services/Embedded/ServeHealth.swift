import Health
import Lifecycle
import Telemetry

/// What the three services say of themselves where they run in one process: each apart, and together.
struct ServeHealth: Sendable {
    let whole: HealthRegistry
    let gateway: HealthRegistry
    let resolver: HealthRegistry
    let cutter: HealthRegistry

    /// Of all three.
    var metrics: Metrics { whole.metrics }

    init(version: String) {
        let metrics = Metrics.ofProcess("cutroom")
        func part(_ service: String) -> HealthRegistry {
            HealthRegistry(service: service, version: version, metrics: metrics)
        }
        whole = part("cutroom")
        gateway = part("gateway")
        resolver = part("resolver")
        cutter = part("cutter")
        for part in [gateway, resolver, cutter] { whole.includes(part) }
    }
}
