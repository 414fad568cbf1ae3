import CMongoc
import Threads

/// A bounded pool of connections to one database.
///
/// Close it with `close()`, or its threads live as long as the process. Nothing is sent before the first call, so a server
/// that is not there yet is a fault of that call, and not of the start.
public final class MongoDatabase: Sendable {
    let name: String
    /// How long the server may work on one read.
    let timeLimit: Duration
    private let threads: BlockingPool
    private let clients: MongoClients

    /// - Parameters:
    ///   - connections: calls at once, each on a thread of its own; 1 or more.
    ///   - waiting: calls that may wait for a connection; beyond it they fail with `.tooManyWaiting`.
    ///   - timeLimit: for the wait for a connection, for the server's work on one read, and for finding a server where the
    ///     address says no `serverSelectionTimeoutMS`; the socket's limit is twice that where it says no `socketTimeoutMS`.
    ///   - log: what libmongoc itself has to say. It has one log in a process, so the database made last gets it all.
    public init(
        _ address: MongoAddress, connections: Int = 8, waiting: Int = 1_000, timeLimit: Duration = .seconds(5),
        log: @escaping @Sendable (MongoLogLine) -> Void
    ) {
        MongoLibrary.log(to: log)
        name = address.database
        self.timeLimit = timeLimit
        clients = MongoClients(address, atMost: max(1, connections), timeLimit: timeLimit)
        threads = BlockingPool(named: "mongo", threads: max(1, connections), queueLimit: waiting)
    }

    /// Runs `body` with a connection, on a thread that may block. Nothing of the session may outlive the call.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing MongoSession) throws(MongoFault) -> Value
    ) async throws(MongoFault) -> Value {
        let result: Result<Value, MongoFault>
        let asked = ContinuousClock.now
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
            case .full: throw .tooManyWaiting
            case .closed: throw .closed
            }
        }
        return try result.get()
    }

    /// Finishes the calls under way, refuses new ones, and ends every connection.
    public func close() async {
        await threads.close()
        // libmongoc waits for its own monitoring threads.
        await OwnThread(named: "mongo-close") { [clients] in clients.close() }.ended()
    }
}
