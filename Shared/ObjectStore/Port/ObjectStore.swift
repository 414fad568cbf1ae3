/// Where objects lie: a bucket, or a folder that behaves like one.
///
/// A value stands for one bucket. Keys are UTF-8 text of 1–1,024 bytes; see `ObjectKeyRules`.
public protocol ObjectStore: Sendable {
    /// The objects whose key starts with `prefix`, in the order of their keys' UTF-8 bytes, at most `limit`.
    ///
    /// `metadata` and `contentType` are empty in what it returns: listings don't carry them.
    func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo]

    /// What is known about an object; nil if there is none.
    func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo?

    /// An object's bytes, or some of them, in memory.
    ///
    /// - Parameters:
    ///   - range: offsets in the object, not empty; what lies past its end is left out. nil: all of it.
    ///   - ifMatch: the version wanted.
    ///   - limitBytes: the most that may be held; more throws `.tooLarge`.
    /// - Throws: `.missingObject`; `.sourceChanged` if the version is another; `.rangeNotSatisfiable` if `range` starts at
    ///   or past the end; `.truncated` if fewer bytes came than were promised.
    func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes

    /// The same as `get`, but the bytes come as they arrive: at most about `bufferBytes` wait for the reader, then the
    /// source is held back.
    func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream

    /// Stores an object whole, or not at all.
    ///
    /// With `.ifAbsent`, a store that knows no conditions stores it all the same and says `.stored`.
    func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome

    /// Removes an object; one that isn't there counts as removed.
    func delete(_ key: String) async throws(ObjectStoreFault)
}

/// What must hold for a `put` to take effect.
public enum PutCondition: Sendable {
    case none
    /// Nothing lies under the key yet (`If-None-Match: *`).
    case ifAbsent
}

/// What became of a `put` that did not fail.
public enum PutOutcome: Equatable, Sendable {
    /// - Parameters:
    ///   - etag: nil where the store names none.
    ///   - atUnixSeconds: when, by the store's clock; its `Last-Modified` is this, give or take the upload's own time.
    case stored(etag: ETag?, atUnixSeconds: Int64)
    /// The condition did not hold: something lies there already, and was left as it is.
    case alreadyThere
}
