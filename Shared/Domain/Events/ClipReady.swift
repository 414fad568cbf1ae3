/// The clip lies in the bucket.
public struct ClipReady: ClipEvent, Hashable {
    public static let kind = "cutroom.clip.ready"
    public static let takesTombstones = true
    public let clipID: ClipID
    public let objectKey: ObjectKey
    /// What is really in it: shorter than asked where the episode ended early.
    public let startMs: Int32
    public let durationMs: Int32
    public let sizeBytes: Int64
    /// Last-Modified of the object, in seconds since 1970.
    public let storedAt: Int64
    /// When the bucket's rule may take it away, in seconds since 1970.
    public let objectExpiresAt: Int64
    /// When the cutter last looked at the source, in seconds since 1970.
    public let sourceCheckedAt: Int64
    public let exact: Exactness
    /// Whether this work cut it; false if it was found stored.
    public let cut: Bool
    /// Of a clip whose edges were to be moved; nil of any other.
    public let snapped: Snapped?

    public init(
        clipID: ClipID, objectKey: ObjectKey, startMs: Int32, durationMs: Int32, sizeBytes: Int64, storedAt: Int64,
        objectExpiresAt: Int64, sourceCheckedAt: Int64, exact: Exactness, cut: Bool,
        snapped: Snapped? = nil
    ) {
        self.clipID = clipID
        self.objectKey = objectKey
        self.startMs = startMs
        self.durationMs = durationMs
        self.sizeBytes = sizeBytes
        self.storedAt = storedAt
        self.objectExpiresAt = objectExpiresAt
        self.sourceCheckedAt = sourceCheckedAt
        self.exact = exact
        self.cut = cut
        self.snapped = snapped
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
        // Beside the others and not within one of their own, for the reader of flat JSON.
        case askedStartMs = "asked_start_ms"
        case askedEndMs = "asked_end_ms"
        case snappedBy = "snapped_by"
        case snapBasis = "snap_basis"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        clipID = try fields.decode(ClipID.self, forKey: .clipID)
        objectKey = try fields.decode(ObjectKey.self, forKey: .objectKey)
        startMs = try fields.decode(Int32.self, forKey: .startMs)
        durationMs = try fields.decode(Int32.self, forKey: .durationMs)
        sizeBytes = try fields.decode(Int64.self, forKey: .sizeBytes)
        storedAt = try fields.decode(Int64.self, forKey: .storedAt)
        objectExpiresAt = try fields.decode(Int64.self, forKey: .objectExpiresAt)
        sourceCheckedAt = try fields.decode(Int64.self, forKey: .sourceCheckedAt)
        exact = try fields.decode(Exactness.self, forKey: .exact)
        cut = try fields.decode(Bool.self, forKey: .cut)
        snapped =
            clipID.snap == nil
            ? nil
            : try Snapped(
                startMs: fields.decode(Int32.self, forKey: .askedStartMs),
                endMs: fields.decode(Int32.self, forKey: .askedEndMs),
                kind: fields.decode(String.self, forKey: .snappedBy),
                basis: fields.decode(String.self, forKey: .snapBasis))
        try check()
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(clipID, forKey: .clipID)
        try fields.encode(objectKey, forKey: .objectKey)
        try fields.encode(startMs, forKey: .startMs)
        try fields.encode(durationMs, forKey: .durationMs)
        try fields.encode(sizeBytes, forKey: .sizeBytes)
        try fields.encode(storedAt, forKey: .storedAt)
        try fields.encode(objectExpiresAt, forKey: .objectExpiresAt)
        try fields.encode(sourceCheckedAt, forKey: .sourceCheckedAt)
        try fields.encode(exact, forKey: .exact)
        try fields.encode(cut, forKey: .cut)
        try fields.encodeIfPresent(snapped?.asked.startMs, forKey: .askedStartMs)
        try fields.encodeIfPresent(snapped?.asked.endMs, forKey: .askedEndMs)
        try fields.encodeIfPresent(snapped?.kind.rawValue, forKey: .snappedBy)
        try fields.encodeIfPresent(snapped?.basis.rawValue, forKey: .snapBasis)
    }

    func check() throws(EventFault) {
        guard (snapped == nil) == (clipID.snap == nil) else {
            throw .badField(
                name: "snapped_by", problem: "must be there for a clip whose edges were to be moved, and no other")
        }
        if let snapped, case .window(let asked) = clipID.span, asked != snapped.asked {
            throw .badField(name: "asked_start_ms", problem: "is not what the clip id asks for")
        }
        guard objectKey.belongs(to: clipID) else {
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

    public var subject: EventSubject { .clip(clipID) }
    public var episodeID: ObjectID? { objectKey.episode }
    public var budget: Duration? { nil }
}

/// How the clip was made.
public enum Exactness: String, Codable, Hashable, Sendable {
    /// Lossless, exact to the sample.
    case sample
    /// Decoded and encoded again, exact to the sample.
    case reencoded
    /// Text whose times all stand in the transcript, to the millisecond.
    case timed
    /// Text of which at least one time is estimated.
    case estimated
}
