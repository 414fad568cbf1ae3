import Glibc
import Synchronization

@testable import Episodes

/// A database of a test's own on the real server, dropped when the test ends.
struct ScratchMongo: Sendable {
    struct NoServer: Error, CustomStringConvertible {
        let description =
            "CUTROOM_TEST_MONGODB is not set: `scripts/stack up` starts a server, and this test is nothing without one"
    }

    let database: MongoDatabase
    let uri: String

    static func use<Value>(_ body: (ScratchMongo) async throws -> Value) async throws -> Value {
        guard let uri = getenv("CUTROOM_TEST_MONGODB").map({ String(cString: $0) }), !uri.isEmpty else {
            throw NoServer()
        }
        let name = "cutroom_test_\(getpid())_\(UInt32.random(in: 0 ... .max))"
        let scratch = ScratchMongo(
            database: MongoDatabase(try MongoAddress(uri: uri, database: name), connections: 4) { _ in }, uri: uri)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(scratch))
        } catch {
            result = .failure(error)
        }
        try await scratch.database.run { session throws(MongoFault) in
            _ = try session.command(["dropDatabase": .int32(1)])
        }
        await scratch.database.close()
        return try result.get()
    }

    func insert(_ document: BSONDocument, into collection: String) async throws {
        try await database.run { session throws(MongoFault) in try session.insert(document, into: collection) }
    }

    /// The only document that matches, `_id` and all.
    func find(_ collection: String, where filter: BSONDocument = [:]) async throws -> BSONDocument? {
        try await database.run { session throws(MongoFault) in try session.findOne(collection, where: filter) }
    }

    func count(_ collection: String) async throws -> Int64? {
        try await database.run { session throws(MongoFault) in
            try session.command(["count": .string(collection)])["n"]?.integer
        }
    }
}
