import Bounded
import Domain
import Settings

/// The clips that are ready, as a cache in memory: the least recently used go first.
struct ClipTable {
    struct Settings: Sendable {
        var bytes = 32 << 20
        /// Age of the last look at the source beyond which a hit is stale.
        var revalidateAfter = Duration.seconds(86_400)
    }

    /// What became of a clip that a cutter reported.
    enum Insertion {
        case inserted
        /// What is in the table comes of a later look at the source and stays there.
        case superseded
    }

    private var clips: RecentlyUsed<ClipID, ReadyClip>
    /// Objects that were found to be missing: no entry that leads to one is a hit, until a cutter reports the object again.
    private var missing: RecentlyUsed<ObjectKey, Bool>
    /// Clips that had to go since the start because the table was full.
    private(set) var evictions: UInt64 = 0
    private let signedSeconds: Int64
    private let revalidateAfterSeconds: Int64

    /// - Parameters:
    ///   - signedSeconds: URL lifetime and signing window together: what an object must outlive to be signed.
    ///   - missingLimit: how many missing objects are kept in mind.
    init(_ settings: Settings, signedSeconds: Int64, missingLimit: Int) {
        clips = RecentlyUsed(limitBytes: settings.bytes)
        missing = RecentlyUsed(limitCount: missingLimit)
        self.signedSeconds = signedSeconds
        revalidateAfterSeconds = settings.revalidateAfter.components.seconds
    }

    var count: Int { clips.count }
    var bytes: Int { clips.bytes }
    var limitBytes: Int { clips.limitBytes }

    /// The clip if it is ready and will outlive a URL signed now.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Returns: `stale`: the source should be looked at again; said to one caller only.
    mutating func hit(_ id: ClipID, now: Int64) -> (clip: ReadyClip, stale: Bool)? {
        guard var clip = clips.get(id), isServable(clip, now: now) else { return nil }
        let stale = now - Int64(clip.sourceCheckedAt) > revalidateAfterSeconds
        if stale {
            // Moved on by a tenth, so that one caller asks again, and not each hit until the cutter has answered.
            clip.sourceCheckedAt = UInt32(clamping: now - revalidateAfterSeconds + revalidateAfterSeconds / 10)
            put(clip, for: id)
        }
        return (clip, stale)
    }

    /// The same without counting as a use.
    func servable(_ id: ClipID, now: Int64) -> ReadyClip? {
        clips.peek(id).flatMap { isServable($0, now: now) ? $0 : nil }
    }

    /// Whether a URL signed now ends before the object does.
    func lives(_ clip: ReadyClip, now: Int64) -> Bool { clip.lives(beyond: now, needed: signedSeconds) }

    mutating func insert(_ clip: ReadyClip, for id: ClipID, now: Int64) -> Insertion {
        let wasMissing = missing.remove(clip.key) != nil
        var clip = clip
        // Records of one key arrive in order, but an old one must not displace what a later look has found. Unless that
        // is about to go: whoever stored the clip anew may have looked at the source before.
        if !wasMissing, let known = clips.peek(id), known.sourceCheckedAt > clip.sourceCheckedAt,
            isServable(known, now: now)
        {
            guard known.key == clip.key, known.storedAt <= clip.storedAt else { return .superseded }
            clip.sourceCheckedAt = known.sourceCheckedAt
        }
        put(clip, for: id)
        return .inserted
    }

    private mutating func put(_ clip: ReadyClip, for id: ClipID) {
        evictions += UInt64(clips.insert(clip, for: id, heapBytes: id.heapBytes).count)
    }

    mutating func remove(_ id: ClipID) { clips.remove(id) }

    /// An object was found to be missing in the bucket.
    mutating func lost(_ key: ObjectKey) { missing.insert(true, for: key) }

    private func isServable(_ clip: ReadyClip, now: Int64) -> Bool {
        lives(clip, now: now) && (missing.count == 0 || missing.peek(clip.key) == nil)
    }
}

extension ClipID {
    /// What the id holds beside its own size: only a long guid lies on the heap.
    fileprivate var heapBytes: Int {
        if case .guid(let guid) = episode { Bounded.heapBytes(of: guid) } else { 0 }
    }
}

extension ClipTable.Settings {
    init(from read: inout SettingsReader) {
        bytes = read.bytes(
            "GATEWAY_TABLE_BYTES", default: bytes, in: (64 << 10)...(16 << 30),
            "memory for the table of ready clips; the least recently used go first")
        revalidateAfter = read.duration(
            "REVALIDATE_AFTER", default: revalidateAfter, in: .seconds(1)...(.seconds(365 * 86_400)),
            "after this time a hit makes the cutter check the source again")
    }
}
