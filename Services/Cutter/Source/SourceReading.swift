import ObjectStore

/// Reading one version of a source and no other.
extension SourceAudio {
    /// - Throws: `.sourceChanged`, and `.tooLarge` beyond `limitBytes`, among others.
    func bytes(
        _ range: Range<Int>, from store: any ObjectStore, limitBytes: Int
    ) async throws(ObjectStoreFault) -> [UInt8] {
        let got = try await store.get(
            key, range: UInt64(range.lowerBound)..<UInt64(range.upperBound), ifMatch: etag, limitBytes: limitBytes)
        try got.info.check(is: etag, sizeBytes: sizeBytes)
        return got.bytes
    }

    func stream(
        _ range: Range<Int>, from store: any ObjectStore, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let got = try await store.read(
            key, range: UInt64(range.lowerBound)..<UInt64(range.upperBound), ifMatch: etag, bufferBytes: bufferBytes)
        try got.info.check(is: etag, sizeBytes: sizeBytes)
        return got
    }
}

extension ObjectInfo {
    /// A store that heeds no condition, or takes it for another version while that is put, still says what it sends.
    ///
    /// - Throws: `.sourceChanged` for anything but that version.
    func check(is etag: ETag, sizeBytes: UInt64) throws(ObjectStoreFault) {
        guard self.etag == etag, self.sizeBytes == sizeBytes else { throw .sourceChanged }
    }
}
