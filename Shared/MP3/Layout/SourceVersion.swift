/// Which bytes a layout speaks of: an object's ETag, and its size in bytes. A file replaced by another has another one.
public struct SourceVersion: Hashable, Sendable {
    public let etag: String
    public let size: Int

    public init(etag: String, size: Int) {
        self.etag = etag
        self.size = max(0, size)
    }
}
