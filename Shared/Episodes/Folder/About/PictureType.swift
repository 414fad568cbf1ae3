/// Kinds of pictures that browsers show and that hold nothing which they would run. SVG is none of them.
public enum PictureType: String, Hashable, Sendable {
    case jpeg = "image/jpeg"
    case png = "image/png"
    case webp = "image/webp"

    public var mediaType: String { rawValue }

    /// As many bytes as `init(head:)` looks at.
    static let headBytes = 12
    /// Endings of the names of their files.
    static let endings = ["jpg", "jpeg", "png", "webp"]
    /// Larger ones are not shown, in bytes.
    public static let mostBytes = 8 << 20

    /// By the first bytes alone, whatever a name or a tag says. Nil for anything else.
    ///
    /// Source: WHATWG MIME Sniffing, 6.1.
    init?(head: some Collection<UInt8>) {
        let head = Array(head.prefix(Self.headBytes))
        if head.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if head.count == 12, head.starts(with: "RIFF".utf8), head[8...].starts(with: "WEBP".utf8) {
            self = .webp
        } else {
            return nil
        }
    }
}
