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
        let uri = read.secret("MONGODB_URI", "mongodb://… of the register and the episode catalog")
        let database = read.string("MONGODB_DATABASE", default: "podinsight", "the database of both")
        do throws(MongoAddress.Fault) {
            mongo = try MongoAddress(uri: uri.reveal(), database: database)
        } catch {
            if error != .empty { read.mistake("MONGODB_URI or MONGODB_DATABASE: \(error.problem)") }
        }
    }
}
