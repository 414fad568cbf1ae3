import Domain
import Episodes
import Synchronization

/// A register in memory that keeps every promise of the port, and refuses as it is told to.
public final class MemoryRegister: ClipRegister {
    private let state = Mutex<(clips: Set<RegisteredClip>, fault: CatalogFault?)>(([], nil))

    public init() {}

    /// What it holds of one window: a clip for each format.
    public func clips(_ episode: ObjectID, _ window: ClipWindow) -> Set<RegisteredClip> {
        state.withLock { state in state.clips.filter { $0.key.episode == episode && $0.key.window == window } }
    }

    /// From here on every write throws this; nil: is done.
    public func fail(with fault: CatalogFault?) { state.withLock { $0.fault = fault } }

    public func record(_ clip: RegisteredClip) async throws(CatalogFault) {
        let fault = state.withLock { state -> CatalogFault? in
            if let fault = state.fault { return fault }
            let known = state.clips.first { other in
                other.key.episode == clip.key.episode && other.key.window == clip.key.window
                    && other.key.format == clip.key.format
            }
            if let known {
                guard Self.rank(known) < Self.rank(clip) else { return nil }
                state.clips.remove(known)
            }
            state.clips.insert(clip)
            return nil
        }
        if let fault { throw fault }
    }

    public func removeAll(episode: ObjectID) async throws(CatalogFault) {
        let fault = state.withLock { state -> CatalogFault? in
            if state.fault == nil { state.clips = state.clips.filter { $0.key.episode != episode } }
            return state.fault
        }
        if let fault { throw fault }
    }

    /// The later clip counts, and of equal ones always the same.
    private static func rank(_ clip: RegisteredClip) -> (Int64, String, Int64) {
        (clip.storedAtUnixSeconds, clip.key.description, clip.sizeBytes)
    }
}
