import Episodes
import Health
import Lifecycle
import Settings
import Traces
import Wiring

public struct ResolverSettings: ServiceSettings {
    public static let prefixes = ["RESOLVER_"]

    /// Nil only after a mistake.
    public var mongo: MongoAddress?
    public var own: Own
    public var broker: BrokerSettings
    public var life: LifeSettings
    public var circuits: CircuitSettings
    public var health: HealthSettings
    public var tracing: TracingSettings
    public var mongoTimeLimit: Duration

    public init(from read: inout SettingsReader) {
        mongo = .read(from: &read)
        own = Own(from: &read)
        broker = BrokerSettings(from: &read)
        life = LifeSettings(from: &read)
        circuits = CircuitSettings(from: &read)
        health = HealthSettings("RESOLVER", defaultPort: 8081, from: &read)
        tracing = TracingSettings(from: &read)
        mongoTimeLimit = read.duration(
            "RESOLVER_MONGODB_TIMEOUT", default: .seconds(5), in: .milliseconds(100)...(.seconds(60)),
            "for finding a server, for a free connection, and for the server's work on one read")
    }

    /// What belongs to the resolver alone.
    public struct Own: Sendable {
        public var cacheEntries: Int
        public var cacheLifetime: Duration
        public var absenceLifetime: Duration
        public var lookUps: Int
        public var bulkLookUps: Int
        public var registerWrites: Int
        public var chunkClip: Duration
        public var longestClip: Duration
        public var clockTolerance: Duration
        /// For work under way: what `SHUTDOWN_LIMIT` leaves when the rest is taken off.
        public var drainLimit: Duration

        public init(from read: inout SettingsReader) {
            cacheEntries = read.int(
                "RESOLVER_CACHE_ENTRIES", default: 50_000, in: 1...10_000_000, "episodes kept in memory")
            cacheLifetime = read.duration(
                "RESOLVER_CACHE_LIFETIME", default: .seconds(300), in: .zero...(.seconds(86_400)),
                "how long an episode is remembered"
            )
            absenceLifetime = read.duration(
                "RESOLVER_ABSENCE_LIFETIME", default: .seconds(10), in: .zero...(.seconds(3600)),
                "how long it is remembered that there is no such episode")
            lookUps = read.int(
                "RESOLVER_LOOK_UPS", default: 16, in: 1...512, "connections to MongoDB, and so look-ups at once")
            bulkLookUps = read.int(
                "RESOLVER_BULK_LOOK_UPS", default: 4, in: 1...512,
                "requests of the bulk lane in hand at once, and so look-ups that live ones may have to wait for")
            registerWrites = read.int(
                "RESOLVER_REGISTER_WRITES", default: 4, in: 1...64,
                "further connections to MongoDB for the register of clips, and so writes at once")
            chunkClip = read.duration(
                "CHUNK_CLIP", default: .seconds(30), in: .milliseconds(1)...(.seconds(3600)),
                "length of a clip asked for by transcript chunk")
            longestClip = read.longestClip()
            clockTolerance = read.duration(
                "CLOCK_TOLERANCE", default: .seconds(5), in: .zero...(.seconds(600)),
                "at most so much of a record's age is taken off its deadline, since clocks differ")
            drainLimit = ProcessSettings(from: &read).drainLimit
        }
    }
}
