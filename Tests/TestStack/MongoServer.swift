/// A server that speaks MongoDB's protocol, reached by `deploy/seed`, a Go program with MongoDB's own driver.
public struct MongoServer: Sendable {
    /// `mongodb://…`, without a database.
    public let uri: String

    /// Inserts documents, each in MongoDB's extended JSON, such as `{"_id": {"$oid": "507f1f77bcf86cd799439011"}}`.
    public func insert(_ documents: [String], database: String, collection: String) async throws {
        try await seed("insert", database, collection, input: documents.joined(separator: "\n"))
    }

    /// The documents that match `filter`, each as one line of canonical extended JSON, in the order of their `_id`.
    public func find(_ filter: String = "{}", database: String, collection: String) async throws -> [String] {
        let output = try await seed("find", database, collection, filter)
        return output.split(separator: "\n").map(String.init)
    }

    /// Removes the whole database.
    public func drop(database: String) async throws {
        try await seed("drop", database)
    }

    @discardableResult
    private func seed(_ arguments: String..., input: String = "") async throws -> String {
        let output = try await Tool.run(
            try TestStack.value(of: .seed), arguments, environment: ["MONGODB_URI": uri], input: Array(input.utf8))
        return String(decoding: output, as: UTF8.self)
    }
}
