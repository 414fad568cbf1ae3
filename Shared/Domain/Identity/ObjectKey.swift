import Text

/// Where a clip lies in the clips bucket:
/// `audio_clips/{episode id}/{start ms}-{end ms}_v{cut version}-{source version}.{format}`.
///
/// The key says what made the bytes, so an object's bytes never change, versions of an episode never mix, and all clips
/// of an episode are one prefix. Keys of another form in the bucket are not ours.
public struct ObjectKey: Hashable, Sendable {
    /// The canonical id: the resolver has turned a guid into it.
    public let episode: ObjectID
    public let window: ClipWindow
    public let cutVersion: CutVersion
    public let sourceVersion: SourceVersion
    public let format: ClipFormat

    public init(
        episode: ObjectID, window: ClipWindow, cutVersion: CutVersion, sourceVersion: SourceVersion, format: ClipFormat
    ) {
        self.episode = episode
        self.window = window
        self.cutVersion = cutVersion
        self.sourceVersion = sourceVersion
        self.format = format
    }

    /// Nil for anything that `description` would not have written.
    public init?(parsing text: String) {
        var text = text
        guard let key = text.withUTF8({ ObjectKey(parsing: $0[...]) }) else { return nil }
        self = key
    }

    init?(parsing text: Slice<UnsafeBufferPointer<UInt8>>) {
        var rest = TextCursor(text)
        guard rest.take("audio_clips/"), let hex = rest.take(bytes: 24), let episode = ObjectID(hex: hex),
            !hex.contains(where: (UInt8(ascii: "A")...UInt8(ascii: "F")).contains), rest.take("/"),
            let window = ClipWindow(parsing: &rest), rest.take("_v"), let cut = rest.number(UInt16.self),
            rest.take("-"),
            let source = rest.take(bytes: 8).flatMap(SourceVersion.init(bytes:)), rest.take("."),
            let format = ClipFormat(rest.rest)
        else { return nil }
        self.init(
            episode: episode, window: window, cutVersion: CutVersion(cut), sourceVersion: source, format: format)
    }

    /// The prefix that holds every clip of an episode, and nothing else.
    public static func prefix(of episode: ObjectID) -> String { "audio_clips/\(episode)/" }

    /// The prefix that holds every layout of an episode, and nothing else.
    public static func layoutPrefix(of episode: ObjectID) -> String { "\(layouts)\(episode)/" }

    /// Whether an object's key is that of a layout.
    public static func isLayout(_ key: String) -> Bool { key.hasPrefix(layouts) }

    private static let layouts = "layouts/"

    /// Under which a person saves the clip, such as `Title 1h02m03s.mp3`.
    ///
    /// - Parameter title: of the episode; nil if it is not known.
    public func fileName(title: String?) -> String {
        let seconds = Int(window.startMs) / 1000
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        let place = "\(seconds / 3600)h\(two(seconds / 60 % 60))m\(two(seconds % 60))s"
        return "\(title ?? episode.description) \(place).\(format.endings[0])"
    }

    /// Whether this object may be the answer to `id`. A guid or a chunk number can't be held against the key: only the
    /// resolver knows what they stand for. Edges that were to be moved lie within their bounds.
    public func belongs(to id: ClipID) -> Bool {
        if case .objectID(let asked) = id.episode, asked != episode { return false }
        if case .window(let asked) = id.span {
            guard id.snap?.allows(window, askedFor: asked) ?? (asked == window) else { return false }
        }
        return format == id.format
    }
}

extension ObjectKey: CustomStringConvertible {
    public var description: String {
        "audio_clips/\(episode)/\(window.startMs)-\(window.endMs)_v\(cutVersion)-\(sourceVersion).\(format.rawValue)"
    }
}

/// The version of the way clips are cut: raised whenever the same source would give other bytes.
public struct CutVersion: Hashable, Sendable, CustomStringConvertible {
    public let number: UInt16
    public init(_ number: UInt16) { self.number = number }
    public var description: String { String(number) }

    /// What this build writes. The old system wrote 1, without a source version.
    public static let current = CutVersion(5)
}

/// Eight letters or digits that change when the episode's audio changes, from the source object's ETag.
public struct SourceVersion: Hashable, Sendable, CustomStringConvertible {
    private let packed: UInt64

    /// Nil unless the text is exactly eight ASCII letters or digits.
    public init?(_ text: some StringProtocol) { self.init(bytes: text.utf8) }

    init?(bytes: some Sequence<UInt8>) {
        var packed: UInt64 = 0
        var count = 0
        for byte in bytes {
            guard count < 8 else { return nil }
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: packed = packed << 8 | UInt64(byte)
            default: return nil
            }
            count += 1
        }
        guard count == 8 else { return nil }
        self.packed = packed
    }

    public var description: String {
        String(unsafeUninitializedCapacity: 8) { text in
            for position in 0..<8 { text[position] = UInt8(truncatingIfNeeded: packed >> (56 - 8 * position)) }
            return 8
        }
    }
}
