import Episodes
import Settings
import Wiring

/// What a purge needs: the brokers, the clips bucket and the register's database.
public struct PurgeSettings: ServiceSettings {
    public static let prefixes: [String] = []

    public var broker: BrokerSettings
    public var clips: BucketSettings
    /// Nil only after a mistake.
    public var mongo: MongoAddress?

    public init(from read: inout SettingsReader) {
        broker = BrokerSettings(from: &read)
        clips = .clips(from: &read)
        mongo = .read(from: &read)
    }
}
