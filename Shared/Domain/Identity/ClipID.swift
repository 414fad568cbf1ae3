import Text

/// Which part of an episode was asked for: by time, or by the number of a transcript chunk.
public enum ClipSpan: Hashable, Sendable {
    case window(ClipWindow)
    /// 0 or more. Only the resolver knows where that chunk starts.
    case chunk(Int32)
}

/// One clip as it was asked for: the same request has the same id in every process.
///
/// It is record key, cache key and the unit of single flight, written `{episode}/{start}-{end}.{format}` in milliseconds,
/// or `{episode}/chunk-{n}.{format}`; where the edges are to be moved, `~{snap}` stands before the format.
public struct ClipID: Hashable, Sendable {
    public let episode: EpisodeID
    public let span: ClipSpan
    /// How the edges are to be moved; nil: not at all.
    public let snap: Snap?
    public let format: ClipFormat

    public init(episode: EpisodeID, span: ClipSpan, snap: Snap? = nil, format: ClipFormat) {
        self.episode = episode
        self.span = span
        self.snap = snap
        self.format = format
    }

    /// - Throws: `.badParameters` if the text is no clip id.
    public init(parsing text: String) throws(ClipFault) {
        var text = text
        let parsed = text.withUTF8 { bytes in Result { () throws(ClipFault) in try ClipID(parsing: bytes[...]) } }
        self = try parsed.get()
    }

    /// - Parameter text: UTF-8.
    /// - Throws: `.badParameters` if the text is no clip id.
    init(parsing text: Slice<UnsafeBufferPointer<UInt8>>) throws(ClipFault) {
        // A guid may hold slashes of its own, so the span is what follows the last one.
        guard let slash = text.lastIndex(of: UInt8(ascii: "/")) else { throw Self.malformed }
        var rest = TextCursor(text[(slash + 1)...])
        guard let span = ClipSpan(parsing: &rest) else { throw Self.malformed }
        var snap: Snap?
        if rest.take("~") {
            guard let found = Snap(parsing: &rest), span.holds(found.momentMs) else { throw Self.malformed }
            snap = found
        }
        guard rest.take("."), let format = ClipFormat(rest.rest) else { throw Self.malformed }
        let episode = text[..<slash]
        if let id = ObjectID(hex: episode) {
            self.init(episode: .objectID(id), span: span, snap: snap, format: format)
        } else {
            let guid = try EpisodeID(parsing: String(decoding: episode, as: UTF8.self))
            self.init(episode: guid, span: span, snap: snap, format: format)
        }
    }

    private static let malformed = ClipFault.badParameters([
        .init("clip_id", "must be {episode}/{start}-{end}.{format} or {episode}/chunk-{n}.{format}")
    ])
}

extension ClipID: CustomStringConvertible {
    public var description: String {
        "\(episode)/\(span)" + (snap.map { "~\($0)" } ?? "") + ".\(format.rawValue)"
    }
}

extension ClipSpan: CustomStringConvertible {
    public var description: String {
        switch self {
        case .window(let window): "\(window.startMs)-\(window.endMs)"
        case .chunk(let number): "chunk-\(number)"
        }
    }

    /// Whether a moment may be that around which the span lies. A chunk has none.
    fileprivate func holds(_ momentMs: Int32?) -> Bool {
        guard let momentMs else { return true }
        guard case .window(let window) = self else { return false }
        return (window.startMs...window.endMs).contains(momentMs)
    }

    /// Reads what `description` writes, and nothing else: no sign, no leading zero.
    init?(parsing text: inout TextCursor) {
        if text.take("chunk-") {
            guard let number = text.number(Int32.self) else { return nil }
            self = .chunk(number)
        } else {
            guard let window = ClipWindow(parsing: &text) else { return nil }
            self = .window(window)
        }
    }
}

extension ClipWindow {
    /// Reads `{start}-{end}` in milliseconds.
    init?(parsing text: inout TextCursor) {
        guard let start = text.number(Int32.self), text.take("-"), let end = text.number(Int32.self) else { return nil }
        self.init(startMs: start, endMs: end)
    }
}
