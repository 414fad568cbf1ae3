/// An event between the services: the JSON value of a record whose CloudEvents attributes are its headers.
///
/// Unknown fields are ignored, so that a newer writer does not stop an older reader.
public protocol ClipEvent: Codable, Sendable {
    /// The kind without a version, e.g. `cutroom.clip.requested`. The type on the wire is this and `.v{major}`.
    static var kind: String { get }
    /// Raised only when an older reader would misunderstand: it refuses such a record instead.
    static var major: Int { get }
    /// The record's key and the `subject` of the CloudEvent.
    var clipID: String { get }
    /// Throws if a field holds what no writer of ours puts there.
    func validate() throws(EventFault)
}

extension ClipEvent {
    public static var major: Int { 1 }
    public static var type: String { "\(kind).v\(major)" }
}

/// What makes a record no event of ours. It goes to the dead letters with this reason.
public enum EventFault: Error, Hashable, Sendable {
    case missingValue
    case tooLarge(bytes: Int, limit: Int)
    case unknownType(String)
    case newerMajor(found: String, known: String)
    case malformedJSON(String)
    case badField(name: String, problem: String)

    public var slug: String {
        switch self {
        case .missingValue: "missing-value"
        case .tooLarge: "too-large"
        case .unknownType: "unknown-type"
        case .newerMajor: "newer-version"
        case .malformedJSON: "malformed-json"
        case .badField: "bad-field"
        }
    }

    public var detail: String {
        switch self {
        case .missingValue: "the record has no value"
        case .tooLarge(let bytes, let limit): "the value has \(bytes) bytes; at most \(limit) are read"
        case .unknownType(let type): "ce_type is '\(type.prefix(80))'"
        case .newerMajor(let found, let known): "ce_type is '\(found.prefix(80))'; this build reads up to \(known)"
        case .malformedJSON(let why): "the value is not the JSON that was expected: \(why.prefix(200))"
        case .badField(let name, let problem): "\(name) \(problem)"
        }
    }
}

/// Somebody waits for a clip that the gateway does not know.
public struct ClipRequested: ClipEvent, Hashable {
    public static let kind = "cutroom.clip.requested"
    /// As asked for: the answer goes out under this id.
    public var clipID: String
    /// What is left of the work's deadline when this is sent, in milliseconds.
    public var budgetMs: Int64

    public init(clipID: ClipID, budget: Duration) {
        self.clipID = clipID.description
        budgetMs = budget.wholeMilliseconds
    }

    enum CodingKeys: String, CodingKey {
        case clipID = "clip_id"
        case budgetMs = "budget_ms"
    }

    public func validate() throws(EventFault) {
        _ = try parsedClipID()
        try Self.check(budgetMs: budgetMs)
    }
}

/// The episode is known: what the cutter needs to find its audio.
public struct ClipResolved: ClipEvent, Hashable {
    public static let kind = "cutroom.clip.resolved"
    public var clipID: String
    public var budgetMs: Int64
    /// Canonical: 24 lower-case hex digits, whatever the id was that was asked for.
    public var episodeID: String
    public var guid: String
    public var feedSlug: String
    /// For the clip's tag and file name; cleaned and capped.
    public var title: String?
    public var startMs: Int32
    public var endMs: Int32

    public init(
        clipID: String, budget: Duration, episode: ObjectID, guid: String, feedSlug: String, title: String?,
        window: ClipWindow
    ) {
        self.clipID = clipID
        budgetMs = budget.wholeMilliseconds
        episodeID = episode.description
        self.guid = guid
        self.feedSlug = feedSlug
        self.title = title
        startMs = window.startMs
        endMs = window.endMs
    }

    enum CodingKeys: String, CodingKey {
        case guid, title
        case clipID = "clip_id"
        case budgetMs = "budget_ms"
        case episodeID = "episode_id"
        case feedSlug = "feed_slug"
        case startMs = "start_ms"
        case endMs = "end_ms"
    }

    public func validate() throws(EventFault) {
        _ = try parsedClipID()
        _ = try episode()
        _ = try window()
        try Self.check(budgetMs: budgetMs)
        guard SourcePath.isUsable(guid: guid) else {
            throw .badField(name: "guid", problem: "can't be part of a key")
        }
        guard PathSegments.areSafe(feedSlug) else {
            throw .badField(name: "feed_slug", problem: "can't be part of a key")
        }
    }

    public func episode() throws(EventFault) -> ObjectID {
        guard let id = ObjectID(hex: episodeID) else {
            throw .badField(name: "episode_id", problem: "is not 24 hex digits")
        }
        return id
    }

    public func window() throws(EventFault) -> ClipWindow {
        guard let window = ClipWindow(startMs: startMs, endMs: endMs) else {
            throw .badField(name: "end_ms", problem: "must be later than start_ms, and that 0 or more")
        }
        return window
    }
}

