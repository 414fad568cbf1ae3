import Bounded
import Domain
import ObjectStore

/// An episode's audio in the source bucket, as it was when a cutter last looked.
struct SourceAudio: Hashable, Sendable {
    let key: String
    let sizeBytes: UInt64
    let etag: ETag
    /// Seconds since 1970.
    let checkedAt: Int64

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
/// unknown, or `episode.mp3` there. What was found is kept for a while.
final class SourceFinder: Sendable {
    struct Limits: Sendable {
        var entries: Int
        /// How long a replaced episode may go unnoticed.
        var lifetime: Duration
        /// For "no audio there": short, since audio appears.
        var absenceLifetime: Duration
        var lookUps: Int
    }

    private struct Place: Hashable, Sendable {
        let feedSlug: String
        let guid: String
    }

    private typealias Found = Result<SourceAudio, ClipFault>

    /// The endings of audio that can be cut.
    static let endings = ["mp3", "m4a", "aac", "ogg", "opus", "flac", "wav"]
    /// More objects than this below one episode's `audio/` are not looked at.
    private static let listingLimit = 100

    private let store: any ObjectStore
    private let limits: Limits
    private let known: TimedCache<Place, Found>
    private let flights: SingleFlight<Place, SourceAudio, ClipFault>

    init(store: any ObjectStore, limits: Limits) {
        self.store = store
        self.limits = limits
        known = TimedCache(limitCount: limits.entries)
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

    /// The source is no longer what was found: the next to ask looks again.
    func forget(feedSlug: String, guid: String) {
        known.remove(Place(feedSlug: feedSlug, guid: guid))
    }

    private func look(at place: Place) async throws(ClipFault) -> SourceAudio {
        let prefix = "\(place.feedSlug)/\(place.guid)/audio/"
        let checkedAt = unixSeconds()
        let objects: [ObjectInfo]
        do throws(ObjectStoreFault) {
            objects = try await store.list(prefix: prefix, limit: Self.listingLimit)
        } catch {
            throw error.clipFault(about: "the source bucket")
        }
        guard let object = Self.choose(from: objects, prefix: prefix, guid: place.guid) else {
            let fault = ClipFault(.noAudio, "no audio file lies under the episode's folder in the source bucket")
            known.insert(.failure(fault), for: place, lifetime: limits.absenceLifetime)
            throw fault
        }
        let source = SourceAudio(key: object.key, sizeBytes: object.sizeBytes, etag: object.etag, checkedAt: checkedAt)
        known.insert(.success(source), for: place, lifetime: limits.lifetime)
        return source
    }

    /// The file that bears the guid's first 8 characters, else `episode.*`, else the first audio file by name.
    static func choose(from objects: [ObjectInfo], prefix: String, guid: String) -> ObjectInfo? {
        let audio = objects.filter { object in
            let name = object.key.dropFirst(prefix.count)
            guard object.sizeBytes > 0, !name.contains("/"), let dot = name.lastIndex(of: ".") else { return false }
            return endings.contains(name[name.index(after: dot)...].lowercased())
        }
        let own = "_\(guid.prefix(8))_audio."
        return audio.first { $0.key.dropFirst(prefix.count).contains(own) }
            ?? audio.first { $0.key.dropFirst(prefix.count).hasPrefix("episode.") }
            ?? audio.first
    }
}
