/// A store in front of another one: whoever is one says only what it does in its own way.
public protocol ForwardingStore: ObjectStore {
    var store: any ObjectStore { get }
}

extension ForwardingStore {
    public func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        try await store.list(prefix: prefix, limit: limit)
    }

    public func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? { try await store.head(key) }

    public func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        try await store.get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
    }

    public func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        try await store.read(key, range: range, ifMatch: ifMatch, bufferBytes: bufferBytes)
    }

    public func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome {
        try await store.put(key, bytes, attributes: attributes, condition: condition)
    }

    public func delete(_ key: String) async throws(ObjectStoreFault) { try await store.delete(key) }
}
