import Settings

/// Where a service answers questions about its health, and gives its metrics.
public struct HealthSettings: Sendable {
    public var address: String
    /// 0: nowhere.
    public var port: UInt16

    /// - Parameter prefix: `RESOLVER` for `RESOLVER_HEALTH_PORT` and `RESOLVER_HEALTH_ADDRESS`.
    public init(_ prefix: String, defaultPort: Int, from read: inout SettingsReader) {
        address = read.string(
            "\(prefix)_HEALTH_ADDRESS", default: "0.0.0.0",
            "the IP address on which /livez, /readyz, /healthz and /metrics are")
        port = UInt16(
            read.int("\(prefix)_HEALTH_PORT", default: defaultPort, in: 0...65_535, "their port; 0: they are nowhere"))
    }

    /// For a program that runs several services: nowhere unless asked for, and then for this machine only.
    public init(ofEmbeddedFrom read: inout SettingsReader) {
        address = read.string(
            "OPERATIONS_ADDRESS", default: "127.0.0.1",
            "the IP address on which /livez, /readyz, /healthz and /metrics of all three services are")
        port = UInt16(read.int("OPERATIONS_PORT", default: 0, in: 0...65_535, "their port; 0: they are nowhere"))
    }

    public init(address: String, port: UInt16) {
        self.address = address
        self.port = port
    }
}
