import Glibc
import ObjectStore

/// A folder of audio files as the source bucket: `{feed_slug}/{guid}/audio/episode.{extension}` is the real file.
///
/// Nothing is written to it. A file that changes while it is read fails with `.sourceChanged`, as does one that is not the
/// version that was asked for.
public struct EpisodeFolderSource: ObjectStore {
    private typealias Opening = @Sendable () throws(ObjectStoreFault) -> FolderReading.Found

    private let episodes: EpisodeFolder

    init(_ episodes: EpisodeFolder) { self.episodes = episodes }

    public func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        let found = await episodes.episodes(sourceKeyPrefix: prefix, limit: limit)
        let openings = found.map(opening)
        return try await episodes.reading.blocking { () throws(ObjectStoreFault) in
            var objects: [ObjectInfo] = []
            for open in openings {
                guard var info = try Self.info(open) else { continue }
                info.contentType = ""
                objects.append(info)
            }
            return objects
        }
    }

    public func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? {
        guard let episode = await episodes.episode(sourceKey: key) else { return nil }
        let open = opening(episode)
        return try await episodes.reading.blocking { () throws(ObjectStoreFault) in try Self.info(open) }
    }

    public func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        let open = try await opening(key: key)
        return try await episodes.reading.get(range: range, ifMatch: ifMatch, limitBytes: limitBytes, open: open)
    }

    public func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let open = try await opening(key: key)
        return try await episodes.reading.stream(range: range, ifMatch: ifMatch, bufferBytes: bufferBytes, open: open)
    }

    public func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome { throw .denied(code: "ReadOnly") }

    public func delete(_ key: String) async throws(ObjectStoreFault) { throw .denied(code: "ReadOnly") }

    /// Nil for a file that is gone since the folder was looked through.
    private static func info(_ open: Opening) throws(ObjectStoreFault) -> ObjectInfo? {
        do throws(ObjectStoreFault) {
            return try open().info
        } catch {
            guard error == .missingObject else { throw error }
            return nil
        }
    }

    private func opening(key: String) async throws(ObjectStoreFault) -> Opening {
        guard let episode = await episodes.episode(sourceKey: key) else { throw .missingObject }
        return opening(episode)
    }

    private func opening(_ episode: FolderEpisode) -> Opening {
        let root = episodes.root
        let path = episodes.path(of: episode)
        return { () throws(ObjectStoreFault) in
            let file: FolderFile
            do throws(ObjectStoreFault) {
                file = try FolderFile(opening: path, inside: root)
            } catch {
                throw error == .missingObject && access(root, F_OK) != 0 ? .missingBucket : error
            }
            guard let etag = file.version.etag else { throw .malformedAnswer(what: "an entity tag") }
            let info = ObjectInfo(
                key: episode.sourceKey, sizeBytes: file.version.sizeBytes, etag: etag,
                lastModifiedUnixSeconds: file.version.modifiedUnixSeconds, contentType: episode.kind.mediaType)
            return FolderReading.Found(file: file, info: info)
        }
    }
}
