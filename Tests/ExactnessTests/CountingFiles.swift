import ObjectStore
import Synchronization
import Threads

@testable import CutterService

/// Local files as a store whose keys are paths, with a count of what was read of each.
final class CountingFiles: ObjectStore {
    struct Count: Sendable, Equatable {
        var requests = 0
        var bytes = 0
    }

    private let threads = BlockingPool(named: "exactness", threads: 2, queueLimit: 1_000)
    private let counts = Mutex<[String: Count]>([:])

    /// What was read of `path` since it was last asked for.
    func take(_ path: String) -> Count { counts.withLock { $0.removeValue(forKey: path) ?? Count() } }

    private func add(_ bytes: Int, to path: String) {
        counts.withLock {
            $0[path, default: Count()].requests += 1
            $0[path, default: Count()].bytes += bytes
        }
    }

    private func file(_ path: String) -> AudioFileStore { AudioFileStore(path: path, threads: threads) }

    func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        try await file(prefix).list(prefix: prefix, limit: limit)
    }

    func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? { try await file(key).head(key) }

    func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        let object = try await file(key).get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
        add(object.bytes.count, to: key)
        return object
    }

    func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let stream = try await file(key).read(key, range: range, ifMatch: ifMatch, bufferBytes: bufferBytes)
        add(stream.range.count, to: key)
        return stream
    }

    func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome {
        try await file(key).put(key, bytes, attributes: attributes, condition: condition)
    }

    func delete(_ key: String) async throws(ObjectStoreFault) { try await file(key).delete(key) }
}
