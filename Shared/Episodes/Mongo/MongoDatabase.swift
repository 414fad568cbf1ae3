import CMongoc
import Domain
import Threads
import Traces

/// A bounded pool of connections to one database.
///
/// Close it with `close()`, or its threads live as long as the process. Nothing is sent before the first call, so a server
/// that is not there yet is a fault of that call, and not of the start.
public final class MongoDatabase: Sendable {
    /// Who waits for a call. Each kind has threads and connections of its own, so that writes that pile up behind a slow
    /// primary don't hold up reads.
    enum Work: Sendable {
        case read, write
    }

    let name: String
    /// How long the server may work on one read.
    let timeLimit: Duration
    private let readers: BlockingPool
    private let writers: BlockingPool
    private let clients: MongoClients

    /// - Parameters:
    ///   - connections: reads at once, each on a thread of its own; 1 or more.
    ///   - writers: writes at once, on further threads and connections; 1 or more.
    ///   - waiting: reads that may wait for a connection, and as many writes; beyond it they fail with `.tooManyWaiting`.
    ///   - timeLimit: for the wait for a connection, for the server's work on one read, and for finding a server where the
    ///     address says no `serverSelectionTimeoutMS`; the socket's limit is twice that where it says no `socketTimeoutMS`.
    ///   - log: what libmongoc itself has to say. It has one log in a process, so the database made last gets it all.
    public init(
        _ address: MongoAddress, connections: Int = 8, writers: Int = 2, waiting: Int = 1_000,
        timeLimit: Duration = .seconds(5), log: @escaping @Sendable (MongoLogLine) -> Void
    ) {
        MongoLibrary.log(to: log)
        name = address.database
        self.timeLimit = timeLimit
        let (readThreads, writeThreads) = (max(1, connections), max(1, writers))
        clients = MongoClients(address, atMost: readThreads + writeThreads, timeLimit: timeLimit)
        readers = BlockingPool(named: "mongo", threads: readThreads, queueLimit: waiting)
        self.writers = BlockingPool(named: "mongo-write", threads: writeThreads, queueLimit: waiting)
    }

    /// Runs `body` with a connection, on a thread that may block. Nothing of the session may outlive the call.
    func run<Value: Sendable>(
        _ work: Work = .read, _ body: @escaping @Sendable (borrowing MongoSession) throws(MongoFault) -> Value
    ) async throws(MongoFault) -> Value {
        let result: Result<Value, MongoFault>
        let asked = ContinuousClock.now
        let threads = work == .read ? readers : writers
        do throws(BlockingPool.Refusal) {
            result = try await threads.run { [clients, name, timeLimit] in
                do throws(MongoFault) {
                    // While no server answers, each call holds its thread for the whole limit: without this the last of a
                    // long queue would find out minutes after the first.
                    guard asked.duration(to: .now) <= timeLimit else {
                        throw .timedOut("no connection became free within \(timeLimit)")
                    }
                    let client = try clients.take()
                    defer { clients.giveBack(client) }
                    return .success(try body(MongoSession(client: client, database: name, timeLimit: timeLimit)))
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            switch error {
            case .full, .noThread: throw .tooManyWaiting
            case .closed: throw .closed
            }
        }
        return try result.get()
    }

    /// `run`, with faults as callers of the catalog and the register know them.
    ///
    /// - Parameter collection: named in a refusal, where the server's words may not do so.
    func asking<Value: Sendable>(
        _ work: Work = .read, about collection: String? = nil,
        _ body: @escaping @Sendable (borrowing MongoSession) throws(MongoFault) -> Value
    ) async throws(CatalogFault) -> Value {
        do throws(MongoFault) {
            return try await Span.part(
                work == .read ? "mongodb read" : "mongodb write", .client,
                ["db.system.name": "mongodb", "db.namespace": .string(name)],
                slug: \MongoFault.catalogFault.reason.rawValue
            ) { () async throws(MongoFault) in try await run(work, body) }
        } catch {
            if case .refused(let why) = error.catalogFault, let collection { throw .refused("\(collection): \(why)") }
            throw error.catalogFault
        }
    }

    /// Finishes the calls under way, refuses new ones, and ends every connection.
    public func close() async {
        await writers.close()
        // Blocks too: libmongoc waits for its own monitoring threads.
        await readers.close { [clients] in clients.close() }
    }
}
