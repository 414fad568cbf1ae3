/// There will be no clip from this work.
public struct ClipFailed: ClipEvent, Hashable {
    public static let kind = "cutroom.clip.failed"
    public static let takesTombstones = false
    public let clipID: ClipID
    public let reason: FailureReason
    public let detail: String
    public let retryable: Bool
    public let episodeDurationMs: Int64?

    public init(clipID: ClipID, fault: ClipFault) {
        self.clipID = clipID
        reason = fault.reason
        detail = fault.detail
        retryable = fault.reason.fate == .transient
        episodeDurationMs = fault.episodeDuration?.wholeMilliseconds
    }

    enum CodingKeys: String, CodingKey {
        case reason, detail, retryable
        case clipID = "clip_id"
        case episodeDurationMs = "episode_duration_ms"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        clipID = try fields.decode(ClipID.self, forKey: .clipID)
        let slug = try fields.decode(String.self, forKey: .reason)
        detail = try fields.decode(String.self, forKey: .detail)
        retryable = try fields.decode(Bool.self, forKey: .retryable)
        episodeDurationMs = try fields.decodeIfPresent(Int64.self, forKey: .episodeDurationMs)
        guard let reason = FailureReason(rawValue: slug) else {
            throw EventFault.badField(name: "reason", problem: "is not a known slug")
        }
        self.reason = reason
    }

    public var subject: EventSubject { .clip(clipID) }
    public var budget: Duration? { nil }

    /// The failure as it was thrown.
    public func fault() -> ClipFault {
        ClipFault(reason, detail, episodeDuration: episodeDurationMs.map { .milliseconds($0) })
    }
}

extension FailureReason: Encodable {}
