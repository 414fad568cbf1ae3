import Audio
import ObjectStore

/// What a file in the folder holds, by its first bytes.
struct FolderContent: Hashable, Sendable {
    let version: FolderFile.Version
    let found: AudioContent
    /// Set if it is a picture that can be shown.
    let picture: PictureType?

    /// A file without a signature is taken by its name if it is called like the kinds that have none.
    private static let withoutSignature: [AudioKind] = [.mpeg, .adts]
    /// Tags in front are passed over, as many as `LayoutPlanner` does.
    private static let mostTags = 16

    /// Opens the file unless it is still the version that is `known`. Blocks.
    ///
    /// - Throws: `.missingObject`, `.denied`, `.storage`, and `.sourceChanged` for a file that is being written.
    static func of(
        _ path: String, inside root: String, known: FolderContent?
    ) throws(ObjectStoreFault) -> FolderContent {
        if let known, FolderFile.Version(path: path) == known.version { return known }
        let file = try FolderFile(opening: path, inside: root)
        let (found, picture) = try look(into: file, named: path)
        return FolderContent(version: file.version, found: found, picture: picture)
    }

    private static func look(
        into file: FolderFile, named path: String
    ) throws(ObjectStoreFault) -> (AudioContent, PictureType?) {
        let size = file.version.sizeBytes
        guard size > 0 else { return (.other("empty"), nil) }
        var start: UInt64 = 0
        var picture: PictureType?
        var content = AudioContent.unknown
        for _ in 0...mostTags {
            guard start < size else { break }
            let head = try file.read(start..<min(size, start + UInt64(AudioContent.headBytes)))
            if start == 0 { picture = PictureType(head: head) }
            guard let tag = AudioContent.tagBytes(head) else {
                content = AudioContent.of(head)
                break
            }
            start += UInt64(tag)
        }
        guard content == .unknown, let ending = AudioKind.ending(of: path.split(separator: "/").last ?? ""),
            let kind = AudioKind(ending: ending), withoutSignature.contains(kind)
        else { return (content, picture) }
        return (.audio(kind), picture)
    }
}

/// Files that are no episodes: how many for each reason, and one of them by name.
public struct LeftOut: Hashable, Sendable {
    public struct Reason: Hashable, Sendable {
        /// Follows the file's name, as in "is a web page".
        public let text: String
        public let count: Int
        /// The relative path of the first of them.
        public let example: String
    }

    /// In the order in which they were met. The reasons are those of `AudioContent`, so there are few.
    public private(set) var reasons: [Reason] = []

    public var count: Int { reasons.reduce(0) { $0 + $1.count } }

    mutating func add(_ path: String, because text: String) {
        if let place = reasons.firstIndex(where: { $0.text == text }) {
            let known = reasons[place]
            reasons[place] = Reason(text: text, count: known.count + 1, example: known.example)
        } else {
            reasons.append(Reason(text: text, count: 1, example: path))
        }
    }
}
