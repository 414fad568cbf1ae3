/// How often one gateway has handed out clips since it told that last: a batch, so that hits cost no record each.
public struct ClipServed: ClipEvent, Hashable {
    public static let kind = "cutroom.clip.served"
    public static let takesTombstones = false
    /// Clips that one event may tell of; with the longest names they fit 64 KiB.
    public static let mostClips = 500
    /// Of the names of clips in one event.
    static let mostNameBytes = 32 << 10

    /// On the wire `[hits, made]`.
    public struct Times: Hashable, Sendable {
        /// Answers from the table.
        public private(set) var hits: UInt32
        /// Answers to those who had waited until it was made.
        public private(set) var made: UInt32

        public init(hits: UInt32 = 0, made: UInt32 = 0) { (self.hits, self.made) = (hits, made) }

        public mutating func hit() { hits = hits == .max ? .max : hits + 1 }

        /// - Parameter count: those who had waited.
        public mutating func made(_ count: Int) { made = UInt32(clamping: Int(made) + count) }
    }

    /// The process, under a name that no other one has.
    public let gateway: String
    /// Counts this gateway's events from 0: with its name it says which event this is, so that one that comes twice is
    /// recognised.
    public let sequence: UInt64
    /// When it was told, in milliseconds since 1970.
    public let at: Int64
    public let clips: [ClipID: Times]

    /// - Throws: `.badField` for more clips than an event may have.
    public init(gateway: String, sequence: UInt64, at: Int64, clips: [ClipID: Times]) throws(EventFault) {
        guard (1...255).contains(gateway.utf8.count) else {
            throw .badField(name: "gateway", problem: "must be 1 to 255 bytes")
        }
        guard clips.count <= Self.mostClips else {
            throw .badField(name: "clips", problem: "are more than \(Self.mostClips)")
        }
        (self.gateway, self.sequence, self.clips) = (gateway, sequence, clips)
        self.at = try PlayTime.checked(at)
    }

    /// As many events as all of it needs, numbered from `sequence` on; none for nothing.
    public static func pieces(
        gateway: String, from sequence: UInt64, at: Int64, clips: [ClipID: Times]
    ) -> [ClipServed] {
        var pieces: [ClipServed] = []
        var piece: [ClipID: Times] = [:]
        var bytes = 0
        func end() {
            let number = sequence + UInt64(pieces.count)
            if !piece.isEmpty, let event = try? ClipServed(gateway: gateway, sequence: number, at: at, clips: piece) {
                pieces.append(event)
            }
            (piece, bytes) = ([:], 0)
        }
        for (id, times) in clips {
            bytes += id.description.utf8.count
            if piece.count == mostClips || bytes > mostNameBytes { end() }
            piece[id] = times
        }
        end()
        return pieces
    }

    enum CodingKeys: String, CodingKey {
        case gateway, sequence, clips
        case at = "at_ms"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        var clips: [ClipID: Times] = [:]
        for (name, counts) in try fields.decode([String: [UInt32]].self, forKey: .clips) {
            guard let id = try? ClipID(parsing: name) else {
                throw EventFault.badField(name: "clips", problem: "are not named by clip ids")
            }
            guard counts.count == 2 else {
                throw EventFault.badField(name: "clips", problem: "must have two counts each")
            }
            clips[id] = Times(hits: counts[0], made: counts[1])
        }
        try self.init(
            gateway: fields.decode(String.self, forKey: .gateway),
            sequence: fields.decode(UInt64.self, forKey: .sequence), at: fields.decode(Int64.self, forKey: .at),
            clips: clips)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(gateway, forKey: .gateway)
        try fields.encode(sequence, forKey: .sequence)
        try fields.encode(at, forKey: .at)
        let named = clips.map { ($0.key.description, [$0.value.hits, $0.value.made]) }
        try fields.encode(Dictionary(named, uniquingKeysWith: { first, _ in first }), forKey: .clips)
    }

    public var subject: EventSubject { .gateway(gateway) }
    public var budget: Duration? { nil }

    /// As they are counted, by clip.
    public var items: [(clip: ClipID, item: CountedPlay)] {
        let once = CountedOnce(gateway: gateway, sequence: sequence)
        return clips.map { ($0.key, CountedPlay(once: once, at: at, counts: PlayCounts($0.value))) }
    }
}
