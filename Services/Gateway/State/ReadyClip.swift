import Domain

/// What the gateway keeps of a clip that lies in the bucket: enough to answer and to sign, packed, since there are many.
struct ReadyClip: Hashable, Sendable {
    let key: ObjectKey
    /// What is really in the clip, in milliseconds.
    let startMs: Int32
    let durationMs: Int32
    /// Seconds since 1970.
    let storedAt: UInt32
    /// Seconds since 1970.
    let expiresAt: UInt32
    /// Seconds since 1970: when a cutter last looked at the source.
    var sourceCheckedAt: UInt32
    let exact: Exactness
    /// Of a clip whose edges were to be moved.
    let snapped: Snapped?

    /// Times of an event that was decoded fit; others end where the type does.
    init(_ event: ClipReady) {
        key = event.objectKey
        startMs = event.startMs
        durationMs = event.durationMs
        storedAt = UInt32(clamping: event.storedAt)
        expiresAt = UInt32(clamping: event.objectExpiresAt)
        sourceCheckedAt = UInt32(clamping: event.sourceCheckedAt)
        exact = event.exact
        snapped = event.snapped
    }

    /// Whether a URL signed now would outlive the object, with an hour to spare.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - needed: URL lifetime and signing window together, in seconds.
    func lives(beyond now: Int64, needed: Int64) -> Bool {
        Int64(expiresAt) - now >= needed + 3600
    }
}
