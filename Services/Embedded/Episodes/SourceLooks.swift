import CutterService
import Domain
import Episodes
import ObjectStore
import Synchronization

/// What the folder's episodes are, by the cutter's own tools. The folder is opened before they can be.
final class SourceLooks: Sendable {
    private let tools = Mutex<CutterTools?>(nil)

    func begin(with tools: CutterTools) { self.tools.withLock { $0 = tools } }

    /// They read from the folder that asks here: until then each holds the other.
    func end() { tools.withLock { $0 = nil } }

    func duration(of episode: FolderEpisode, _ version: FolderFile.Version) async -> Duration? {
        guard let tools = tools.withLock({ $0 }), let etag = version.etag else { return nil }
        return await tools.duration(
            key: episode.sourceKey, sizeBytes: version.sizeBytes, etag: etag, episode: episode.id)
    }

    func tags(of episode: FolderEpisode, _ version: FolderFile.Version) async -> AudioTags? {
        guard let tools = tools.withLock({ $0 }), let etag = version.etag,
            let found = await tools.tags(key: episode.sourceKey, sizeBytes: version.sizeBytes, etag: etag)
        else { return nil }
        return AudioTags(
            title: found.title, feedTitle: found.album ?? found.show ?? found.artist,
            chapters: found.chapters.map { Chapter(start: $0.start, end: $0.end, title: $0.title) },
            hasPicture: found.hasPicture)
    }

    func picture(of episode: FolderEpisode, _ version: FolderFile.Version) async -> [UInt8]? {
        guard let tools = tools.withLock({ $0 }), let etag = version.etag else { return nil }
        return await tools.picture(
            key: episode.sourceKey, sizeBytes: version.sizeBytes, etag: etag, limitBytes: PictureType.mostBytes)
    }
}
