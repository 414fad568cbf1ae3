/// A listener came so far in a clip. Nothing in it says who.
public struct ClipPlayed: ClipEvent, Hashable {
    public static let kind = "cutroom.clip.played"
    public static let takesTombstones = false
    public let clipID: ClipID
    public let view: PlayView
    public let mark: PlayMark
    /// When a gateway was told of it, in milliseconds since 1970.
    public let at: Int64

    public init(clipID: ClipID, view: PlayView, mark: PlayMark, at: Int64) {
        (self.clipID, self.view, self.mark, self.at) = (clipID, view, mark, at)
    }

    enum CodingKeys: String, CodingKey {
        case view
        case clipID = "clip_id"
        case mark = "event"
        case at = "at_ms"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        clipID = try fields.decode(ClipID.self, forKey: .clipID)
        guard let view = PlayView(hex: try fields.decode(String.self, forKey: .view)) else {
            throw EventFault.badField(name: "view", problem: "must be 32 hex digits")
        }
        guard let mark = PlayMark(rawValue: try fields.decode(String.self, forKey: .mark)) else {
            throw EventFault.badField(name: "event", problem: "is not a known word")
        }
        (self.view, self.mark) = (view, mark)
        at = try PlayTime.checked(fields.decode(Int64.self, forKey: .at))
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(clipID, forKey: .clipID)
        try fields.encode(view.description, forKey: .view)
        try fields.encode(mark.rawValue, forKey: .mark)
        try fields.encode(at, forKey: .at)
    }

    public var subject: EventSubject { .clip(clipID) }
    public var budget: Duration? { nil }

    /// As it is counted.
    public var item: CountedPlay { CountedPlay(once: view.identity(of: mark), at: at, counts: PlayCounts(mark)) }
}

/// Times of plays.
enum PlayTime {
    /// - Throws: `.badField` for a time that no clock of a gateway shows.
    static func checked(_ at: Int64) throws(EventFault) -> Int64 {
        guard (0..<253_402_300_800_000).contains(at) else {
            throw .badField(name: "at_ms", problem: "must be milliseconds since 1970, before the year 10000")
        }
        return at
    }
}
