extension MongoClipRegister {
    /// Makes the collection, its validator and its unique index where they are missing, and changes nothing that is there.
    ///
    /// A server may refuse any of them, for want of rights or because it doesn't know them: the register works without.
    ///
    /// - Returns: what the server refused, a sentence each, for the log.
    /// - Throws: `.unavailable`, `.timedOut`, or `.refused` for the credentials.
    public func prepare() async throws(CatalogFault) -> [String] {
        try await mongo.asking(.write) { session throws(MongoFault) in
            try Self.collectionMade(session) + Self.indexMade(session)
        }
    }

    private static func collectionMade(_ session: borrowing MongoSession) throws(MongoFault) -> [String] {
        var known: BSONDocument?
        if let why = try refusal({ () throws(MongoFault) in
            let list = try session.command([
                "listCollections": .int32(1), "filter": .document(["name": .string(collection)]),
            ])
            if case .array(let found) = list.document("cursor")?["firstBatch"], case .document(let one) = found.first {
                known = one
            }
        }) {
            return ["The server does not say whether \(collection) exists: \(why)"]
        }
        if let known {
            guard known.document("options")?.document("validator") == nil else { return [] }
            // Moderate: a document that broke the rule before there was one can still be updated.
            return try refusal { () throws(MongoFault) in
                try session.command([
                    "collMod": .string(collection), "validator": .document(validator),
                    "validationLevel": .string("moderate"),
                ])
            }.map { ["\(collection) has no validator, and the server refused one: \($0)"] } ?? []
        }
        guard
            let why = try refusal({ () throws(MongoFault) in
                try session.command(["create": .string(collection), "validator": .document(validator)])
            })
        else { return [] }
        let without = try refusal { () throws(MongoFault) in try session.command(["create": .string(collection)]) }
        return ["\(collection) has no validator, the server refused it: \(why)"]
            + (without.map { ["\(collection) could not be made: \($0)"] } ?? [])
    }

    private static func indexMade(_ session: borrowing MongoSession) throws(MongoFault) -> [String] {
        try refusal { () throws(MongoFault) in
            try session.command([
                "createIndexes": .string(collection),
                "indexes": .array([
                    .document([
                        "key": .document([
                            "episode_id": .int32(1), "clip_start_ms": .int32(1), "clip_end_ms": .int32(1),
                        ]),
                        "name": .string("clip_lookup_idx"), "unique": .bool(true),
                    ])
                ]),
            ])
        }.map { ["\(collection) has no unique index clip_lookup_idx: \($0)"] } ?? []
    }

    /// What the old system's readers rely on.
    private static let validator: BSONDocument = [
        "$jsonSchema": .document([
            "bsonType": .string("object"),
            "required": .array(["episode_id", "clip_start_ms", "clip_end_ms", "s3_key"].map(BSONValue.string)),
            "properties": .document([
                "episode_id": .document(["bsonType": .string("string")]),
                "clip_start_ms": .document(["bsonType": .string("int")]),
                "clip_end_ms": .document(["bsonType": .string("int")]),
                "s3_key": .document(["bsonType": .string("string")]),
                "generated_at": .document(["bsonType": .string("date")]),
                "file_size_bytes": .document(["bsonType": .array([.string("int"), .string("long")])]),
            ]),
        ])
    ]

    /// The server's words if it refused; nil if it did what was asked, or another process just had.
    private static func refusal(_ call: () throws(MongoFault) -> Void) throws(MongoFault) -> String? {
        do throws(MongoFault) {
            try call()
            return nil
        } catch {
            switch error {
            case .server(MongoFault.ServerCode.namespaceExists, _): return nil
            case .server(let code, let message): return "\(message) (code \(code))"
            case .misunderstood(let message): return message
            case .unavailable, .timedOut, .notAuthenticated, .tooManyWaiting, .closed: throw error
            }
        }
    }
}
