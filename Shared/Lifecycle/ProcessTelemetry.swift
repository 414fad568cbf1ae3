import Telemetry

extension Metrics {
    /// The instruments of a process, with what it takes of its machine and which build it is.
    public static func ofProcess(_ service: String) -> Metrics {
        let metrics = Metrics()
        ProcessMetrics.register(
            in: metrics,
            build: [
                (name: "service", value: service), (name: "version", value: BuildInfo.version),
                (name: "commit", value: BuildInfo.commit),
            ])
        return metrics
    }
}
