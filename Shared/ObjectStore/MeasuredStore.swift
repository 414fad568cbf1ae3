import Telemetry
import Traces

/// A store whose calls are counted and timed.
public struct MeasuredStore: ObjectStore {
    private let store: any ObjectStore
    private let calls: CallMetrics<StoreOperation, StoreResult>
    private let bytesRead: Counter<Void>?

    /// - Parameters:
    ///   - bucket: one of few names, as a label of all that is told.
    ///   - bytesRead: counts the bytes of objects as they come.
    public init(
        _ store: any ObjectStore, bucket: String, metrics: Metrics, bytesRead: Counter<Void>? = nil
    ) {
        self.store = store
        self.bytesRead = bytesRead
        let fixed = [(name: "bucket", value: bucket)]
        calls = CallMetrics(
            metrics,
            calls: Metric(
                "cutroom_store_requests_total", "Calls to the object store.", fixed: fixed, isSparse: true),
            durations: Metric(
                "cutroom_store_request_duration_seconds", "How long calls to the object store took.", unit: .seconds,
                fixed: fixed))
    }

    public func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        try await measured(
            .list,
            { () async throws(ObjectStoreFault) in
                try await store.list(prefix: prefix, limit: limit)
            })
    }

    public func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? {
        try await measured(
            .head, { () async throws(ObjectStoreFault) in try await store.head(key) },
            result: { $0 == nil ? .missing : .ok })
    }

    public func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        let got = try await measured(
            .get,
            { () async throws(ObjectStoreFault) in
                try await store.get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
            })
        bytesRead?.add(UInt64(got.bytes.count))
        return got
    }

    /// Timed until the first bytes can be read.
    public func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let stream = try await measured(
            .get,
            { () async throws(ObjectStoreFault) in
                try await store.read(key, range: range, ifMatch: ifMatch, bufferBytes: bufferBytes)
            })
        guard let bytesRead else { return stream }
        let body = stream.body
        return ObjectStream(
            info: stream.info, range: stream.range,
            body: ObjectBody { () async throws(ObjectStoreFault) in
                var iterator = body.makeAsyncIterator()
                let piece = try await iterator.next()
                if let piece { bytesRead.add(UInt64(piece.count)) }
                return piece
            })
    }

    public func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome {
        try await measured(
            .put,
            { () async throws(ObjectStoreFault) in
                try await store.put(key, bytes, attributes: attributes, condition: condition)
            }, result: { $0 == .alreadyThere ? .conflict : .ok })
    }

    public func delete(_ key: String) async throws(ObjectStoreFault) {
        try await measured(.delete, { () async throws(ObjectStoreFault) in try await store.delete(key) })
    }

    private func measured<Value: Sendable>(
        _ operation: StoreOperation, _ call: () async throws(ObjectStoreFault) -> Value,
        result: (Value) -> StoreResult = { _ in .ok }
    ) async throws(ObjectStoreFault) -> Value {
        try await calls.measured(
            operation, result: result, failure: { StoreResult($0) }, traceID: Span.currentTraceID, call)
    }
}

enum StoreOperation: Int, MetricLabel {
    case list, head, get, put, delete
    static let label = "operation"
}

/// What a call to a store came to, in few words.
enum StoreResult: Int, MetricLabel {
    case ok, missing, conflict, denied, refused, slowDown, unavailable, timedOut, resting, cancelled, other
    static let label = "result"

    init(_ fault: ObjectStoreFault) {
        switch fault {
        case .missingBucket, .missingObject: self = .missing
        case .sourceChanged: self = .conflict
        case .denied, .noCredentials, .untrusted: self = .denied
        case .refused, .rangeNotSatisfiable: self = .refused
        case .slowDown: self = .slowDown
        case .unavailable, .unreachable, .truncated, .malformedAnswer, .storage: self = .unavailable
        case .timedOut: self = .timedOut
        case .resting: self = .resting
        case .cancelled: self = .cancelled
        case .tooLarge, .invalidKey, .invalidAttribute, .busy: self = .other
        }
    }
}
