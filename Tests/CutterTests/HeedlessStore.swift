import ObjectStore

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
