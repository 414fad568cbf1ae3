import Text

extension ClipReady {
    /// The same as `init(from:)` for what our own writers write; nil where that has to judge. A gateway reads all of these
    /// at its start, and a decoder of all JSON takes most of that time.
    public init?(flat json: [UInt8]) {
        var fields = Fields()
        guard FlatJSON.read(json, { fields.take($0, $1) }), let event = fields.event else { return nil }
        do throws(EventFault) { try event.check() } catch { return nil }
        self = event
    }

    private struct Fields {
        private var clipID: ClipID?
        private var objectKey: ObjectKey?
        private var startMs, durationMs, askedStartMs, askedEndMs: Int32?
        private var sizeBytes, storedAt, objectExpiresAt, sourceCheckedAt: Int64?
        private var exact: Exactness?
        private var cut: Bool?
        private var snappedBy, snapBasis: String?

        /// - Returns: false for a field that comes twice or is not what it should be.
        mutating func take(_ name: Slice<UnsafeBufferPointer<UInt8>>, _ value: FlatJSON.Value) -> Bool {
            switch value {
            case .text(let text):
                if name.spells("clip_id") { return Self.set(&clipID, try? ClipID(parsing: text)) }
                if name.spells("object_key") { return Self.set(&objectKey, ObjectKey(parsing: text)) }
                if name.spells("snapped_by") {
                    return Self.set(&snappedBy, String(decoding: text, as: UTF8.self))
                }
                if name.spells("snap_basis") {
                    return Self.set(&snapBasis, String(decoding: text, as: UTF8.self))
                }
                if name.spells("exact") {
                    return Self.set(
                        &exact,
                        text.spells("sample") ? .sample : Exactness(rawValue: String(decoding: text, as: UTF8.self)))
                }
            case .number(let number):
                if name.spells("start_ms") { return Self.set(&startMs, Int32(exactly: number)) }
                if name.spells("duration_ms") { return Self.set(&durationMs, Int32(exactly: number)) }
                if name.spells("asked_start_ms") { return Self.set(&askedStartMs, Int32(exactly: number)) }
                if name.spells("asked_end_ms") { return Self.set(&askedEndMs, Int32(exactly: number)) }
                if name.spells("size_bytes") { return Self.set(&sizeBytes, number) }
                if name.spells("stored_at") { return Self.set(&storedAt, number) }
                if name.spells("object_expires_at") { return Self.set(&objectExpiresAt, number) }
                if name.spells("source_checked_at") { return Self.set(&sourceCheckedAt, number) }
            case .flag(let flag): if name.spells("cut") { return Self.set(&cut, flag) }
            }
            // A field of a newer writer, or one of ours with a value of another kind, which then is missing.
            return true
        }

        private static func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
            guard field == nil, let value else { return false }
            field = value
            return true
        }

        var event: ClipReady? {
            guard let clipID, let objectKey, let startMs, let durationMs, let sizeBytes, let storedAt,
                let objectExpiresAt,
                let sourceCheckedAt, let exact, let cut
            else { return nil }
            var snapped: Snapped?
            if clipID.snap != nil {
                guard let askedStartMs, let askedEndMs, let snappedBy, let snapBasis,
                    let told = try? Snapped(startMs: askedStartMs, endMs: askedEndMs, kind: snappedBy, basis: snapBasis)
                else { return nil }
                snapped = told
            }
            return ClipReady(
                clipID: clipID, objectKey: objectKey, startMs: startMs, durationMs: durationMs, sizeBytes: sizeBytes,
                storedAt: storedAt, objectExpiresAt: objectExpiresAt, sourceCheckedAt: sourceCheckedAt, exact: exact,
                cut: cut, snapped: snapped)
        }
    }
}
