/// There will be no clip from this work.
public struct ClipFailed: ClipEvent, Hashable {
    public static let kind = "cutroom.clip.failed"
    public static let takesTombstones = false
    public let clipID: ClipID
    public let reason: FailureReason
    public let detail: String
    public let retryable: Bool
    public let episodeDurationMs: Int64?
    private let lane: String?

    /// - Parameter lane: of the work that failed.
    public init(clipID: ClipID, fault: ClipFault, lane: Lane = .live) {
        self.clipID = clipID
        // Not written for live work, so that its events are as they were before there were lanes.
        self.lane = lane == .live ? nil : lane.rawValue
        reason = fault.reason
        detail = fault.detail
        retryable = fault.reason.fate == .transient
        episodeDurationMs = fault.episodeDuration?.wholeMilliseconds
    }

    enum CodingKeys: String, CodingKey {
        case reason, detail, retryable, lane
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
        lane = try fields.decodeIfPresent(String.self, forKey: .lane)
        guard let reason = FailureReason(rawValue: slug) else {
            throw EventFault.badField(name: "reason", problem: "is not a known slug")
        }
        self.reason = reason
    }

    public var subject: EventSubject { .clip(clipID) }
    public var budget: Duration? { nil }

    /// Of the work that failed; a lane that is not known here counts as live.
    public var workLane: Lane { lane.flatMap(Lane.init(rawValue:)) ?? .live }

    /// The failure as it was thrown.
    public func fault() -> ClipFault {
        ClipFault(reason, detail, episodeDuration: episodeDurationMs.map { .milliseconds($0) })
    }
}

extension FailureReason: Encodable {}
