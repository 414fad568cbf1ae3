import Domain
import ObjectStore
import Text

/// A clip that lies in the bucket.
struct StoredClip: Hashable, Sendable {
    let startMs: Int32
    let durationMs: Int32
    let exact: Exactness
    let sizeBytes: Int64
    /// Seconds since 1970.
    let storedAt: Int64
    /// Whether the work that asked now has cut it.
    var cut: Bool
}

/// The clips bucket, as the cutter uses it: what is there and lasts, and putting there what is not.
struct ClipStore: Sendable {
    let store: any ObjectStore
    /// After which the bucket's own rule takes an object away, in seconds.
    let lifetimeSeconds: Int64
    /// What an object must have left to be handed out: URL lifetime, signing window and an hour, in seconds.
    let neededSeconds: Int64

    /// What lies under a key.
    enum Look {
        case lasting(StoredClip)
        /// It is there, but the bucket's rule would take it away before a URL's end.
        case nearItsEnd
        case absent
    }

    func look(for key: ObjectKey) async throws(ClipFault) -> Look {
        let info: ObjectInfo?
        do throws(ObjectStoreFault) { info = try await store.head(key.description) } catch {
            throw error.clipFault(about: "the clips bucket")
        }
        guard let info else { return .absent }
        // An object without our metadata is not what this key promises, so it is made anew over it.
        guard let startMs = info.metadata[Meta.start].flatMap({ Int32($0) }), startMs >= 0,
            let durationMs = info.metadata[Meta.duration].flatMap({ Int32($0) }), durationMs > 0,
            let exact = info.metadata[Meta.exact].flatMap(Exactness.init(rawValue:)), info.sizeBytes > 0,
            info.lastModifiedUnixSeconds + lifetimeSeconds - WallTime.now().seconds >= neededSeconds
        else { return .nearItsEnd }
        return .lasting(
            StoredClip(
                startMs: startMs, durationMs: durationMs, exact: exact, sizeBytes: Int64(clamping: info.sizeBytes),
                storedAt: info.lastModifiedUnixSeconds, cut: false))
    }

    /// - Parameters:
    ///   - source: nil for a clip that was made of no audio.
    ///   - replacing: the one put without a condition, over an object near its end.
    /// - Returns: nil if somebody else has put the clip there meanwhile.
    func put(
        _ clip: MadeClip, at key: ObjectKey, source: SourceAudio?, title: String?, replacing: Bool
    ) async throws(ClipFault) -> StoredClip? {
        let attributes = ObjectAttributes(
            contentType: key.format.mediaType,
            cacheControl: "public, max-age=31536000, immutable",
            contentDisposition: ObjectAttributes.contentDisposition(fileName: key.fileName(title: title)),
            metadata: [
                Meta.start: String(clip.startMs), Meta.duration: String(clip.durationMs),
                Meta.exact: clip.exact.rawValue, "cut-version": String(key.cutVersion.number),
            ].merging(source.map { ["source-etag": ObjectAttributes.metadataValue($0.etag.text)] } ?? [:]) { $1 })
        let outcome: PutOutcome
        do throws(ObjectStoreFault) {
            outcome = try await store.put(
                key.description, clip.bytes, attributes: attributes, condition: replacing ? .none : .ifAbsent)
        } catch {
            throw error.clipFault(about: "the clips bucket")
        }
        switch outcome {
        case .alreadyThere: return nil
        case .stored(_, let storedAt):
            return StoredClip(
                startMs: clip.startMs, durationMs: clip.durationMs, exact: clip.exact,
                sizeBytes: Int64(clip.bytes.count), storedAt: storedAt, cut: true)
        }
    }

    /// A clip's bytes as they lie there; nil if it is gone.
    func bytes(of key: ObjectKey) async throws(ClipFault) -> [UInt8]? {
        do throws(ObjectStoreFault) {
            return try await store.get(
                key.description, range: nil, ifMatch: nil, limitBytes: Self.largestClipBytes
            ).bytes
        } catch {
            if error == .missingObject { return nil }
            throw error.clipFault(about: "the clips bucket")
        }
    }

    /// What the gateways are told of a clip that lies there.
    ///
    /// - Parameter snapped: of a clip whose edges were to be moved.
    func ready(
        _ clipID: ClipID, _ key: ObjectKey, _ stored: StoredClip, sourceCheckedAt: Int64, snapped: Snapped?
    ) -> ClipReady {
        ClipReady(
            clipID: clipID, objectKey: key, startMs: stored.startMs, durationMs: stored.durationMs,
            sizeBytes: stored.sizeBytes, storedAt: stored.storedAt,
            objectExpiresAt: stored.storedAt + lifetimeSeconds, sourceCheckedAt: sourceCheckedAt,
            exact: stored.exact, cut: stored.cut, snapped: snapped)
    }

    /// As long as `FFMPEG_CLIP_LIMIT` can be.
    private static let largestClipBytes = 1 << 30

    func remove(_ key: ObjectKey) async throws(ClipFault) {
        do throws(ObjectStoreFault) { try await store.delete(key.description) } catch {
            throw error.clipFault(about: "the clips bucket")
        }
    }

    private enum Meta {
        static let start = "clip-start-ms"
        static let duration = "clip-duration-ms"
        static let exact = "clip-exact"
    }
}
