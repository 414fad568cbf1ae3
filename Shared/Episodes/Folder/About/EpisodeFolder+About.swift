import Domain
import ObjectStore

/// An episode as a folder describes it.
public struct DescribedEpisode: Sendable {
    public let episode: FolderEpisode
    /// By its tags, or else its file's name. On one line, without control characters; so is the other.
    public let title: String
    /// By its tags, or else the folder's name.
    public let feedTitle: String
    /// Nil as long as nobody had to know.
    public let duration: Duration?
    public let picture: FolderPicture?
    /// In their order, at most `Chapter.most`.
    public let chapters: [Chapter]
    /// Whether the file's tags are in it. If not, what they would say is missing for now.
    public let isRead: Bool
}

extension EpisodeFolder {
    /// A part of the episodes in the order of their paths, byte by byte.
    public struct Page: Sendable {
        public let episodes: [DescribedEpisode]
        /// There are episodes behind these.
        public let hasMore: Bool
        /// In the whole folder.
        public let total: Int
    }

    /// What is known of the episodes behind a path: no audio file is opened for it. Tags that are not known yet are read
    /// after it, so that somebody who asks again has them.
    ///
    /// - Parameter path: need not be there; nil: from the beginning.
    public func page(after path: String?, limit: Int) async -> Page {
        await lookAgainIfDue()
        let index = index
        let behind = index.episodes(afterPath: path)
        let wanted = behind.prefix(max(0, limit)).compactMap { episode in
            index.contents[episode.relativePath].map { self.wanted(episode, $0.version) }
        }
        let known = await tags.known(wanted)
        return Page(
            episodes: zip(wanted, known).map { describe($0, $1, duration: lengths[$0.episode.id]) },
            hasMore: behind.count > wanted.count, total: index.episodes.count)
    }

    /// All that is known of one episode: its tags are read for it, and its length is found out.
    ///
    /// - Throws: as `episode(_:)` does.
    public func described(_ id: EpisodeID) async throws(CatalogFault) -> DescribedEpisode {
        let (found, version) = try await found(id)
        let wanted = self.wanted(found, version)
        async let length = duration(of: found, version)
        let tags = await tags.tags(of: wanted)
        return describe(wanted, tags, duration: await length)
    }

    /// What pages tell of an episode: no clip waits for its tags to be read, so they are in it only if they are known.
    func about(_ episode: FolderEpisode, _ version: FolderFile.Version) async -> EpisodeAbout {
        let wanted = self.wanted(episode, version)
        let described = describe(wanted, await tags.ifKnown(wanted), duration: nil)
        return EpisodeAbout(
            episodeTitle: described.title, feedTitle: described.feedTitle,
            imageURL: described.picture == nil ? nil : pictureURL(episode.id))
    }

    /// Where an episode's picture lies; nil if it has none.
    ///
    /// - Throws: as `episode(_:)` does.
    public func picture(of id: EpisodeID) async throws(CatalogFault) -> FolderPicture? {
        let (found, version) = try await found(id)
        if let beside = index.picture(beside: found) { return beside }
        let tags = await tags.tags(of: wanted(found, version))
        return tags?.hasPicture == true ? .attached(found, version) : nil
    }

    /// A picture's bytes; nil if it has gone, or is none.
    public func bytes(of picture: FolderPicture) async throws(CatalogFault) -> PictureBytes? {
        switch picture {
        case .attached(let episode, let version): return await readPicture(episode, version).flatMap(PictureBytes.init)
        case .file(let path, _):
            let (full, root) = ("\(root)/\(path)", root)
            do throws(ObjectStoreFault) {
                return try await reading.blocking { () throws(ObjectStoreFault) in
                    let file = try FolderFile(opening: full, inside: root)
                    guard file.version.sizeBytes <= UInt64(PictureType.mostBytes) else { return nil }
                    return PictureBytes(try file.read(0..<file.version.sizeBytes))
                }
            } catch {
                if error == .missingObject { return nil }
                throw error.catalogFault(of: path)
            }
        }
    }

    func wanted(_ episode: FolderEpisode, _ version: FolderFile.Version) -> FolderTags.Wanted {
        FolderTags.Wanted(
            episode: episode, version: version, chapters: index.contents[episode.stem + ChaptersFile.ending]?.version)
    }

    func describe(_ wanted: FolderTags.Wanted, _ tags: AudioTags?, duration: Duration?) -> DescribedEpisode {
        let episode = wanted.episode
        let folders = episode.relativePath.split(separator: "/").dropLast()
        let folder = folders.last.map(String.init) ?? root.split(separator: "/").last.map(String.init)
        let attached = tags?.hasPicture == true ? FolderPicture.attached(episode, wanted.version) : nil
        return DescribedEpisode(
            episode: episode,
            title: tags?.title.flatMap(EpisodeTitle.cleaned) ?? episode.title ?? episode.id.description,
            feedTitle: tags?.feedTitle.flatMap(EpisodeTitle.cleaned) ?? folder.flatMap(EpisodeTitle.cleaned)
                ?? episode.feedSlug,
            duration: duration, picture: index.picture(beside: episode) ?? attached,
            chapters: Chapter.usable(tags?.chapters ?? [], duration: duration), isRead: tags != nil)
    }
}