/// The clip lies in the bucket.
public struct ClipReady: ClipEvent, Hashable {
    public static let kind = "cutroom.clip.ready"
    public var clipID: String
    public var objectKey: String
    /// What is really in it: shorter than asked where the episode ended early.
    public var startMs: Int32
    public var durationMs: Int32
    public var sizeBytes: Int64
    /// Last-Modified of the object, in seconds since 1970.
    public var storedAt: Int64
    /// When the bucket's rule may take it away, in seconds since 1970.
    public var objectExpiresAt: Int64
    /// When the cutter last looked at the source, in seconds since 1970.
    public var sourceCheckedAt: Int64
    public var exact: Exactness
    /// Whether this work cut it; false if it was found stored.
    public var cut: Bool

    public init(
        clipID: String, objectKey: ObjectKey, startMs: Int32, durationMs: Int32, sizeBytes: Int64, storedAt: Int64,
        objectExpiresAt: Int64, sourceCheckedAt: Int64, exact: Exactness, cut: Bool
    ) {
        self.clipID = clipID
        self.objectKey = objectKey.description
        self.startMs = startMs
        self.durationMs = durationMs
        self.sizeBytes = sizeBytes
        self.storedAt = storedAt
        self.objectExpiresAt = objectExpiresAt
        self.sourceCheckedAt = sourceCheckedAt
        self.exact = exact
        self.cut = cut
    }

    enum CodingKeys: String, CodingKey {
        case exact, cut
        case clipID = "clip_id"
        case objectKey = "object_key"
        case startMs = "start_ms"
        case durationMs = "duration_ms"
        case sizeBytes = "size_bytes"
        case storedAt = "stored_at"
        case objectExpiresAt = "object_expires_at"
        case sourceCheckedAt = "source_checked_at"
    }

    public func validate() throws(EventFault) {
        let id = try parsedClipID()
        guard try key().belongs(to: id) else {
            throw .badField(name: "object_key", problem: "does not belong to the clip id")
        }
        guard startMs >= 0, durationMs > 0, startMs <= Int32.max - durationMs else {
            throw .badField(name: "duration_ms", problem: "must be more than 0, and start_ms 0 or more")
        }
        guard sizeBytes > 0 else { throw .badField(name: "size_bytes", problem: "must be more than 0") }
        let latest = Int64(UInt32.max)
        guard (0...latest).contains(storedAt), (0...latest).contains(objectExpiresAt),
            (0...latest).contains(sourceCheckedAt)
        else { throw .badField(name: "stored_at", problem: "must be seconds since 1970, before the year 2106") }
    }

    public func key() throws(EventFault) -> ObjectKey {
        guard let key = ObjectKey(parsing: objectKey) else {
            throw .badField(name: "object_key", problem: "is not a key of ours")
        }
        return key
    }
}

/// How the clip was made.
public enum Exactness: String, Codable, Hashable, Sendable {
    /// Lossless, exact to the sample.
    case sample
    /// Lossless, at the nearest frames.
    case frame
    /// Decoded and encoded again, exact to the sample.
    case reencoded
}

/// There will be no clip from this work.
public struct ClipFailed: ClipEvent, Hashable {
    public static let kind = "cutroom.clip.failed"
    public var clipID: String
    /// A slug of `FailureReason`.
    public var reason: String
    public var detail: String
    public var retryable: Bool
    public var episodeDurationMs: Int64?

    public init(clipID: String, fault: ClipFault) {
        self.clipID = clipID
        reason = fault.reason.rawValue
        detail = fault.detail
        retryable = fault.reason.fate == .transient
        episodeDurationMs = fault.episodeDuration?.wholeMilliseconds
    }

    enum CodingKeys: String, CodingKey {
        case reason, detail, retryable
        case clipID = "clip_id"
        case episodeDurationMs = "episode_duration_ms"
    }

    public func validate() throws(EventFault) {
        _ = try parsedClipID()
        guard FailureReason(rawValue: reason) != nil else {
            throw .badField(name: "reason", problem: "is not a known slug")
        }
    }

    /// The failure as it was thrown.
    public func fault() -> ClipFault {
        ClipFault(
            FailureReason(rawValue: reason) ?? .internalError, detail,
            episodeDuration: episodeDurationMs.map { .milliseconds($0) })
    }
}

extension ClipEvent {
    public func parsedClipID() throws(EventFault) -> ClipID {
        do throws(ClipFault) {
            return try ClipID(parsing: clipID)
        } catch {
            throw .badField(name: "clip_id", problem: error.detail)
        }
    }

    /// An hour is far beyond any deadline, and keeps arithmetic on strangers' numbers safe.
    static func check(budgetMs: Int64) throws(EventFault) {
        guard (-3_600_000...3_600_000).contains(budgetMs) else {
            throw .badField(name: "budget_ms", problem: "must be within an hour")
        }
    }
}
