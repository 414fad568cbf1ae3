import Settings
import Wiring

/// What reading and replaying dead letters needs: the brokers.
public struct DeadLetterSettings: ServiceSettings {
    public static let prefixes: [String] = []

    public var broker: BrokerSettings

    public init(from read: inout SettingsReader) { broker = BrokerSettings(from: &read) }
}
