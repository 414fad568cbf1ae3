import Health
import Lifecycle
import Settings
import Traces
import Wiring

public struct GatewaySettings: ServiceSettings {
    public static let prefixes = ["GATEWAY_"]

    public var clips: BucketSettings
    public var cdn: CDNSettings
    public var broker: BrokerSettings
    public var life: LifeSettings
    public var own: Own
    public var health: HealthSettings
    public var tracing: TracingSettings

    public init(from read: inout SettingsReader) {
        own = Own(from: &read)
        clips = .clips(from: &read)
        cdn = CDNSettings(from: &read)
        broker = BrokerSettings(from: &read)
        life = LifeSettings(from: &read)
        health = HealthSettings("GATEWAY", defaultPort: 8083, from: &read)
        tracing = TracingSettings(from: &read)
    }

    /// What belongs to the gateway alone.
    public struct Own: Sendable {
        public var address: String
        public var port: UInt16
        public var threads: Int
        public var maxConnections: Int
        public var maxHeaderBytes: Int
        public var maxBodyBytes: Int
        public var idleTimeout: Duration
        public var warmUpMax: Duration
        public var defaultClip: Duration
        public var longestClip: Duration
        public var revalidationsPerMinute: Int
        public var bulkDeadline: Duration
        public var corsOrigins: [String]
        public var logsHits: Bool
        public var stopDelay: Duration
        var waits: GetClip.Waits
        var table: ClipTable.Settings
        var answers: AnswerCache.Settings
        var cues: CueCache.Settings
        var failures: Failures.Settings
        var flights: Flights.Settings
        var admission: Admission.Settings
        var rechecks: Rechecks.Settings
        var followers: Followers.Settings
        var bulk: BulkRequests.Settings
        var streams: EventStreams.Limits
        var access: AccessSettings
        var sharing: SharingSettings
        var console: ConsoleSettings
        /// For answers under way: what `SHUTDOWN_LIMIT` leaves when the rest is taken off.
        public var drainLimit: Duration

        /// - Parameters:
        ///   - defaultAddress: where it listens if the environment does not say.
        ///   - defaultOrigins: which pages may read answers if the environment does not say.
        ///   - defaultLimits: whether clients have limits if the environment does not say.
        ///   - isAlone: whether there can be no other gateway beside it.
        ///   - defaultBusyFrom, defaultUnmeasuredClips: when new clips are refused if the environment does not say.
        public init(
            from read: inout SettingsReader, defaultAddress: String = "0.0.0.0", defaultOrigins: [String] = ["*"],
            defaultLimits: Bool = true, isAlone: Bool = false, defaultBusyFrom: Int = 32,
            defaultUnmeasuredClips: Int = 256
        ) {
            address = read.string(
                "GATEWAY_ADDRESS", default: defaultAddress, "the IP address to listen on; :: is all of both kinds")
            port = UInt16(read.int("GATEWAY_PORT", default: 8080, in: 0...65_535, "0 takes any free port"))
            threads = read.int(
                "GATEWAY_THREADS", default: 2, in: 1...64, "threads that read, answer hits and write: about one a core")
            maxConnections = read.int(
                "GATEWAY_MAX_CONNECTIONS", default: 10_000, in: 10...1_000_000,
                "connections open at once; further ones wait in the kernel")
            maxHeaderBytes = read.bytes(
                "GATEWAY_MAX_HEADER_BYTES", default: 16 << 10, in: 1024...(1 << 20), "request line and headers")
            maxBodyBytes = read.bytes(
                "GATEWAY_MAX_BODY_BYTES", default: 64 << 10, in: 1024...(16 << 20), "the body of a request")
            idleTimeout = read.duration(
                "GATEWAY_IDLE_TIMEOUT", default: .seconds(60), in: .seconds(1)...(.seconds(3600)),
                "after which a connection on which nothing moves is closed")
            table = ClipTable.Settings(from: &read)
            answers = AnswerCache.Settings(from: &read)
            cues = CueCache.Settings(from: &read)
            warmUpMax = read.duration(
                "TABLE_WARMUP_MAX", default: .seconds(30), in: .seconds(1)...(.seconds(600)),
                "after which the gateway is ready even if the table is not wholly read")
            waits = GetClip.Waits(from: &read)
            flights = Flights.Settings(from: &read)
            failures = Failures.Settings(from: &read)
            admission = Admission.Settings(from: &read, busyFrom: defaultBusyFrom, unmeasured: defaultUnmeasuredClips)
            rechecks = Rechecks.Settings(from: &read)
            followers = Followers.Settings(from: &read)
            streams = EventStreams.Limits(from: &read)
            sharing = SharingSettings(from: &read)
            console = ConsoleSettings(from: &read, defaultOpen: isAlone)
            access = AccessSettings(from: &read, limits: defaultLimits, isAlone: isAlone)
            defaultClip = read.duration(
                "DEFAULT_CLIP", default: .seconds(30), in: .milliseconds(1)...(.seconds(3600)),
                "duration_ms if not given")
            longestClip = read.longestClip()
            revalidationsPerMinute = read.int(
                "GATEWAY_REVALIDATIONS_PER_MINUTE", default: 600, in: 1...1_000_000, "such checks, at most")
            bulkDeadline = read.duration(
                "BULK_DEADLINE", default: .seconds(1800), in: .seconds(1)...(.seconds(3000)),
                "how long work of the bulk lane is worth doing once a service has taken it")
            bulk = BulkRequests.Settings(from: &read, lifetime: bulkDeadline)
            corsOrigins = read.list(
                "GATEWAY_CORS_ORIGINS", default: defaultOrigins, "web origins that may read answers, or *")
            logsHits = read.bool("GATEWAY_LOG_HITS", default: false, "a log line for every hit")
            stopDelay = read.duration(
                "GATEWAY_STOP_DELAY", default: .zero, in: .zero...(.seconds(60)),
                "how long connections are still taken after SIGTERM, so that a load balancer can notice /readyz; part of SHUTDOWN_LIMIT"
            )
            drainLimit = ProcessSettings(from: &read).drainLimit
            if stopDelay >= drainLimit {
                read.mistake("GATEWAY_STOP_DELAY: must leave SHUTDOWN_LIMIT time for answers under way")
            }
            if defaultClip > longestClip { read.mistake("DEFAULT_CLIP: must not exceed LONGEST_CLIP") }
        }

        /// Says that whoever embeds the gateway answers `/api/v1/episodes` and what is below it.
        public mutating func hasEpisodes() { console.tellsOfEpisodes = true }

        /// Says how clients reach the gateway, for the whole URLs in pages. What is no such address changes nothing.
        public mutating func isReached(at url: String) { sharing.publicURL = BaseURL(url) ?? sharing.publicURL }
    }
}
