import Audio
import Bounded
import Domain
import ObjectStore
import Text

/// An episode's audio in the source bucket, as it was when a cutter last looked.
struct SourceAudio: Hashable, Sendable {
    let key: String
    let sizeBytes: UInt64
    let etag: ETag
    /// Seconds since 1970.
    let checkedAt: Int64

    /// Whether it is the same, whenever each was looked at.
    func isSame(as other: SourceAudio) -> Bool {
        key == other.key && sizeBytes == other.sizeBytes && etag == other.etag
    }

    var version: SourceVersion {
        get throws(ClipFault) {
            guard let version = SourceVersion(etag.version) else {
                throw ClipFault(.internalError, "the source's ETag gives no version")
            }
            return version
        }
    }
}

/// Finds the audio of an episode: `{feed_slug}/{guid}/audio/{name}_{first 8 of guid}_audio.mp3`, where the name is
/// unknown, or `episode.mp3` there (`SourcePath` for guids that are URLs). What was found is kept for a while.
final class SourceFinder: Sendable {
    struct Limits: Sendable {
        var entries: Int
        /// How long a replaced episode may go unnoticed.
        var lifetime: Duration
        /// For "no audio there": short, since audio appears.
        var absenceLifetime: Duration
        var lookUps: Int
        /// Objects of one prefix that are looked at, in the order of their keys; a store lists 1,000 with each request.
        var listing = 10_000
    }

    private struct Place: Hashable, Sendable {
        let feedSlug: String
        let guid: String
    }

    private typealias Found = Result<SourceAudio, ClipFault>

    /// What else lies beside an episode's audio. Any other name may be its audio: what that is, its content says.
    static let otherEndings: Set<String> = [
        "jpg", "jpeg", "png", "gif", "webp", "svg", "txt", "json", "xml", "html", "pdf", "md", "srt", "vtt", "lrc",
        "log",
        "cue", "nfo", "m3u", "m3u8", "pls", "md5", "sha256", "zip", "gz", "part", "tmp",
    ]

    private let store: any ObjectStore
    private let limits: Limits
    private let known: TimedCache<Place, Found>
    private let flights: SingleFlight<Place, SourceAudio, ClipFault>

    init(
        store: any ObjectStore, limits: Limits, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.store = store
        self.limits = limits
        known = TimedCache(limitCount: limits.entries, keepsOutdated: true, now: now)
        flights = SingleFlight(limit: limits.lookUps)
    }

    /// - Throws: `.noAudio`, or `.storeUnavailable` and the like for what may pass.
    func source(feedSlug: String, guid: String) async throws(ClipFault) -> SourceAudio {
        let place = Place(feedSlug: feedSlug, guid: guid)
        if let found = known.get(place) { return try found.get() }
        do throws(BoundedFault<ClipFault>) {
            return try await flights.run(place) { [self] () async throws(ClipFault) in try await look(at: place) }
        } catch {
            throw error.clipFault(busy: "too many sources are being looked for")
        }
    }

    /// What was found once and is to be looked at again by now: most likely it is the same.
    func outdated(feedSlug: String, guid: String) -> SourceAudio? {
        try? known.outdated(Place(feedSlug: feedSlug, guid: guid))?.get()
    }

    /// The source is no longer what was found: the next to ask looks again.
    func forget(feedSlug: String, guid: String) {
        known.remove(Place(feedSlug: feedSlug, guid: guid))
    }

    private func look(at place: Place) async throws(ClipFault) -> SourceAudio {
        let checkedAt = WallTime.now().seconds
        var looked = 0
        for prefix in SourcePath.prefixes(feedSlug: place.feedSlug, guid: place.guid) {
            let objects: [ObjectInfo]
            do throws(ObjectStoreFault) {
                objects = try await store.list(prefix: prefix, limit: limits.listing)
            } catch {
                throw error.clipFault(about: "the source bucket")
            }
            looked = max(looked, objects.count)
            guard let object = Self.choose(from: objects, prefix: prefix, guid: place.guid) else { continue }
            let source = SourceAudio(
                key: object.key, sizeBytes: object.sizeBytes, etag: object.etag, checkedAt: checkedAt)
            known.insert(.success(source), for: place, lifetime: limits.lifetime)
            return source
        }
        let fault = ClipFault(
            .noAudio,
            looked < limits.listing
                ? "no audio file lies under the episode's folder in the source bucket"
                : "none of the first \(looked) objects under the episode's folder in the source bucket is an audio file"
        )
        known.insert(.failure(fault), for: place, lifetime: limits.absenceLifetime)
        throw fault
    }

    /// The file that bears the guid's first 8 characters, else `episode.*`, else the first that is called like audio, else
    /// the first whose name says nothing. Empty files count only if there is nothing else, so that their emptiness is told.
    static func choose(from objects: [ObjectInfo], prefix: String, guid: String) -> ObjectInfo? {
        let beginning = guid.prefix(8)
        // A slash within those characters makes a folder of what was meant as a name, and of two together one may be dropped.
        let own = ["_\(beginning)_audio.", "_\(beginning.replacing("//", with: "/"))_audio."]
        func isOwn(_ name: Substring) -> Bool { own.contains { name.contains($0) } }
        let named = objects.compactMap { object -> (object: ObjectInfo, name: Substring, kind: AudioKind?)? in
            let name = object.key.dropFirst(prefix.count)
            guard !name.isEmpty, !name.contains("/") || isOwn(name) else { return nil }
            let ending = AudioKind.ending(of: name)?.lowercased() ?? ""
            return otherEndings.contains(ending) ? nil : (object, name, AudioKind(ending: ending))
        }
        for files in [named.filter { $0.object.sizeBytes > 0 }, named] {
            let audio = files.filter { $0.kind != nil } + files.filter { $0.kind == nil }
            let chosen = audio.first { isOwn($0.name) } ?? audio.first { $0.name.hasPrefix("episode.") } ?? audio.first
            if let chosen { return chosen.object }
        }
        return nil
    }
}
