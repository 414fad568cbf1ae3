import Domain

/// The episodes of one look through a folder, found by each of their names.
struct FolderIndex: Sendable {
    /// By feed and path.
    let episodes: [FolderEpisode]
    let isCutOff: Bool
    let unreadable: [String]
    let leftOut: LeftOut
    let contents: [String: FolderContent]
    /// By the bytes of the path.
    private let byPath: [FolderEpisode]
    private let byID: [ObjectID: FolderEpisode]
    private let byGUID: [String: FolderEpisode]
    /// By the bytes of the key.
    private let bySourceKey: [(key: String, episode: FolderEpisode)]

    init(_ scan: FolderScan) {
        episodes = scan.episodes.sorted { ($0.feedSlug, $0.relativePath) < ($1.feedSlug, $1.relativePath) }
        byPath = scan.episodes.sorted {
            $0.relativePath.utf8.lexicographicallyPrecedes($1.relativePath.utf8)
        }
        isCutOff = scan.isCutOff
        unreadable = scan.unreadable
        leftOut = scan.leftOut
        contents = scan.contents
        byID = Dictionary(scan.episodes.map { ($0.id, $0) }) { first, _ in first }
        byGUID = Dictionary(scan.episodes.map { ($0.guid, $0) }) { first, _ in first }
        bySourceKey = scan.episodes.map { ($0.sourceKey, $0) }
            .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    }

    func episode(_ id: EpisodeID) -> FolderEpisode? {
        switch id {
        case .objectID(let id): byID[id]
        case .guid(let guid): byGUID[guid]
        }
    }

    func episode(sourceKey: String) -> FolderEpisode? {
        let place = firstPlace(notBefore: sourceKey)
        guard place < bySourceKey.count, bySourceKey[place].key == sourceKey else { return nil }
        return bySourceKey[place].episode
    }

    func episodes(sourceKeyPrefix prefix: String, limit: Int) -> [FolderEpisode] {
        bySourceKey[firstPlace(notBefore: prefix)...].prefix { $0.key.utf8.starts(with: prefix.utf8) }
            .prefix(max(0, limit)).map(\.episode)
    }

    /// Those behind a path, or all of them, in the order of their paths.
    func episodes(afterPath path: String?) -> ArraySlice<FolderEpisode> {
        guard let path else { return byPath[...] }
        return byPath[byPath.firstPlace { path.utf8.lexicographicallyPrecedes($0.relativePath.utf8) }...]
    }

    private func firstPlace(notBefore key: String) -> Int {
        bySourceKey.firstPlace { !$0.key.utf8.lexicographicallyPrecedes(key.utf8) }
    }
}

extension Array {
    /// Where the elements begin for which it is so: those of a sorted array that come last.
    fileprivate func firstPlace(where isSo: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isSo(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
