/// An event between the services: the JSON value of a record whose CloudEvents attributes are its headers.
///
/// What is decoded is valid: ids and keys are read as themselves, once, and an event that no writer of ours would write
/// throws an ``EventFault`` out of `init(from:)`. Unknown fields are ignored, so that a newer writer does not stop an older
/// reader.
public protocol ClipEvent: Codable, Sendable {
    /// The kind without a version, e.g. `cutroom.clip.requested`. The type on the wire is this and `.v{major}`.
    static var kind: String { get }
    /// Raised only when an older reader would misunderstand: it refuses such a record instead.
    static var major: Int { get }
    /// Whether its topic is compacted, so that a tombstone there takes something away; elsewhere a tombstone is no event.
    static var takesTombstones: Bool { get }
    /// What it is about.
    var subject: EventSubject { get }
    /// The episode that it is about, by its canonical id; nil where only a guid is known.
    var episodeID: ObjectID? { get }
    /// What was left of the work's deadline when it was sent; nil where an event carries none.
    var budget: Duration? { get }
    /// Reads the value of a record without a decoder of all JSON, where that pays; nil means that one has to try.
    init?(flat json: [UInt8])
}

extension ClipEvent {
    public static var major: Int { 1 }
    public static var type: String { "\(kind).v\(major)" }
    public var episodeID: ObjectID? { subject.episodeID }
    public init?(flat json: [UInt8]) { return nil }
    /// The record's key: records about one subject stay in order, and a compacted topic keeps the last one.
    public var recordKey: String { subject.description }
}

/// The `subject` of the CloudEvent.
public enum EventSubject: Hashable, Sendable {
    case clip(ClipID)
    /// By its canonical id.
    case episode(ObjectID)
    /// By the name of its process.
    case gateway(String)

    var episodeID: ObjectID? {
        switch self {
        case .clip(let id): if case .objectID(let episode) = id.episode { episode } else { nil }
        case .episode(let id): id
        case .gateway: nil
        }
    }

    public var clip: ClipID? { if case .clip(let id) = self { id } else { nil } }
}

extension EventSubject: CustomStringConvertible {
    public var description: String {
        switch self {
        case .clip(let id): id.description
        case .episode(let id): id.description
        case .gateway(let name): name
        }
    }
}
