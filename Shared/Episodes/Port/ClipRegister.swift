import Domain

/// Keeps a list of the clips that were made.
public protocol ClipRegister: Sendable {
    /// Notes a clip. Repeating a call, or making calls in another order, leaves the same list.
    func record(_ clip: RegisteredClip) async throws(CatalogFault)

    /// Forgets every clip of an episode.
    func removeAll(episode: ObjectID) async throws(CatalogFault)
}

/// A clip that lies in the bucket.
public struct RegisteredClip: Hashable, Sendable {
    /// Says the episode, the window that was asked for, the format and what made the bytes.
    public let key: ObjectKey
    public let sizeBytes: Int64
    /// The object's Last-Modified, in seconds since 1970: of two clips for one window and format, the later one counts.
    public let storedAtUnixSeconds: Int64

    public init(key: ObjectKey, sizeBytes: Int64, storedAtUnixSeconds: Int64) {
        self.key = key
        self.sizeBytes = sizeBytes
        self.storedAtUnixSeconds = storedAtUnixSeconds
    }
}

/// A register for where nothing else reads one: the clips folder itself is the list.
public struct NoClipRegister: ClipRegister {
    public init() {}
    public func record(_ clip: RegisteredClip) async throws(CatalogFault) {}
    public func removeAll(episode: ObjectID) async throws(CatalogFault) {}
}
