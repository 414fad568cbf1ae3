import ObjectStore
import Synchronization

/// An object store in memory that keeps every promise of the port, with faults on demand.
public final class MemoryStore: ObjectStore {
    public struct Object: Sendable {
        public var bytes: [UInt8]
        public var info: ObjectInfo
    }

    private struct State {
        var objects: [String: Object] = [:]
        var calls: [String: Int] = [:]
        var faults: [String: [ObjectStoreFault]] = [:]
        var version = 0
    }

    private let state = Mutex(State())
    public let now: Int64

    public init(now: Int64) { self.now = now }

    public func calls(_ name: String) -> Int { state.withLock { $0.calls[name] ?? 0 } }
    public func fail(_ name: String, with faults: [ObjectStoreFault]) { state.withLock { $0.faults[name] = faults } }
    public func object(_ key: String) -> Object? { state.withLock { $0.objects[key] } }
    public func remove(_ key: String) { state.withLock { $0.objects[key] = nil } }
    public var keys: [String] { state.withLock { $0.objects.keys.sorted() } }

    public func place(
        _ key: String, _ bytes: [UInt8], etag: String, modified: Int64? = nil, metadata: [String: String] = [:]
    ) {
        guard let tag = ETag(etag) else { return }
        state.withLock {
            $0.objects[key] = Object(
                bytes: bytes,
                info: ObjectInfo(
                    key: key, sizeBytes: UInt64(bytes.count), etag: tag, lastModifiedUnixSeconds: modified ?? now,
                    metadata: metadata))
        }
    }

    private func enter(_ name: String, _ key: String? = nil) throws(ObjectStoreFault) {
        if let key { try ObjectKeyRules.check(key) }
        let fault: ObjectStoreFault? = state.withLock { state in
            state.calls[name, default: 0] += 1
            guard state.faults[name]?.isEmpty == false else { return nil }
            return state.faults[name]?.removeFirst()
        }
        if let fault { throw fault }
    }

    public func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        try enter("list")
        return state.withLock { state in
            state.objects.values.map(\.info).filter { $0.key.hasPrefix(prefix) }.sorted {
                $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
            }.prefix(limit).map { $0 }
        }
    }

    public func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? {
        try enter("head", key)
        return object(key)?.info
    }

    public func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        try enter("get", key)
        guard let object = object(key) else { throw .missingObject }
        if let ifMatch, ifMatch != object.info.etag { throw .sourceChanged }
        let size = UInt64(object.bytes.count)
        let wanted = (range ?? 0..<size).clamped(to: 0..<size)
        guard !wanted.isEmpty || (range == nil && size == 0) else { throw .rangeNotSatisfiable(sizeBytes: size) }
        guard wanted.count <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        return ObjectBytes(
            info: object.info, range: wanted,
            bytes: Array(object.bytes[Int(wanted.lowerBound)..<Int(wanted.upperBound)]))
    }

    public func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let whole = try await get(key, range: range, ifMatch: ifMatch, limitBytes: .max)
        let rest = Mutex<[UInt8]?>(whole.bytes.isEmpty ? nil : whole.bytes)
        return ObjectStream(
            info: whole.info, range: whole.range,
            body: ObjectBody { () async throws(ObjectStoreFault) in
                rest.withLock { rest in
                    defer { rest = nil }
                    return rest
                }
            })
    }

    public func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome {
        try enter("put", key)
        _ = try attributes.headers()
        return state.withLock { state in
            if case .ifAbsent = condition, state.objects[key] != nil { return .alreadyThere }
            state.version += 1
            guard let tag = ETag("\"put\(state.version)\"") else { return .alreadyThere }
            state.objects[key] = Object(
                bytes: bytes,
                info: ObjectInfo(
                    key: key, sizeBytes: UInt64(bytes.count), etag: tag, lastModifiedUnixSeconds: now,
                    metadata: attributes.metadata, contentType: attributes.contentType))
            return .stored(etag: tag, atUnixSeconds: now)
        }
    }

    public func delete(_ key: String) async throws(ObjectStoreFault) {
        try enter("delete", key)
        _ = state.withLock { $0.objects.removeValue(forKey: key) }
    }
}
