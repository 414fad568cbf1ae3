import Domain
import Glibc
import ObjectStore
import Threads
import Transcripts

/// A folder of audio files as the catalog of episodes: feeds are the folders in it.
///
/// The files are looked through at the start, and again when an unknown episode is asked for, at most every few seconds.
/// What is said in them a file beside the audio may tell (`FolderTranscripts`). Chunks are no more than a number there: chunk
/// *n* starts at *n* × 30 s.
public actor EpisodeFolder: EpisodeCatalog {
    /// How much of a folder is looked through.
    public struct Limits: Hashable, Sendable {
        public let files: Int
        /// Folders below the folder itself; 0: only the files in it.
        public let depth: Int

        public init(files: Int = 20_000, depth: Int = 8) {
            self.files = max(0, files)
            self.depth = max(0, depth)
        }
    }

    /// What a look through the folder found, by feed and path.
    public struct Listing: Hashable, Sendable {
        public let episodes: [FolderEpisode]
        /// There is more than the limits allow, and it was left out.
        public let isCutOff: Bool
        /// Folders inside that could not be read; the first few.
        public let unreadable: [String]
        /// Files that are no episodes, and why.
        public let leftOut: LeftOut
    }

    /// How long an audio file plays; nil if that can't be found out.
    public typealias Probe = @Sendable (FolderEpisode, FolderFile.Version) async -> Duration?

    /// Reads what an audio file says of itself; nil if that can't be done now.
    public typealias TagReading = @Sendable (FolderEpisode, FolderFile.Version) async -> AudioTags?
    /// Reads the picture that is attached to an audio file; nil if there is none.
    public typealias PictureReading = @Sendable (FolderEpisode, FolderFile.Version) async -> [UInt8]?

    public static let chunkDuration = Duration.seconds(30)

    /// The folder's path without links.
    public nonisolated let root: String
    nonisolated let reading: FolderReading
    private nonisolated let threads: BlockingPool
    nonisolated let transcripts = FolderTranscripts()
    private let limits: Limits
    private let rescanAfter: Duration
    private let probe: Probe
    nonisolated let tags: FolderTags
    nonisolated let readPicture: PictureReading
    nonisolated let pictureURL: @Sendable (ObjectID) -> String?

    private(set) var index: FolderIndex
    private var lastLook: ContinuousClock.Instant
    private var lookUnderWay: Task<Void, Never>?
    private var probed: [ObjectID: Probed] = [:]
    /// What probes found.
    private(set) var lengths: [ObjectID: Duration] = [:]

    private struct Probed {
        let version: FolderFile.Version
        /// A task, so that all who ask meanwhile share one probe.
        let duration: Task<Duration?, Never>
    }

    /// Looks through the folder once.
    ///
    /// - Parameters:
    ///   - rescanAfter: the least time between the end of one look and the start of the next.
    ///   - probe: asked when an episode is looked up, once for each version of its file.
    ///   - tags: asked for episodes that are listed or described, the same.
    ///   - picture: asked each time that somebody wants a picture which is attached.
    ///   - pictureURL: where clients find an episode's picture, if it has one.
    /// - Throws: `.unavailable` if the folder can't be read.
    public static func open(
        _ path: String, limits: Limits = Limits(), rescanAfter: Duration = .seconds(3),
        tags: @escaping TagReading = { _, _ in nil }, picture: @escaping PictureReading = { _, _ in nil },
        pictureURL: @escaping @Sendable (ObjectID) -> String? = { _ in nil }, probe: @escaping Probe
    ) async throws(CatalogFault) -> EpisodeFolder {
        let threads = BlockingPool(named: "episodes", threads: 2, queueLimit: 1_000)
        do throws(ObjectStoreFault) {
            let (root, scan) = try await FolderReading(threads).blocking { () throws(ObjectStoreFault) in
                guard let real = realpath(path, nil) else { throw ObjectStoreFault(errno: errno) }
                defer { free(real) }
                let root = String(cString: real)
                return (root, try FolderScan.of(root, limits: limits))
            }
            return EpisodeFolder(
                root: root, threads: threads, limits: limits, rescanAfter: rescanAfter, probe: probe,
                tags: FolderTags(tags, in: root, FolderReading(threads)), picture: picture, pictureURL: pictureURL,
                index: FolderIndex(scan))
        } catch {
            await threads.close()
            throw error.catalogFault(of: path)
        }
    }

    private init(
        root: String, threads: BlockingPool, limits: Limits, rescanAfter: Duration, probe: @escaping Probe,
        tags: FolderTags, picture: @escaping PictureReading,
        pictureURL: @escaping @Sendable (ObjectID) -> String?, index: FolderIndex
    ) {
        self.tags = tags
        readPicture = picture
        self.pictureURL = pictureURL
        self.root = root
        self.threads = threads
        self.limits = limits
        self.rescanAfter = rescanAfter
        self.probe = probe
        self.index = index
        reading = FolderReading(threads)
        lastLook = .now
    }

    /// Finishes the calls under way and refuses new ones.
    public nonisolated func close() async {
        await tags.close()
        await threads.close()
    }

    /// The same folder as the bucket in which a cutter finds the episodes' audio.
    public nonisolated var source: EpisodeFolderSource { EpisodeFolderSource(self) }

    public nonisolated func path(of episode: FolderEpisode) -> String { "\(root)/\(episode.relativePath)" }

    public func listing() async -> Listing {
        await lookAgainIfDue()
        return Listing(
            episodes: index.episodes, isCutOff: index.isCutOff, unreadable: index.unreadable,
            leftOut: index.leftOut)
    }

    public func episode(_ id: EpisodeID) async throws(CatalogFault) -> Episode {
        let (found, version) = try await found(id)
        return Episode(
            id: found.id, guid: found.guid, feedSlug: found.feedSlug, title: found.title,
            duration: await duration(of: found, version), about: await about(found, version))
    }

    /// An episode whose file is there.
    func found(_ id: EpisodeID) async throws(CatalogFault) -> (FolderEpisode, FolderFile.Version) {
        if let present = try await present(id) { return present }
        await lookAgainIfDue()
        guard let present = try await present(id) else { throw .noSuchEpisode }
        return present
    }

    public func chunkStart(episode: Episode, chunkIndex: Int32) async throws(CatalogFault) -> Duration {
        let start = Self.chunkDuration * Int(chunkIndex)
        let end = episode.duration ?? .milliseconds(ClipWindow.latestMs)
        guard chunkIndex >= 0, start < end else { throw .noSuchChunk }
        return start
    }

    public func cues(of episode: Episode, in window: ClipWindow) async throws(CatalogFault) -> [Cue] {
        try await transcript(of: episode).cut(from: window.startMs, to: window.endMs)
    }

    public func check() async throws(CatalogFault) {
        let root = root
        do throws(ObjectStoreFault) {
            try await reading.blocking { () throws(ObjectStoreFault) in
                guard access(root, R_OK | X_OK) == 0 else { throw ObjectStoreFault(errno: errno) }
            }
        } catch {
            throw error.catalogFault(of: root)
        }
    }

    /// The episode under a key of `source`.
    func episode(sourceKey: String) -> FolderEpisode? { index.episode(sourceKey: sourceKey) }

    /// Those whose key starts with `prefix`, in the order of their keys.
    func episodes(sourceKeyPrefix prefix: String, limit: Int) -> [FolderEpisode] {
        index.episodes(sourceKeyPrefix: prefix, limit: limit)
    }

    /// A known episode whose file is there, and lies in the folder.
    private func present(_ id: EpisodeID) async throws(CatalogFault) -> (FolderEpisode, FolderFile.Version)? {
        guard let episode = index.episode(id) else { return nil }
        let path = path(of: episode)
        let root = root
        do throws(ObjectStoreFault) {
            let version = try await reading.blocking { () throws(ObjectStoreFault) in
                try FolderFile(opening: path, inside: root).version
            }
            return (episode, version)
        } catch {
            switch error {
            case .missingObject, .denied: return nil
            default: throw error.catalogFault(of: episode.relativePath)
            }
        }
    }

    func duration(of episode: FolderEpisode, _ version: FolderFile.Version) async -> Duration? {
        if let known = probed[episode.id], known.version == version { return await known.duration.value }
        let duration = Task { [probe] in await probe(episode, version).flatMap { $0 > .zero ? $0 : nil } }
        probed[episode.id] = Probed(version: version, duration: duration)
        let found = await duration.value
        if probed[episode.id]?.version == version { lengths[episode.id] = found }
        return found
    }

    func lookAgainIfDue() async {
        if let lookUnderWay { return await lookUnderWay.value }
        guard lastLook + rescanAfter <= .now else { return }
        let look = Task {
            let root = root
            let limits = limits
            let known = index.contents
            let scan = try? await reading.blocking { () throws(ObjectStoreFault) in
                try FolderScan.of(root, limits: limits, known: known)
            }
            // A folder that can't be read just now keeps its episodes: their files say whether they are there.
            if let scan {
                index = FolderIndex(scan)
                probed = probed.filter { index.episode(.objectID($0.key)) != nil }
                lengths = lengths.filter { probed[$0.key] != nil }
            }
            lastLook = .now
            lookUnderWay = nil
        }
        lookUnderWay = look
        await look.value
    }
}

extension ObjectStoreFault {
    func catalogFault(of path: String) -> CatalogFault {
        switch self {
        case .busy: .tooManyWaiting
        case .cancelled: .closed
        case .missingObject: .unavailable("\(path): no such folder")
        case .denied(let code): .unavailable("\(path): \(code)")
        case .storage(let code): .unavailable("\(path): \(String(cString: strerror(code)))")
        default: .unavailable("\(path): \(slug)")
        }
    }
}
