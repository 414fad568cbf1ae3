/// What a store says about an object.
public struct ObjectInfo: Equatable, Sendable {
    public var key: String
    /// The whole object's length, also where only a part of it was read.
    public var sizeBytes: UInt64
    public var etag: ETag
    /// The store's `Last-Modified`, in seconds since 1970-01-01T00:00:00Z.
    public var lastModifiedUnixSeconds: Int64
    /// The object's own `x-amz-meta-*` values by name in lower case; empty in listings.
    public var metadata: [String: String]
    /// Empty in listings, and where the store names none.
    public var contentType: String

    public init(
        key: String, sizeBytes: UInt64, etag: ETag, lastModifiedUnixSeconds: Int64,
        metadata: [String: String] = [:], contentType: String = ""
    ) {
        self.key = key
        self.sizeBytes = sizeBytes
        self.etag = etag
        self.lastModifiedUnixSeconds = lastModifiedUnixSeconds
        self.metadata = metadata
        self.contentType = contentType
    }
}

/// Bytes of an object, in memory.
public struct ObjectBytes: Equatable, Sendable {
    public let info: ObjectInfo
    /// Which of the object's bytes these are; `bytes.count` long.
    public let range: Range<UInt64>
    public let bytes: [UInt8]

    public init(info: ObjectInfo, range: Range<UInt64>, bytes: [UInt8]) {
        self.info = info
        self.range = range
        self.bytes = bytes
    }
}
