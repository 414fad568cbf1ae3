import Audio
import Domain
import Hashing
import Text

/// An audio file as an episode. All that it is called follows from its path in the folder, and stays the same as long as
/// that does.
public struct FolderEpisode: Hashable, Sendable {
    /// The first 12 bytes of the SHA-256 of the relative path.
    public let id: ObjectID
    /// The next 16 of them, written like a UUID.
    public let guid: String
    /// The folders above the file, cleaned (`FeedSlug`); for a file at the top, the whole folder's own name.
    public let feedSlug: String
    /// The file's name without its extension.
    public let title: String?
    /// From the folder down, segments divided by `/`.
    public let relativePath: String
    /// By what the file holds.
    public let kind: AudioKind
    /// The path without the file's ending: transcripts beside the audio are called like it.
    let stem: String
    /// Of the file's name, in lower case; without one, the most usual of its kind.
    let ending: String

    /// - Returns: nil for a path that names no file.
    init?(relativePath: String, kind: AudioKind, folderName: String) {
        let segments = relativePath.split(separator: "/").map(String.init)
        let digest = SHA256.digest(relativePath)
        guard let fileName = segments.last, let id = ObjectID(bytes: digest) else { return nil }
        self.relativePath = relativePath
        self.kind = kind
        self.id = id
        let named = AudioKind.ending(of: fileName).flatMap { AudioKind(ending: $0) == nil ? nil : $0 }
        ending = named?.lowercased() ?? kind.endings[0]
        stem = String(relativePath.dropLast(named.map { $0.count + 1 } ?? 0))
        guid = Self.likeUUID(digest[12..<28])
        feedSlug = FeedSlug.cleaned(segments.count > 1 ? segments.dropLast() : [folderName])
        title = EpisodeTitle.cleaned(String(fileName.dropLast(named.map { $0.count + 1 } ?? 0)))
    }

    /// Where it lies in the folder seen as the source bucket.
    public var sourceKey: String { "\(feedSlug)/\(guid)/audio/episode.\(ending)" }

    private static func likeUUID(_ bytes: ArraySlice<UInt8>) -> String {
        var rest = Hex.encode(bytes)[...]
        let groups = [8, 4, 4, 4, 12].map { length in
            defer { rest = rest.dropFirst(length) }
            return rest.prefix(length)
        }
        return groups.joined(separator: "-")
    }
}
