import Telemetry

extension CredentialsSource {
    /// Has told when they end, as long as there are some that do.
    ///
    /// - Parameter service: that uses them.
    public func tell(_ metrics: Metrics, of service: String) {
        metrics.gauge(
            Metric(
                "cutroom_credentials_expiry_timestamp_seconds",
                "When the credentials for the object store end, in seconds since 1970.", unit: .seconds,
                fixed: [(name: "service", value: service)])
        ) {
            // Without any the dependency says so.
            guard let credentials = try? current() else { return nil }
            return credentials.expiresAtUnixSeconds.map { Double($0) }
        }
    }
}
