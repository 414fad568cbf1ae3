import ObjectStore

/// Another store; whoever is one changes only some of its ways.
protocol ForwardingStore: ObjectStore {
    var store: any ObjectStore { get }
}

extension ForwardingStore {
    func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        try await store.list(prefix: prefix, limit: limit)
    }

    func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? { try await store.head(key) }

    func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        try await store.get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
    }

    func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        try await store.read(key, range: range, ifMatch: ifMatch, bufferBytes: bufferBytes)
    }

    func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome {
        try await store.put(key, bytes, attributes: attributes, condition: condition)
    }

    func delete(_ key: String) async throws(ObjectStoreFault) { try await store.delete(key) }
}

/// A store that answers as if nobody had made a condition.
struct HeedlessStore: ForwardingStore {
    let store: any ObjectStore

    func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        try await store.get(key, range: range, ifMatch: nil, limitBytes: limitBytes)
    }

    func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        try await store.read(key, range: range, ifMatch: nil, bufferBytes: bufferBytes)
    }
}
