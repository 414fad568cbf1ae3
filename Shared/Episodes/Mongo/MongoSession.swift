import CMongoc
import Domain
import Glibc

/// One connection during one call, on a thread that may block.
struct MongoSession: ~Copyable {
    let client: OpaquePointer
    let database: String
    let timeLimit: Duration

    enum ReadFrom {
        /// Where the address's read preference says.
        case asConfigured
        /// What was written last, for reading before writing.
        case primary
    }

    /// The first document that matches.
    ///
    /// - Parameter fields: the fields wanted beside `_id`; none: all.
    func findOne(
        _ collection: String, where filter: BSONDocument, fields: [String] = [], sort: BSONDocument? = nil,
        from: ReadFrom = .asConfigured
    ) throws(MongoFault) -> BSONDocument? {
        var options = options(fields, sort, limit: 1)
        options.fields.append(.init(name: "singleBatch", value: .bool(true)))
        return try ask(filter, options) { filter, options, answer in
            cmongoc_find_one(client, database, collection, filter, options, from == .primary, answer)
        }
    }

    /// The first documents that match, in the order of `sort`.
    ///
    /// - Parameters:
    ///   - limit: so many at most.
    ///   - limitBytes: and so many bytes together.
    /// - Returns: nil if they are more bytes than that.
    func findAll(
        _ collection: String, where filter: BSONDocument, fields: [String], sort: BSONDocument, limit: Int,
        limitBytes: Int
    ) throws(MongoFault) -> [BSONDocument]? {
        var reply: [UInt8] = []
        var isCut = false
        try call(filter, options(fields, sort, limit: limit)) { filter, options, answer in
            cmongoc_find_many(client, database, collection, filter, options, limitBytes, answer)
        } reading: { answer in
            isCut = answer.more
            if let bytes = answer.reply { reply = Array(UnsafeBufferPointer(start: bytes, count: answer.count)) }
        }
        if isCut { return nil }
        do throws(BSONReader.Fault) { return try BSONReader.documents(reply) } catch {
            throw .misunderstood("the server sent documents that are no BSON: \(error)")
        }
    }

    private func options(_ fields: [String], _ sort: BSONDocument?, limit: Int) -> BSONDocument {
        var options: BSONDocument = [
            "limit": .int64(Int64(limit)), "maxTimeMS": .int64(timeLimit.wholeMilliseconds),
        ]
        if !fields.isEmpty {
            let projection = BSONDocument(fields.map { .init(name: $0, value: .int32(1)) })
            options.fields.append(.init(name: "projection", value: .document(projection)))
        }
        if let sort { options.fields.append(.init(name: "sort", value: .document(sort))) }
        return options
    }

    func insert(_ document: BSONDocument, into collection: String) throws(MongoFault) {
        _ = try ask(document, [:]) { document, _, answer in
            cmongoc_insert_one(client, database, collection, document, answer)
        }
    }

    /// - Returns: how many documents matched, 0 or 1.
    func update(
        _ collection: String, where filter: BSONDocument, by update: BSONDocument
    ) throws(MongoFault) -> Int64 {
        let reply = try ask(filter, update) { filter, update, answer in
            cmongoc_update_one(client, database, collection, filter, update, answer)
        }
        return reply?["matchedCount"]?.integer ?? 0
    }

    func deleteAll(_ collection: String, where filter: BSONDocument) throws(MongoFault) {
        _ = try ask(filter, [:]) { filter, _, answer in
            cmongoc_delete_many(client, database, collection, filter, answer)
        }
    }

    /// A command to the primary, and what it answered.
    @discardableResult
    func command(_ command: BSONDocument) throws(MongoFault) -> BSONDocument {
        try ask(command, [:]) { command, _, answer in cmongoc_command(client, database, command, answer) } ?? [:]
    }

    /// Makes a call with two documents as bytes, and reads what came back.
    private func ask(
        _ first: BSONDocument, _ second: BSONDocument,
        _ call: (cmongoc_document, cmongoc_document, UnsafeMutablePointer<cmongoc_answer>) -> Void
    ) throws(MongoFault) -> BSONDocument? {
        var reply: [UInt8]?
        try self.call(first, second, call) { answer in
            reply = answer.reply.map { Array(UnsafeBufferPointer(start: $0, count: answer.count)) }
        }
        guard let reply else { return nil }
        do throws(BSONReader.Fault) { return try BSONReader.document(reply) } catch {
            throw .misunderstood("the server sent a document that is no BSON: \(error)")
        }
    }

    /// - Parameter reading: takes what it needs of an answer that is no fault; the answer ends with the call.
    private func call(
        _ first: BSONDocument, _ second: BSONDocument,
        _ call: (cmongoc_document, cmongoc_document, UnsafeMutablePointer<cmongoc_answer>) -> Void,
        reading: (cmongoc_answer) -> Void
    ) throws(MongoFault) {
        var answer = cmongoc_answer()
        first.encoded.withUnsafeBufferPointer { first in
            second.encoded.withUnsafeBufferPointer { second in
                call(
                    cmongoc_document(bytes: first.baseAddress, count: first.count),
                    cmongoc_document(bytes: second.baseAddress, count: second.count), &answer)
            }
        }
        defer { free(answer.reply) }
        guard answer.ok else {
            throw MongoFault(
                domain: mongoc_error_domain_t(rawValue: answer.error.domain), code: answer.error.code,
                message: String(cString: cmongoc_message(&answer.error)))
        }
        reading(answer)
    }
}
