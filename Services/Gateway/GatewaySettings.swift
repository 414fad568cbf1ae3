import Lifecycle
import Settings
import Wiring

public struct GatewaySettings: ServiceSettings {
    public static let prefixes = ["GATEWAY_"]

    public var clips: BucketSettings
    public var broker: BrokerSettings
    public var life: LifeSettings
    public var own: Own

    public init(from read: inout SettingsReader) {
        own = Own(from: &read)
        clips = .clips(from: &read)
        broker = BrokerSettings(from: &read)
        life = LifeSettings(from: &read)
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
        public var tableBytes: Int
        public var warmUpMax: Duration
        public var maxWaiters: Int
        public var maxFlights: Int
        public var wait: Duration
        public var longestWait: Duration
        public var workDeadline: Duration
        public var rememberedFailures: Int
        public var failureLifetime: Duration
        public var defaultClip: Duration
        public var longestClip: Duration
        public var revalidateAfter: Duration
        public var revalidationsPerMinute: Int
        public var corsOrigins: [String]
        public var logsHits: Bool
        public var busyFrom: Int
        public var unmeasuredClips: Int
        public var recheckInterval: Duration
        public var acknowledgementWait: Duration
        public var hedgeDefault: Duration
        public var maxEventStreams: Int
        public var longestEventStream: Duration
        public var stopDelay: Duration
        /// For answers under way: what `SHUTDOWN_LIMIT` leaves when the rest is taken off.
        public var drainLimit: Duration

        /// - Parameters:
        ///   - defaultAddress: where it listens if the environment does not say.
        ///   - defaultOrigins: which pages may read answers if the environment does not say.
        ///   - defaultBusyFrom, defaultUnmeasuredClips: when new clips are refused if the environment does not say.
        public init(
            from read: inout SettingsReader, defaultAddress: String = "0.0.0.0", defaultOrigins: [String] = ["*"],
            defaultBusyFrom: Int = 32, defaultUnmeasuredClips: Int = 256
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
            tableBytes = read.bytes(
                "GATEWAY_TABLE_BYTES", default: 32 << 20, in: (64 << 10)...(16 << 30),
                "memory for the table of ready clips; the least recently used go first")
            warmUpMax = read.duration(
                "TABLE_WARMUP_MAX", default: .seconds(30), in: .seconds(1)...(.seconds(600)),
                "after which the gateway is ready even if the table is not wholly read")
            maxWaiters = read.int("GATEWAY_MAX_WAITERS", default: 2000, in: 1...1_000_000, "requests held at once")
            maxFlights = read.int(
                "GATEWAY_MAX_FLIGHTS", default: 10_000, in: 1...1_000_000,
                "clips being made that the gateway keeps track of")
            wait = read.duration(
                "GATEWAY_WAIT", default: .seconds(30), in: .milliseconds(1)...(.seconds(600)),
                "how long a connection is held if the client says nothing")
            longestWait = read.duration(
                "GATEWAY_LONGEST_WAIT", default: .seconds(60), in: .milliseconds(1)...(.seconds(600)),
                "the longest that Prefer: wait may ask for")
            workDeadline = read.duration(
                "WORK_DEADLINE", default: .seconds(120), in: .seconds(1)...(.seconds(3000)),
                "how long the work on a clip is worth doing, however short a client waits")
            rememberedFailures = read.int(
                "GATEWAY_REMEMBERED_FAILURES", default: 10_000, in: 1...1_000_000,
                "failures that are remembered, of clips that can't be made")
            failureLifetime = read.duration(
                "GATEWAY_FAILURE_LIFETIME", default: .seconds(60), in: .zero...(.seconds(3600)),
                "how long such a failure is answered from memory")
            defaultClip = read.duration(
                "DEFAULT_CLIP", default: .seconds(30), in: .milliseconds(1)...(.seconds(3600)),
                "duration_ms if not given")
            longestClip = read.duration(
                "LONGEST_CLIP", default: .seconds(60), in: .milliseconds(1)...(.seconds(3600)),
                "upper bound of duration_ms")
            revalidateAfter = read.duration(
                "REVALIDATE_AFTER", default: .seconds(86_400), in: .seconds(1)...(.seconds(365 * 86_400)),
                "after this time a hit makes the cutter check the source again")
            revalidationsPerMinute = read.int(
                "GATEWAY_REVALIDATIONS_PER_MINUTE", default: 600, in: 1...1_000_000, "such checks, at most")
            corsOrigins = read.list(
                "GATEWAY_CORS_ORIGINS", default: defaultOrigins, "web origins that may read answers, or *")
            logsHits = read.bool("GATEWAY_LOG_HITS", default: false, "a log line for every hit")
            busyFrom = read.int(
                "GATEWAY_BUSY_FROM", default: defaultBusyFrom, in: 1...1_000_000,
                "with fewer clips than this ahead no rate is measured, and no request is refused because its clip would be late"
            )
            unmeasuredClips = read.int(
                "GATEWAY_UNMEASURED_CLIPS", default: defaultUnmeasuredClips, in: 1...1_000_000,
                "new clips being made at once while it is not known how fast they are made; the rest is refused")
            recheckInterval = read.duration(
                "GATEWAY_RECHECK_AFTER", default: .seconds(10), in: .zero...(.seconds(86_400)),
                "between two looks at one ready clip that clients ask for by Cache-Control: no-cache")
            acknowledgementWait = read.duration(
                "GATEWAY_ACKNOWLEDGEMENT_WAIT", default: .milliseconds(200), in: .zero...(.seconds(60)),
                "how long Prefer: respond-async waits for the broker's word before it is answered all the same")
            hedgeDefault = read.duration(
                "GATEWAY_HEDGE_AFTER", default: .seconds(10), in: .seconds(2)...(.seconds(600)),
                "after this time without news of a clip it is asked for once more; once clips were made: three times what 99 of 100 took"
            )
            maxEventStreams = read.int(
                "GATEWAY_MAX_EVENT_STREAMS", default: 1000, in: 0...1_000_000, "connections that follow a clip's status"
            )
            longestEventStream = read.duration(
                "GATEWAY_LONGEST_EVENT_STREAM", default: .seconds(300), in: .seconds(1)...(.seconds(86_400)),
                "after which such a connection is closed; the client then connects again")
            stopDelay = read.duration(
                "GATEWAY_STOP_DELAY", default: .zero, in: .zero...(.seconds(60)),
                "how long connections are still taken after SIGTERM, so that a load balancer can notice /readyz; part of SHUTDOWN_LIMIT"
            )
            drainLimit = ProcessSettings(from: &read).drainLimit
            if wait > longestWait { read.mistake("GATEWAY_WAIT: must not exceed GATEWAY_LONGEST_WAIT") }
            if stopDelay >= drainLimit {
                read.mistake("GATEWAY_STOP_DELAY: must leave SHUTDOWN_LIMIT time for answers under way")
            }
            if defaultClip > longestClip { read.mistake("DEFAULT_CLIP: must not exceed LONGEST_CLIP") }
        }
    }
}
