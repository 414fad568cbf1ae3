import Domain
import Glibc
import Synchronization
import TestStack
import Testing

@testable import Episodes

/// A server that isn't there, or never answers.
struct MongoAbsentTests {
    private static let id = EpisodeID.objectID(ObjectID(hex: "507f1f77bcf86cd799439011")!)

    @Test("without a server a look-up fails as unavailable, and after the time limit")
    func absent() async throws {
        let listener = try Listener()
        let port = listener.port
        listener.close()
        let fault = try await fault(uri: "mongodb://127.0.0.1:\(port)/", timeLimit: .milliseconds(300))
        guard case .unavailable = fault else {
            Issue.record("\(fault)")
            return
        }
    }

    @Test("a server that accepts and never answers does not hold a look-up beyond the time limit")
    func silent() async throws {
        let listener = try Listener()
        defer { listener.close() }
        let clock = ContinuousClock()
        let start = clock.now
        let fault = try await fault(
            uri: "mongodb://127.0.0.1:\(listener.port)/?connectTimeoutMS=200", timeLimit: .milliseconds(500))
        #expect(fault.fate == .transient)
        #expect(start.duration(to: clock.now) < .seconds(10))
    }

    @Test("what the address says of time-outs stands")
    func ownTimeouts() async throws {
        let listener = try Listener()
        let port = listener.port
        listener.close()
        let clock = ContinuousClock()
        let start = clock.now
        _ = try await fault(
            uri: "mongodb://127.0.0.1:\(port)/?serverSelectionTimeoutMS=50", timeLimit: .seconds(60))
        #expect(start.duration(to: clock.now) < .seconds(30))
    }

    @Test("more calls than may wait are refused at once, and none is made after closing")
    func bounded() async throws {
        let listener = try Listener()
        defer { listener.close() }
        let mongo = MongoDatabase(
            try MongoAddress(uri: "mongodb://127.0.0.1:\(listener.port)/", database: "x"), connections: 1, waiting: 1,
            timeLimit: .milliseconds(200)
        ) { _ in }
        let catalog = MongoEpisodeCatalog(mongo)
        let faults = await withTaskGroup(of: CatalogFault?.self) { group in
            for _ in 0..<5 { group.addTask { await Self.fault(of: catalog) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(faults.contains(.tooManyWaiting))
        #expect(faults.contains { $0 != .tooManyWaiting && $0 != nil })
        await mongo.close()
        #expect(await Self.fault(of: catalog) == .closed)
    }

    @Test("of many calls that wait while no server answers, none waits for all the others")
    func queued() async throws {
        let listener = try Listener()
        let port = listener.port
        listener.close()
        let mongo = MongoDatabase(
            try MongoAddress(uri: "mongodb://127.0.0.1:\(port)/", database: "x"), connections: 1,
            timeLimit: .milliseconds(300)
        ) { _ in }
        let catalog = MongoEpisodeCatalog(mongo)
        let faults = await withTaskGroup(of: CatalogFault?.self) { group in
            for _ in 0..<100 { group.addTask { await Self.fault(of: catalog) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(faults.contains(.timedOut("no connection became free within 0.3 seconds")))
        #expect(faults.count { if case .unavailable = $0 { true } else { false } } < 50)
        #expect(faults.allSatisfy { $0?.fate == .transient })
        await mongo.close()
    }

    @Test("writes that all hang hold up no look-up, and the other way round")
    func ownThreads() async throws {
        let mongo = MongoDatabase(
            try MongoAddress(uri: "mongodb://127.0.0.1:1/", database: "x"), connections: 1, writers: 1
        ) { _ in }
        for (stuck, free) in [(MongoDatabase.Work.write, MongoDatabase.Work.read), (.read, .write)] {
            let (began, hang) = (Gate(), Gate())
            async let hanging: Void = mongo.run(stuck) { _ in
                began.open()
                hang.block()
            }
            await began.wait()
            // It returns only because the other kind has a thread of its own.
            #expect(try await mongo.run(free) { _ in 7 } == 7)
            hang.open()
            try await hanging
        }
        await mongo.close()
    }

    private func fault(uri: String, timeLimit: Duration) async throws -> CatalogFault {
        let mongo = MongoDatabase(try MongoAddress(uri: uri, database: "x"), timeLimit: timeLimit) { _ in }
        let fault = await Self.fault(of: MongoEpisodeCatalog(mongo))
        await mongo.close()
        return try #require(fault)
    }

    private static func fault(of catalog: MongoEpisodeCatalog) async -> CatalogFault? {
        do throws(CatalogFault) {
            _ = try await catalog.episode(id)
            return nil
        } catch {
            return error
        }
    }
}

/// A port on which connections are accepted by the kernel, and nobody reads.
private struct Listener {
    struct NoSocket: Error {}

    let port: UInt16
    private let socket: Int32

    init() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(socket, pointer, length) == 0 && listen(socket, 16) == 0
                    && getsockname(socket, pointer, &length) == 0
            }
        }
        guard bound else { throw NoSocket() }
        self.socket = socket
        port = UInt16(bigEndian: address.sin_port)
    }

    func close() { Glibc.close(socket) }
}
