import Domain

/// Plays in MongoDB's `clip_plays`: a document for each clip and day, which holds the counts and what they were counted from.
///
/// Each change is of one document, which needs no transaction: it is read, merged, and written back if nobody else wrote
/// meanwhile (`revision`), as in ``MongoClipRegister``.
public struct MongoPlayStore: PlayStore {
    private let mongo: MongoDatabase
    private let limits: PlayLimits
    private let lanes = Lanes(count: 64)

    public init(_ mongo: MongoDatabase, _ limits: PlayLimits = PlayLimits()) {
        self.mongo = mongo
        self.limits = limits
    }

    private static let collection = ClipDayDocument.collection
    private static let mostAttempts = 32
    private static let pageCount = 2_000
    private static let pageBytes = 8 << 20

    /// Makes the index by which the server forgets days, where it is missing.
    ///
    /// - Returns: what the server refused, for the log; nil if it is there.
    public func prepare() async throws(CatalogFault) -> String? {
        try await mongo.asking(.write, about: Self.collection) { [limits] session throws(MongoFault) in
            do throws(MongoFault) {
                try session.command([
                    "createIndexes": .string(Self.collection),
                    "indexes": .array([
                        .document([
                            "key": .document(["day": .int32(1)]), "name": .string("day_expiry"),
                            "expireAfterSeconds": .int32(Int32(clamping: limits.keptDays * 86_400)),
                        ])
                    ]),
                ])
                return nil
            } catch {
                guard case .server(_, let message) = error else { throw error }
                return
                    "days of \(Self.collection) are kept for ever, the server refused the index day_expiry: \(message)"
            }
        }
    }

    public func add(
        _ items: [CountedPlay], to key: ClipDay.Key, of place: ClipDay.Place
    ) async throws(CatalogFault) -> [ClipDay.Taken] {
        try await mongo.asking(.write, about: Self.collection) { [lanes, limits] session throws(MongoFault) in
            try lanes.alone(on: key) { () throws(MongoFault) in
                try Self.add(items, to: ClipDay(key, place), limits, session)
            }
        }
    }

    private static func add(
        _ items: [CountedPlay], to first: ClipDay, _ limits: PlayLimits, _ session: borrowing MongoSession
    ) throws(MongoFault) -> [ClipDay.Taken] {
        let id = BSONValue.string(ClipDayDocument.id(first.key))
        for _ in 0..<mostAttempts {
            let stored = try session.findOne(collection, where: ["_id": id], from: .primary)
            var day = stored.flatMap(ClipDayDocument.day) ?? first
            let taken = items.map { day.take($0, limit: limits.perClipAndDay) }
            guard taken.contains(.counted) else { return taken }
            let count = stored?["revision"]?.integer
            let fields = [revision((count ?? 0) &+ 1)] + ClipDayDocument.fields(day).fields
            guard stored != nil else {
                do throws(MongoFault) {
                    try session.insert(BSONDocument([.init(name: "_id", value: id)] + fields), into: collection)
                    return taken
                } catch {
                    guard error.isDuplicateKey else { throw error }
                    continue
                }
            }
            let unchanged: BSONDocument = [
                "_id": id, "revision": count.map(BSONValue.int64) ?? .document(["$exists": .bool(false)]),
            ]
            let update: BSONDocument = ["$set": .document(BSONDocument(fields))]
            if try session.update(collection, where: unchanged, by: update) > 0 { return taken }
        }
        throw .unavailable("the document of a clip's day changes faster than it can be written")
    }

    private static func revision(_ count: Int64) -> BSONDocument.Field { .init(name: "revision", value: .int64(count)) }

    public func page(of days: ClosedRange<Int32>, after: String?) async throws(CatalogFault) -> PlayPage {
        let end = ClipDayDocument.text(ofDay: days.upperBound) + "0"  // behind "/"
        let start = after ?? ClipDayDocument.text(ofDay: days.lowerBound)
        return try await mongo.asking(.read, about: Self.collection) { session throws(MongoFault) in
            let within: BSONDocument = ["$gt": .string(start), "$lt": .string(end)]
            guard
                let found = try session.findAll(
                    Self.collection, where: ["_id": .document(within)], fields: ClipDayDocument.fieldsWithoutSeen,
                    sort: ["_id": .int32(1)], limit: Self.pageCount, limitBytes: Self.pageBytes)
            else { throw .misunderstood("\(Self.pageCount) days of clips are more than \(Self.pageBytes) bytes") }
            let next = found.count == Self.pageCount ? found.last?.string("_id") : nil
            return PlayPage(days: found.compactMap(ClipDayDocument.day), next: next)
        }
    }
}
