extension MongoClipRegister {
    /// Whether the register takes writes just now, found out without leaving anything in it.
    ///
    /// An update that matches nothing, and a document that is there already inserted once more: a server refuses both as it
    /// would refuse real ones (rights, a secondary, no room, a rule of the collection), and only then sees that there is
    /// nothing to do. While the collection is empty, the right to insert is not seen.
    public func check() async throws(CatalogFault) {
        try await mongo.asking(.write, about: Self.collection) { session throws(MongoFault) in
            _ = try session.update(
                Self.collection, where: ["_id": .string("nothing")], by: ["$set": .document(["revision": .int64(0)])])
            let present = try session.findOne(Self.collection, where: [:], fields: ["_id"], from: .primary)
            guard let id = present?["_id"] else { return }
            do throws(MongoFault) {
                try session.insert(["_id": id], into: Self.collection)
            } catch {
                guard error.isDuplicateKey || error.isRefusedDocument else { throw error }
                return
            }
            // It was removed between the two calls.
            try session.deleteAll(
                Self.collection, where: ["_id": id, "episode_id": .document(["$exists": .bool(false)])])
        }
    }
}
