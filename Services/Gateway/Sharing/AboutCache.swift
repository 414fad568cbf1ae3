import Bounded
import Domain
import Synchronization

/// What catalogs know of the episodes of clips that were made lately, the least recently used going first.
///
/// It is filled from what resolvers send to cutters, which every gateway reads, so nothing is fetched for it.
final class AboutCache: Sendable {
    private let known: Mutex<RecentlyUsed<EpisodeID, EpisodeAbout>>

    /// - Parameter bytes: what the entries may take together.
    init(bytes: Int = SharingSettings().aboutBytes) { known = Mutex(RecentlyUsed(limitBytes: bytes)) }

    /// An episode was looked up for a clip of it.
    func saw(_ event: ClipResolved) {
        let about = event.about
        var bytes = [about.episodeTitle, about.feedTitle, about.imageURL].reduce(0) { $0 + heapBytes(of: $1 ?? "") }
        if case .guid(let guid) = event.clipID.episode { bytes += heapBytes(of: guid) }
        known.withLock { _ = $0.insert(about, for: event.clipID.episode, heapBytes: bytes) }
    }

    /// - Parameter episode: as it was asked for.
    /// - Returns: nil if no event told of it here; an empty one if the catalog knows nothing.
    func about(_ episode: EpisodeID) -> EpisodeAbout? { known.withLock { $0.get(episode) } }
}
