/// Somebody waits for a clip that the gateway does not know.
public struct ClipRequested: ClipEvent, Hashable {
    public static let kind = "cutroom.clip.requested"
    public static let takesTombstones = false
    /// As asked for: the answer goes out under this id.
    public let clipID: ClipID
    /// What is left of the work's deadline when this is sent, in milliseconds.
    public let budgetMs: Int64

    public init(clipID: ClipID, budget: Duration) {
        self.clipID = clipID
        budgetMs = budget.wholeMilliseconds
    }

    enum CodingKeys: String, CodingKey {
        case clipID = "clip_id"
        case budgetMs = "budget_ms"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        clipID = try fields.decode(ClipID.self, forKey: .clipID)
        budgetMs = try fields.decode(Int64.self, forKey: .budgetMs)
        try Self.check(budgetMs: budgetMs)
    }

    public var subject: EventSubject { .clip(clipID) }
    public var budget: Duration? { .milliseconds(budgetMs) }
}

extension ClipEvent {
    /// An hour is far beyond any deadline, and keeps arithmetic on untrusted numbers safe.
    static func check(budgetMs: Int64) throws(EventFault) {
        guard (-3_600_000...3_600_000).contains(budgetMs) else {
            throw .badField(name: "budget_ms", problem: "must be within an hour")
        }
    }
}
