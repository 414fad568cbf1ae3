import Domain
import Telemetry
import Traces
import Transcripts

/// A catalog whose calls are counted and timed.
public struct MeasuredCatalog: EpisodeCatalog {
    private let catalog: any EpisodeCatalog
    private let calls: MongoCalls

    public init(_ catalog: any EpisodeCatalog, _ calls: MongoCalls) {
        self.catalog = catalog
        self.calls = calls
    }

    public func episode(_ id: EpisodeID) async throws(CatalogFault) -> Episode {
        try await calls.measured(.episode) { () async throws(CatalogFault) in try await catalog.episode(id) }
    }

    public func chunkStart(episode: Episode, chunkIndex: Int32) async throws(CatalogFault) -> Duration {
        try await calls.measured(.chunk) { () async throws(CatalogFault) in
            try await catalog.chunkStart(episode: episode, chunkIndex: chunkIndex)
        }
    }

    public func cues(of episode: Episode, in window: ClipWindow) async throws(CatalogFault) -> [Cue] {
        try await calls.measured(.transcript) { () async throws(CatalogFault) in
            try await catalog.cues(of: episode, in: window)
        }
    }

    public func check() async throws(CatalogFault) { try await catalog.check() }
}

/// A register whose calls are counted and timed.
public struct MeasuredRegister: ClipRegister {
    private let register: any ClipRegister
    private let calls: MongoCalls

    public init(_ register: any ClipRegister, _ calls: MongoCalls) {
        self.register = register
        self.calls = calls
    }

    public func record(_ clip: RegisteredClip) async throws(CatalogFault) {
        try await calls.measured(.record) { () async throws(CatalogFault) in try await register.record(clip) }
    }

    public func removeAll(episode: ObjectID) async throws(CatalogFault) {
        try await calls.measured(.remove) { () async throws(CatalogFault) in
            try await register.removeAll(episode: episode)
        }
    }
}

/// Calls to MongoDB, as metrics know them.
public struct MongoCalls: Sendable {
    private let calls: CallMetrics<MongoOperation, MongoResult>

    public init(_ metrics: Metrics) {
        calls = CallMetrics(
            metrics, calls: Metric("cutroom_mongodb_requests_total", "Calls to MongoDB.", isSparse: true),
            durations: Metric(
                "cutroom_mongodb_request_duration_seconds", "How long calls to MongoDB took.", unit: .seconds))
    }

    func measured<Value: Sendable>(
        _ operation: MongoOperation, _ call: () async throws(CatalogFault) -> Value
    ) async throws(CatalogFault) -> Value {
        try await calls.measured(
            operation, result: { _ in .ok }, failure: { MongoResult($0) }, traceID: Span.currentTraceID, call)
    }
}

enum MongoOperation: Int, MetricLabel {
    case episode, chunk, transcript, record, remove
    static let label = "operation"
}

/// What a call to MongoDB came to, in few words.
enum MongoResult: Int, MetricLabel {
    case ok, missing, badData, refused, unavailable, timedOut, busy, resting, closed
    static let label = "result"

    init(_ fault: CatalogFault) {
        switch fault {
        case .noSuchEpisode, .noTranscript, .transcriptMissing, .noSuchChunk: self = .missing
        case .badEpisodeData: self = .badData
        case .refused: self = .refused
        case .unavailable: self = .unavailable
        case .timedOut: self = .timedOut
        case .tooManyWaiting: self = .busy
        case .resting: self = .resting
        case .closed: self = .closed
        }
    }
}
