import Bounded
import Fakes
import Synchronization
import Testing
import Text

@testable import ObjectStore

@Suite("a store behind a circuit")
struct GuardedStoreTests {
    /// Fails, or answers, as told; counts what reaches it.
    private final class Moody: ObjectStore {
        private let state = Mutex<(fault: ObjectStoreFault?, calls: Int)>((nil, 0))
        var calls: Int { state.withLock { $0.calls } }
        func fail(with fault: ObjectStoreFault?) { state.withLock { $0.fault = fault } }

        private func call() throws(ObjectStoreFault) {
            let fault = state.withLock { state in
                state.calls += 1
                return state.fault
            }
            if let fault { throw fault }
        }

        func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
            try call()
            return []
        }
        func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? {
            try call()
            return nil
        }
        func get(
            _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
        ) async throws(ObjectStoreFault) -> ObjectBytes {
            try call()
            throw .missingObject
        }
        /// The head comes, the body breaks off.
        func read(
            _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
        ) async throws(ObjectStoreFault) -> ObjectStream {
            state.withLock { $0.calls += 1 }
            let fault = state.withLock { $0.fault }
            let info = ObjectInfo(key: key, sizeBytes: 9, etag: ETag("\"a\"")!, lastModifiedUnixSeconds: 0)
            return ObjectStream(
                info: info, range: 0..<9,
                body: ObjectBody { () async throws(ObjectStoreFault) in
                    if let fault { throw fault }
                    return nil
                })
        }
        func put(
            _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
        ) async throws(ObjectStoreFault) -> PutOutcome {
            try call()
            return .alreadyThere
        }
        func delete(_ key: String) async throws(ObjectStoreFault) { try call() }
    }

    @Test("keeps every promise of the store behind it", arguments: ObjectStorePromise.allCases)
    func promises(promise: ObjectStorePromise) async throws {
        try await promise.check(on: GuardedStore(MemoryStore(now: WallTime.now().seconds), circuit: Circuit(.init())))
    }

    private static let outages: [ObjectStoreFault] = [
        .slowDown(retryAfter: nil), .unavailable(status: 503), .timedOut(.connect), .timedOut(.answer),
        .timedOut(.body),
        .unreachable(reason: "reset"), .truncated(gotBytes: 1, expectedBytes: 2), .malformedAnswer(what: "HTML"),
    ]
    private static let answers: [ObjectStoreFault] = [
        .missingBucket, .missingObject, .denied(code: "AccessDenied"), .sourceChanged, .refused(status: 400, code: "x"),
        .rangeNotSatisfiable(sizeBytes: 1), .busy, .cancelled, .timedOut(.queue), .noCredentials(reason: "x"),
        .invalidKey(reason: "x"),
    ]

    private func guarded(_ store: Moody) -> GuardedStore {
        GuardedStore(
            store,
            circuit: Circuit(
                .init(failuresInARow: 3, pause: Backoff(base: .seconds(3600), cap: .seconds(3600)))))
    }

    @Test("a store that is down is asked three times and then left alone", arguments: outages)
    func outage(fault: ObjectStoreFault) async {
        let moody = Moody()
        moody.fail(with: fault)
        let store = guarded(moody)
        for _ in 0..<3 { await #expect(throws: fault) { try await store.head("k") } }
        for _ in 0..<1000 {
            do throws(ObjectStoreFault) {
                try await store.delete("k")
                Issue.record("not refused")
            } catch {
                #expect(error.retryAfter != nil && error.isTransient, "\(error)")
            }
        }
        #expect(moody.calls == 3)
    }

    @Test("a refusal is an answer, and what never reached the store says nothing", arguments: answers)
    func answer(fault: ObjectStoreFault) async {
        let moody = Moody()
        moody.fail(with: fault)
        let store = guarded(moody)
        for _ in 0..<20 { await #expect(throws: fault) { _ = try await store.list(prefix: "", limit: 1) } }
        #expect(moody.calls == 20)
    }

    @Test("bodies that break off count, and readers that stop early don't")
    func bodies() async throws {
        let moody = Moody()
        moody.fail(with: .truncated(gotBytes: 0, expectedBytes: 9))
        let store = guarded(moody)
        for _ in 0..<10 { _ = try await store.read("k", range: nil, ifMatch: nil, bufferBytes: 1) }
        for _ in 0..<3 {
            let stream = try await store.read("k", range: nil, ifMatch: nil, bufferBytes: 1)
            await #expect(throws: ObjectStoreFault.truncated(gotBytes: 0, expectedBytes: 9)) {
                for try await _ in stream.body {}
            }
        }
        await #expect(throws: ObjectStoreFault.self) {
            _ = try await store.read("k", range: nil, ifMatch: nil, bufferBytes: 1)
        }
        #expect(moody.calls == 13)
    }
}
