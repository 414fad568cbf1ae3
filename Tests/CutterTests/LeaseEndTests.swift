import ObjectStore
import Synchronization
import TestStack
import Testing

@testable import CutterService

@Suite("the end of a lease")
struct LeaseEndTests {
    /// A store whose reads go on until they are let go, whether anybody wants them or not.
    private final class Stubborn: ForwardingStore {
        let store: any ObjectStore
        let begun = Atomic(false)
        let ended = Atomic(false)
        private let gate = AsyncStream<Void>.makeStream()

        init(_ store: any ObjectStore) { self.store = store }

        func open() { gate.continuation.finish() }

        func read(
            _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
        ) async throws(ObjectStoreFault) -> ObjectStream {
            begun.store(true, ordering: .sequentiallyConsistent)
            let stream = gate.stream
            // In a task of its own, which nobody cancels.
            await Task { for await _ in stream {} }.value
            ended.store(true, ordering: .sequentiallyConsistent)
            throw .cancelled
        }
    }

    @Test("comes when nothing reads from the store any more, and not before")
    func waits() async throws {
        let source = try LoopbackSource()
        let inner = ScriptedStore([UInt8](repeating: 1, count: 1_000))
        let store = Stubborn(inner)
        let lease = source.lend("key", sizeBytes: inner.sizeBytes, etag: inner.etag, from: store)
        let asking = Task { try? await HTTPFetch.get(lease.url) }
        _ = try await eventually("the read") { store.begun.load(ordering: .sequentiallyConsistent) ? true : nil }
        let closing = Task {
            await lease.close()
            return store.ended.load(ordering: .sequentiallyConsistent)
        }
        // The URL is forgotten first; a close that did not wait would be over soon after that.
        _ = try await eventually("the closing") { source.leaseCount == 0 ? true : nil }
        for _ in 0..<1_000 { await Task.yield() }
        store.open()
        #expect(await closing.value)
        _ = await asking.value
        await source.close()
    }
}
