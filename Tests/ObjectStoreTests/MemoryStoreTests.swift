import Fakes
import Glibc
import Testing
import Text

@Suite("the object store of unit tests")
struct MemoryStoreTests {
    @Test("keeps every promise of the port", arguments: ObjectStorePromise.allCases)
    func promises(promise: ObjectStorePromise) async throws {
        try await promise.check(on: MemoryStore(now: WallTime.now().seconds))
    }
}
