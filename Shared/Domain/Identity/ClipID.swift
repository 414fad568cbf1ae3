/// Which part of an episode was asked for: by time, or by the number of a transcript chunk.
public enum ClipSpan: Hashable, Sendable {
    case window(ClipWindow)
    /// 0 or more. Only the resolver knows where that chunk starts.
    case chunk(Int32)
}

/// One clip as it was asked for: the same request has the same id in every process.
///
/// It is record key, cache key and the unit of single flight, written `{episode}/{start}-{end}.{format}` in milliseconds,
/// or `{episode}/chunk-{n}.{format}`.
public struct ClipID: Hashable, Sendable {
    public let episode: EpisodeID
    public let span: ClipSpan
    public let format: ClipFormat

    public init(episode: EpisodeID, span: ClipSpan, format: ClipFormat) {
        self.episode = episode
        self.span = span
        self.format = format
    }

    /// - Throws: `.badParameters` if the text is no clip id.
    public init(parsing text: String) throws(ClipFault) {
        // A guid may hold slashes of its own, so the span is what follows the last one.
        guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { throw Self.malformed }
        let name = text[text.index(after: slash)...]
        guard let dot = name.lastIndex(of: "."),
            let format = ClipFormat(rawValue: String(name[name.index(after: dot)...])),
            let span = ClipSpan(parsing: name[..<dot])
        else { throw Self.malformed }
        self.init(episode: try EpisodeID(parsing: String(text[..<slash])), span: span, format: format)
    }

    private static let malformed = ClipFault.badParameters([
        .init("clip_id", "must be {episode}/{start}-{end}.{format} or {episode}/chunk-{n}.{format}")
    ])
}

extension ClipID: CustomStringConvertible {
    public var description: String { "\(episode)/\(span).\(format.rawValue)" }
}

extension ClipSpan: CustomStringConvertible {
    public var description: String {
        switch self {
        case .window(let window): "\(window.startMs)-\(window.endMs)"
        case .chunk(let number): "chunk-\(number)"
        }
    }

    /// Reads what `description` writes, and nothing else: no sign, no leading zero.
    init?(parsing text: Substring) {
        if text.hasPrefix("chunk-") {
            guard let number = Int32(plain: text.dropFirst(6)) else { return nil }
            self = .chunk(number)
        } else {
            guard let window = ClipWindow(parsing: text) else { return nil }
            self = .window(window)
        }
    }
}

extension ClipWindow {
    /// Reads `{start}-{end}` in milliseconds.
    init?(parsing text: Substring) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let start = Int32(plain: parts[0]), let end = Int32(plain: parts[1]) else { return nil }
        self.init(startMs: start, endMs: end)
    }
}

extension FixedWidthInteger {
    /// A number with one way to write it: decimal digits, no sign, no leading zero.
    init?(plain text: some StringProtocol) {
        guard let value = Self(text, radix: 10), String(value) == text, value >= 0 else { return nil }
        self = value
    }
}
