import Health
import Lifecycle
import Settings
import Traces
import Wiring

public struct CutterSettings: ServiceSettings {
    public static let prefixes = ["CUTTER_", "FFMPEG_"]

    public var own: Own
    public var sources: BucketSettings
    public var clips: BucketSettings
    public var broker: BrokerSettings
    public var life: LifeSettings
    public var circuits: CircuitSettings
    public var health: HealthSettings
    public var tracing: TracingSettings

    public init(from read: inout SettingsReader) {
        own = Own(from: &read)
        sources = .sources(from: &read)
        clips = .clips(from: &read)
        broker = BrokerSettings(from: &read)
        life = LifeSettings(from: &read)
        circuits = CircuitSettings(from: &read)
        health = HealthSettings("CUTTER", defaultPort: 8082, from: &read)
        tracing = TracingSettings(from: &read)
    }

    /// What belongs to the cutter alone.
    public struct Own: Sendable {
        public var slots: Int
        public var queued: Int
        /// Slots that only live work takes.
        public var reservedSlots: Int
        public var sourceLifetime: Duration
        public var absenceLifetime: Duration
        public var sourceEntries: Int
        var sourceListing: Int
        public var layoutBytes: Int
        /// For what is read of sources that ffmpeg decodes, for each of their clips.
        public var indexBytes: Int
        public var scanRanges: Int
        /// Of what was read last of sources.
        var readBytes: Int
        public var connections: Int
        public var transferLimit: Duration
        public var stallLimit: Duration
        var probeInterval: Duration
        var lifecycleInterval: Duration
        /// nil: clips carry no link.
        var link: ClipLink?
        /// One in so many clips is decoded again after it was published; 0: none.
        var auditEvery: Int
        var ffmpeg: FFmpegSettings
        public var clockTolerance: Duration
        /// For work under way: what `SHUTDOWN_LIMIT` leaves when the rest is taken off.
        public var drainLimit: Duration

        public init(from read: inout SettingsReader) {
            slots = read.int(
                "CUTTER_SLOTS", default: Processors.online, in: 1...1024, "cuts at once; by default as many as cores")
            queued = read.int("CUTTER_QUEUED_PER_SLOT", default: 4, in: 1...64, "records taken ahead, for each slot")
            reservedSlots = read.int(
                "CUTTER_RESERVED_SLOTS", default: slots == 1 ? 0 : max(1, slots / 4), in: 0...1023,
                "slots that bulk work never takes; by default a quarter. One is left to it all the same")
            sourceLifetime = read.duration(
                "SOURCE_TTL", default: .seconds(300), in: .zero...(.seconds(86_400)),
                "how long a replaced episode may go unnoticed")
            absenceLifetime = read.duration(
                "CUTTER_ABSENCE_LIFETIME", default: .seconds(10), in: .zero...(.seconds(3600)),
                "how long missing audio is remembered")
            sourceEntries = read.int(
                "CUTTER_SOURCE_ENTRIES", default: 10_000, in: 1...10_000_000, "sources kept in memory")
            sourceListing = read.int(
                "CUTTER_SOURCE_LISTING", default: 10_000, in: 100...1_000_000,
                "objects of one episode's folder that are looked at")
            layoutBytes = read.bytes(
                "CUTTER_LAYOUT_BYTES", default: 32 << 20, in: (1 << 20)...(4 << 30), "memory for the layouts of sources"
            )
            indexBytes = read.bytes(
                "CUTTER_INDEX_BYTES", default: 8 << 20, in: 0...(4 << 30),
                "memory for the beginnings and indexes of sources that are not MP3; 0: each clip reads them anew")
            scanRanges = read.int(
                "CUTTER_SCAN_RANGES", default: 8, in: 1...64, "ranges of a source that are looked through side by side")
            readBytes = read.bytes(
                "CUTTER_READ_CACHE", default: 8 << 20, in: 0...(1 << 30),
                "memory for what was read last of sources, so that a clip and its waveform take one read; 0: none is kept"
            )
            connections = read.int(
                "CUTTER_S3_CONNECTIONS", default: 64, in: 1...4096, "connections to the object store, kept alive")
            transferLimit = read.duration(
                "CUTTER_S3_TIMEOUT", default: .seconds(60), in: .seconds(1)...(.seconds(600)),
                "for one whole request to the object store")
            stallLimit = read.duration(
                "CUTTER_S3_STALL", default: .seconds(5), in: .milliseconds(100)...(.seconds(600)),
                "for the store's next byte; without one the request is given up and tried again")
            probeInterval = read.duration(
                "CUTTER_PROBE_EVERY", default: .seconds(8), in: .seconds(1)...(.seconds(3600)),
                "how often the buckets are tried for /readyz, with a LIST each, and a PUT in the clips bucket")
            lifecycleInterval = read.duration(
                "CUTTER_LIFECYCLE_EVERY", default: .seconds(3600), in: .seconds(1)...(.seconds(7 * 86_400)),
                "how often the clips bucket's lifecycle rules are held against CLIP_LIFETIME")
            link = Self.link(from: &read)
            auditEvery = read.int(
                "CUTTER_AUDIT_EVERY", default: 100, in: 0...1_000_000,
                "every Nth published clip is decoded as a check, and made again if it is wrong; 0: none")
            ffmpeg = FFmpegSettings(from: &read)
            clockTolerance = read.duration(
                "CLOCK_TOLERANCE", default: .seconds(5), in: .zero...(.seconds(600)),
                "at most so much of a record's age is taken off its deadline, since clocks differ")
            drainLimit = ProcessSettings(from: &read).drainLimit
        }

        private static func link(from read: inout SettingsReader) -> ClipLink? {
            let places = ClipLink.Placeholder.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
            let template = read.optionalString(
                "CLIP_LINK_TEMPLATE", "URL that clips carry in their tag, with \(places) filled in; without it none")
            guard let template else { return nil }
            do throws(ClipLink.Malformed) { return try ClipLink(template) } catch {
                read.mistake("CLIP_LINK_TEMPLATE: the template \(error.reason)")
                return nil
            }
        }
    }
}
