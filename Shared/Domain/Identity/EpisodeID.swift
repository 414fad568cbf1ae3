/// What a client may name an episode by: its MongoDB ObjectId, or the guid of its feed.
public enum EpisodeID: Hashable, Sendable {
    case objectID(ObjectID)
    case guid(String)

    /// Real guids are often URLs, so the bound is generous; it is there to bound keys and memory.
    public static let longestGUIDBytes = 512

    /// - Parameter text: percent-decoded. 24 hex digits are an ObjectId, in lower case from here on; everything else a guid.
    /// - Throws: `.badParameters` unless it is 1–512 bytes of UTF-8 without control characters.
    public init(parsing text: String) throws(ClipFault) {
        if let id = ObjectID(hex: text) {
            self = .objectID(id)
            return
        }
        guard (1...Self.longestGUIDBytes).contains(text.utf8.count) else {
            throw .badParameters([
                .init(
                    "episode_id",
                    "must be 24 hex digits, or a guid of 1 to \(Self.longestGUIDBytes) bytes; it has \(text.utf8.count) bytes"
                )
            ])
        }
        guard !text.unicodeScalars.contains(where: \.isControl) else {
            throw .badParameters([.init("episode_id", "must not contain control characters")])
        }
        self = .guid(text)
    }
}

extension EpisodeID: CustomStringConvertible {
    public var description: String {
        switch self {
        case .objectID(let id): id.description
        case .guid(let guid): guid
        }
    }
}

extension Unicode.Scalar {
    /// C0, DEL, C1, and the line and paragraph separators, which log viewers and headers treat as line ends.
    public var isControl: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
    }
}
