import ObjectStore
import Synchronization

/// Another store, whose reads are counted, and before each of which something may happen.
final class WatchedStore: ForwardingStore {
    struct Counts: Equatable {
        var requests = 0
        /// Asked for and got, whether anybody wanted them or not.
        var bytes = 0
    }

    let store: any ObjectStore
    private let counts = Mutex(Counts())
    private let before = Mutex<(number: Int, body: (@Sendable (Int) -> Void)?)>((0, nil))

    init(_ store: any ObjectStore) { self.store = store }

    /// Reads since the last call of this.
    func take() -> Counts {
        counts.withLock { counts in
            defer { counts = Counts() }
            return counts
        }
    }

    /// Before each further read, LIST and HEAD; they are counted from 1.
    func beforeEach(_ body: (@Sendable (Int) -> Void)?) { before.withLock { $0 = (0, body) } }

    private func enter() {
        let (number, body) = before.withLock { before in
            before.number += 1
            return before
        }
        body?(number)
    }

    func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        enter()
        let got = try await store.get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
        counts.withLock { counts in
            counts.requests += 1
            counts.bytes += got.bytes.count
        }
        return got
    }

    func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        enter()
        let stream = try await store.read(key, range: range, ifMatch: ifMatch, bufferBytes: bufferBytes)
        counts.withLock { counts in
            counts.requests += 1
            counts.bytes += stream.range.count
        }
        return stream
    }

    func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        enter()
        return try await store.list(prefix: prefix, limit: limit)
    }

    func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? {
        enter()
        return try await store.head(key)
    }
}
