import Domain

/// The register in MongoDB's `audio_clips`: a document for each window, found by episode, start and end.
public struct MongoClipRegister: ClipRegister {
    let mongo: MongoDatabase
    private let lanes = Lanes(count: 64)

    public init(_ mongo: MongoDatabase) { self.mongo = mongo }

    public func record(_ clip: RegisteredClip) async throws(CatalogFault) {
        guard (0...Self.latestUnixSeconds).contains(clip.storedAtUnixSeconds) else {
            throw .badEpisodeData("the clip's time of storing lies beyond the year 9999")
        }
        try await mongo.asking(.write, about: Self.collection) { [lanes] session throws(MongoFault) in
            try lanes.alone(on: Place(clip.key)) { () throws(MongoFault) in try Self.record(clip, session) }
        }
    }

    public func removeAll(episode: ObjectID) async throws(CatalogFault) {
        try await mongo.asking(.write, about: Self.collection) { session throws(MongoFault) in
            try session.deleteAll(Self.collection, where: ["episode_id": .string(episode.description)])
        }
    }

    /// Which document a clip belongs to.
    private struct Place: Hashable {
        let episode: ObjectID
        let window: ClipWindow

        init(_ key: ObjectKey) {
            episode = key.episode
            window = key.window
        }
    }

    static let collection = "audio_clips"
    private static let latestUnixSeconds: Int64 = 253_402_300_799
    private static let mostAttempts = 32

    /// Reads, merges, and writes back if nobody else wrote meanwhile. That needs nothing of the server but a unique `_id`
    /// and updates with a condition, which every server that speaks the protocol has. (FerretDB 1.24 checks the condition
    /// and writes in two steps: there, only the calls of one process are kept apart, by the lanes.)
    private static func record(_ clip: RegisteredClip, _ session: borrowing MongoSession) throws(MongoFault) {
        let id = BSONValue.string("\(clip.key.episode)/\(clip.key.window.startMs)-\(clip.key.window.endMs)")
        var place: BSONDocument = ["_id": id]
        for _ in 0..<mostAttempts {
            guard let stored = try session.findOne(collection, where: place, from: .primary) else {
                do throws(MongoFault) {
                    let first = RegisterEntry(clip).fields.fields
                    try session.insert(
                        BSONDocument([.init(name: "_id", value: id), revision(1)] + first), into: collection)
                    return
                } catch {
                    guard error.isDuplicateKey else { throw error }
                    // Another register was faster, or the old system has a document of its own for this window.
                    place = window(of: clip)
                    continue
                }
            }
            let before = RegisterEntry(stored, episode: clip.key.episode, window: clip.key.window)
            var after = before
            after.take(clip)
            if after == before { return }
            // Any number may stand there: that it changes is enough, so at the largest it wraps around.
            let count = stored["revision"]?.integer
            var unchanged = place
            unchanged.fields.append(
                .init(name: "revision", value: count.map(BSONValue.int64) ?? .document(["$exists": .bool(false)])))
            let fields = BSONDocument([revision((count ?? 0) &+ 1)] + after.fields.fields)
            if try session.update(collection, where: unchanged, by: ["$set": .document(fields)]) > 0 { return }
        }
        throw .unavailable("the register's document for \(clip.key.window) changes faster than it can be written")
    }

    private static func revision(_ count: Int64) -> BSONDocument.Field { .init(name: "revision", value: .int64(count)) }

    private static func window(of clip: RegisteredClip) -> BSONDocument {
        [
            "episode_id": .string(clip.key.episode.description), "clip_start_ms": .int32(clip.key.window.startMs),
            "clip_end_ms": .int32(clip.key.window.endMs),
        ]
    }
}
