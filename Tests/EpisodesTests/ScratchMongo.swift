import TestStack

@testable import Episodes

/// A database of a test's own on the real server, dropped when the test ends.
struct ScratchMongo: Sendable {
    let database: MongoDatabase
    /// The same server through MongoDB's own driver, for what must not be believed of ours.
    let server: MongoServer

    static func use<Value>(_ body: (ScratchMongo) async throws -> Value) async throws -> Value {
        let server = try TestStack.mongoDB
        let address = try MongoAddress(uri: server.uri, database: TestStack.uniqueName("cutroom-test"))
        let scratch = ScratchMongo(database: MongoDatabase(address, connections: 4) { _ in }, server: server)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(scratch))
        } catch {
            result = .failure(error)
        }
        _ = try await scratch.database.run { session throws(MongoFault) in
            try session.command(["dropDatabase": .int32(1)])
        }
        await scratch.database.close()
        return try result.get()
    }

    func insert(_ document: BSONDocument, into collection: String) async throws {
        try await database.run { session throws(MongoFault) in try session.insert(document, into: collection) }
    }

    /// The first document that matches, `_id` and all.
    func find(_ collection: String, where filter: BSONDocument = [:]) async throws -> BSONDocument? {
        try await database.run { session throws(MongoFault) in try session.findOne(collection, where: filter) }
    }

    func count(_ collection: String) async throws -> Int64? {
        try await database.run { session throws(MongoFault) in
            try session.command(["count": .string(collection)])["n"]?.integer
        }
    }
}
