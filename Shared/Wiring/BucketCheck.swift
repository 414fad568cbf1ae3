import ObjectStore

/// Whether a service may do in a bucket what it has to, found out by doing it.
public struct BucketCheck: Sendable {
    /// The object that is written to see that objects can be: a line of text, which nobody reads.
    public static let probeKey = "audio_clips/.probe"

    private let store: GuardedStore
    /// The same store without its circuit.
    private let raw: any ObjectStore
    private let notices: StoreNotices
    private let prefix: String
    private let writes: Bool

    /// - Parameters:
    ///   - prefix: what must be listed, for otherwise the store would not tell what is missing.
    ///   - writes: whether objects are written too.
    public init(
        _ store: GuardedStore, raw: any ObjectStore, notices: StoreNotices, prefix: String, writes: Bool
    ) {
        self.store = store
        self.raw = raw
        self.notices = notices
        self.prefix = prefix
        self.writes = writes
    }

    /// - Returns: what is wrong, in the store's own words where it had any; nil if nothing is.
    public func missing() async -> String? {
        if let fault = await fault({ store async throws(ObjectStoreFault) in
            _ = try await store.list(prefix: prefix, limit: 1)
        }) {
            return notices.explain(fault, of: "s3:ListBucket")
        }
        // A store that may not tell whether it is there says 403 instead of 404.
        if let fault = await fault({ store async throws(ObjectStoreFault) in _ = try await store.head(Self.probeKey) })
        {
            return notices.explain(fault, of: "s3:GetObject")
        }
        guard writes, let fault = await fault(write) else { return nil }
        return notices.explain(fault, of: "s3:PutObject")
    }

    /// On a condition that does not hold nothing is stored, and the store has looked at rights, policies and locks all the
    /// same. After a PUT has failed only one that stores something shows that it is mended: quotas count what is stored.
    private func write(_ store: any ObjectStore) async throws(ObjectStoreFault) {
        let failed = self.store.lastPutFault != nil
        _ = try await store.put(
            Self.probeKey, Array("Written to see whether clips can be.\n".utf8),
            attributes: ObjectAttributes(contentType: "text/plain"), condition: failed ? .none : .ifAbsent)
        self.store.putSucceeded()
    }

    /// Goes past a circuit that rests, so that what is said is true as soon as the store is back.
    private func fault(
        _ call: (any ObjectStore) async throws(ObjectStoreFault) -> Void
    ) async -> ObjectStoreFault? {
        do throws(ObjectStoreFault) {
            try await call(store)
            return nil
        } catch {
            guard case .resting = error else { return error }
        }
        do throws(ObjectStoreFault) {
            try await call(raw)
            return nil
        } catch { return error }
    }
}
