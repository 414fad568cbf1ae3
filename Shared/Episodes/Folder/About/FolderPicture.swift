import Hashing
import ObjectStore
import Text

/// Where an episode's picture lies.
public enum FolderPicture: Hashable, Sendable {
    /// A file, by its relative path.
    case file(String, FolderFile.Version)
    /// In the tags of the audio.
    case attached(FolderEpisode, FolderFile.Version)

    /// Changes with the picture. With its quotes.
    public var etag: String? {
        switch self {
        case .file(_, let version): version.etag?.text
        // Not the audio's own: the bytes are others.
        case .attached(_, let version):
            version.etag.map { "\"\(Hex.encode(SHA256.digest("picture \($0.text)").prefix(16)))\"" }
        }
    }
}

/// A picture as it is shown.
public struct PictureBytes: Sendable {
    public let bytes: [UInt8]
    public let type: PictureType

    /// - Returns: nil for what is no picture, whatever it is called, or is too large.
    init?(_ bytes: [UInt8]) {
        guard bytes.count <= PictureType.mostBytes, let type = PictureType(head: bytes) else { return nil }
        self.bytes = bytes
        self.type = type
    }
}

extension FolderIndex {
    /// Files called so in a folder are the picture of all that is in it.
    private static let names = ["cover", "folder"]

    /// The picture beside an episode's audio: its own (`x.jpg` beside `x.mp3`), or that of its folder (`cover.jpg`,
    /// `folder.png`). What is called so and is no picture is passed over.
    func picture(beside episode: FolderEpisode) -> FolderPicture? {
        let folder = episode.relativePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .map { $0 + "/" }.joined()
        for stem in [episode.stem] + Self.names.map({ folder + $0 }) {
            for ending in PictureType.endings {
                let path = "\(stem).\(ending)"
                guard let content = contents[path], content.picture != nil,
                    content.version.sizeBytes <= UInt64(PictureType.mostBytes)
                else { continue }
                return .file(path, content.version)
            }
        }
        return nil
    }
}
