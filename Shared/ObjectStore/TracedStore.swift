import Traces

/// A store whose calls are parts of the work that makes them, where that is recorded.
///
/// Names and attributes are OpenTelemetry's, [AWS S3](https://opentelemetry.io/docs/specs/semconv/object-stores/s3/).
public struct TracedStore: ObjectStore {
    private let store: any ObjectStore
    private let bucket: String

    public init(_ store: any ObjectStore, bucket: String) {
        self.store = store
        self.bucket = bucket
    }

    public func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        try await call("ListObjectsV2", ["cutroom.s3.prefix": .string(prefix)]) { () async throws(ObjectStoreFault) in
            try await store.list(prefix: prefix, limit: limit)
        }
    }

    public func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? {
        try await call("HeadObject", ["aws.s3.key": .string(key)]) { () async throws(ObjectStoreFault) in
            try await store.head(key)
        }
    }

    public func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        try await call("GetObject", Self.reading(key, range)) { () async throws(ObjectStoreFault) in
            try await store.get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
        }
    }

    /// The span ends with the body: at its end, with its fault, or when its reader releases it.
    public func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        guard let span = begin("GetObject", Self.reading(key, range)) else {
            return try await store.read(key, range: range, ifMatch: ifMatch, bufferBytes: bufferBytes)
        }
        let reading = Reading(span)
        let stream: ObjectStream
        do throws(ObjectStoreFault) {
            stream = try await store.read(key, range: range, ifMatch: ifMatch, bufferBytes: bufferBytes)
        } catch {
            reading.fail(error)
            throw error
        }
        let body = stream.body
        return ObjectStream(
            info: stream.info, range: stream.range,
            body: ObjectBody { () async throws(ObjectStoreFault) in try await reading.next(of: body) })
    }

    public func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome {
        try await call("PutObject", ["aws.s3.key": .string(key), "cutroom.bytes": .int(bytes.count)]) {
            () async throws(ObjectStoreFault) in
            try await store.put(key, bytes, attributes: attributes, condition: condition)
        }
    }

    public func delete(_ key: String) async throws(ObjectStoreFault) {
        try await call("DeleteObject", ["aws.s3.key": .string(key)]) { () async throws(ObjectStoreFault) in
            try await store.delete(key)
        }
    }

    private func call<Value: Sendable>(
        _ method: String, _ attributes: @autoclosure () -> SpanAttributes,
        _ body: () async throws(ObjectStoreFault) -> Value
    ) async throws(ObjectStoreFault) -> Value {
        try await Span.part("S3." + method, .client, attributes(), slug: \.slug) { () async throws(ObjectStoreFault) in
            Span.current?.set(about(method))
            return try await body()
        }
    }

    /// - Returns: nil if the current work is not recorded.
    private func begin(_ method: String, _ attributes: @autoclosure () -> SpanAttributes) -> Span? {
        guard let span = Span.current?.child("S3." + method, .client, attributes()) else { return nil }
        span.set(about(method))
        return span
    }

    private func about(_ method: String) -> SpanAttributes {
        [
            "rpc.system": "aws-api", "rpc.service": "S3", "rpc.method": .string(method),
            "aws.s3.bucket": .string(bucket),
        ]
    }

    private static func reading(_ key: String, _ range: Range<UInt64>?) -> SpanAttributes {
        guard let range else { return ["aws.s3.key": .string(key)] }
        return [
            "aws.s3.key": .string(key), "cutroom.bytes": .int(Int(clamping: range.upperBound - range.lowerBound)),
        ]
    }
}

/// A body that is being read.
private final class Reading: Sendable {
    private let span: Span

    init(_ span: Span) { self.span = span }

    deinit { span.end() }

    func fail(_ fault: ObjectStoreFault) {
        span.fail(fault.slug)
        span.end()
    }

    func next(of body: ObjectBody) async throws(ObjectStoreFault) -> [UInt8]? {
        var iterator = body.makeAsyncIterator()
        do throws(ObjectStoreFault) {
            let piece = try await iterator.next()
            if piece == nil { span.end() }
            return piece
        } catch {
            fail(error)
            throw error
        }
    }
}
