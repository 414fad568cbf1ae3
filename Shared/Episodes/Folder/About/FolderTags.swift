import Bounded
import Domain
import ObjectStore

/// The tags of a folder's audio files, read once for each version of a file and kept within a bound.
///
/// Reading them takes a process, so no listing waits for it: what is not known yet is read behind it, a few at a time.
actor FolderTags {
    /// What a file says of itself; nil if it can't be read now.
    typealias Read = @Sendable (Wanted) async -> AudioTags?

    struct Wanted: Hashable, Sendable {
        let episode: FolderEpisode
        let version: FolderFile.Version
        /// Of the file with its chapters (`ChaptersFile`), if there is one beside it.
        let chapters: FolderFile.Version?
    }

    private struct Known {
        let version: FolderFile.Version
        let chapters: FolderFile.Version?
        /// Nil for a file that could not be read.
        let tags: AudioTags?
        let readAt: ContinuousClock.Instant
    }

    /// Of what is known.
    private static let keptBytes = 16 << 20
    private static let mostWaiting = 1_000
    private static let atOnce = 2
    /// How long a file that could not be read is not tried again.
    private static let faultLifetime = Duration.seconds(60)

    private let read: Read
    private var known = RecentlyUsed<ObjectID, Known>(limitBytes: keptBytes)
    private let flights = SingleFlight<Wanted, AudioTags?, Never>(limit: mostWaiting)
    private let slots = WorkSlots(count: atOnce, queueLimit: mostWaiting)
    private var waiting: [Wanted] = []
    private var readers: [Int: Task<Void, Never>] = [:]
    private var isClosed = false

    init(_ read: @escaping EpisodeFolder.TagReading, in root: String, _ reading: FolderReading) {
        self.read = { wanted in
            guard var tags = await read(wanted.episode, wanted.version) else { return nil }
            guard wanted.chapters != nil else { return tags }
            let path = "\(root)/\(wanted.episode.stem)\(ChaptersFile.ending)"
            do throws(ObjectStoreFault) {
                let beside = try await reading.blocking { () throws(ObjectStoreFault) in
                    ChaptersFile.read(path, inside: root)
                }
                if let beside { tags.chapters = beside }
                return tags
            } catch { return nil }
        }
    }

    /// What is known of each of them now; nil for one that has not been read. Those are read as soon as that is possible, in
    /// this order and before what was asked for earlier; of too many, the last ones once somebody asks again.
    func known(_ wanted: [Wanted]) -> [AudioTags?] {
        let found = wanted.map { entry(for: $0) }
        var missing: [Wanted] = []
        for (wanted, found) in zip(wanted, found) where found == nil { missing.append(wanted) }
        readSoon(missing)
        return found.map { $0.map { $0.tags ?? AudioTags() } }
    }

    /// What a file says of itself, if that is known; otherwise it is not read either.
    func ifKnown(_ wanted: Wanted) -> AudioTags? { entry(for: wanted)?.tags }

    /// What a file says of itself, read now if need be; nil if that does not work.
    func tags(of wanted: Wanted) async -> AudioTags? {
        if let known = entry(for: wanted) { return known.tags }
        do throws(BoundedFault<Never>) {
            let tags = try await flights.run(wanted) { [read, slots] () async throws(Never) -> AudioTags? in
                try? await slots.withSlot { () async throws(Never) -> AudioTags? in
                    await read(wanted)
                }
            }
            let entry = Known(version: wanted.version, chapters: wanted.chapters, tags: tags, readAt: .now)
            known.insert(entry, for: wanted.episode.id, heapBytes: tags?.heapBytes ?? 0)
            return tags
        } catch { return nil }
    }

    /// Ends what is being read.
    func close() async {
        isClosed = true
        waiting = []
        let ending = readers.values
        for reader in ending { reader.cancel() }
        for reader in ending { await reader.value }
    }

    private func entry(for wanted: Wanted) -> Known? {
        guard let found = known.get(wanted.episode.id), found.version == wanted.version,
            found.chapters == wanted.chapters
        else { return nil }
        return found.tags == nil && found.readAt + Self.faultLifetime <= .now ? nil : found
    }

    private func readSoon(_ missing: [Wanted]) {
        guard !isClosed, !missing.isEmpty else { return }
        let first = Set(missing)
        waiting = (missing + waiting.filter { !first.contains($0) }).prefix(Self.mostWaiting).map { $0 }
        for number in 0..<Self.atOnce where readers[number] == nil {
            readers[number] = Task {
                while let next = takeNext() { _ = await tags(of: next) }
                readers[number] = nil
            }
        }
    }

    private func takeNext() -> Wanted? {
        guard !Task.isCancelled, !waiting.isEmpty else { return nil }
        return waiting.removeFirst()
    }
}
