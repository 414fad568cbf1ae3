import Fakes
import ObjectStore
import TestStack
import Testing
import Text
import Threads

@testable import CutterService

@Suite("the stores that the cutter and its tests read from", .timeLimit(.minutes(1)))
struct StorePromiseTests {
    private let bytes = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 * 7) }

    @Test("a local file keeps what stores promise to readers", arguments: ReadOnlyStorePromise.allCases)
    func file(promise: ReadOnlyStorePromise) async throws {
        let file = try TemporaryFile(holding: bytes, suffix: ".mp3")
        let threads = BlockingPool(named: "test", threads: 2, queueLimit: 100)
        let store = AudioFileStore(path: file.path, threads: threads)
        try await promise.check(on: store, key: file.path, holding: bytes)
        await threads.close()
    }

    @Test("a local file that is not there is no object, and is not listed")
    func missing() async throws {
        let threads = BlockingPool(named: "test", threads: 1, queueLimit: 100)
        let path = "/nowhere/at/all.mp3"
        let store = AudioFileStore(path: path, threads: threads)
        #expect(try await store.head(path) == nil)
        #expect(try await store.list(prefix: path, limit: 10) == [])
        await #expect(throws: ObjectStoreFault.missingObject) {
            try await store.get(path, range: nil, ifMatch: nil, limitBytes: 10)
        }
        await threads.close()
    }

    @Test("so does a store whose reads follow a script, while it has none", arguments: ReadOnlyStorePromise.allCases)
    func scripted(promise: ReadOnlyStorePromise) async throws {
        try await promise.check(on: ScriptedStore(bytes), key: ScriptedStore.key, holding: bytes)
    }

    @Test("so does a long file that is never in memory", arguments: ReadOnlyStorePromise.allCases)
    func long(promise: ReadOnlyStorePromise) async throws {
        let store = LongFileStore(head: Array(bytes[..<10]), minute: Array(bytes[10..<500]), times: 3)
        let whole = bytes[..<10] + bytes[10..<500] + bytes[10..<500] + bytes[10..<500]
        try await promise.check(on: store, key: "three-hours", holding: Array(whole))
    }

    @Test("a store that is watched keeps every promise of the one behind it", arguments: ObjectStorePromise.allCases)
    func watched(promise: ObjectStorePromise) async throws {
        try await promise.check(on: WatchedStore(MemoryStore(now: WallTime.now().seconds)))
    }
}
