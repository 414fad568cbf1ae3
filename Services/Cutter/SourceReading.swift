import ObjectStore

/// Reading one version of a source and no other.
extension SourceAudio {
    /// - Throws: `.sourceChanged`, and `.tooLarge` beyond `limitBytes`, among others.
    func bytes(
        _ range: Range<Int>, from store: any ObjectStore, limitBytes: Int
    ) async throws(ObjectStoreFault) -> [UInt8] {
        let got = try await store.get(
            key, range: UInt64(range.lowerBound)..<UInt64(range.upperBound), ifMatch: etag, limitBytes: limitBytes)
        try check(got.info)
        return got.bytes
    }

    func stream(
        _ range: Range<Int>, from store: any ObjectStore, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let got = try await store.read(
            key, range: UInt64(range.lowerBound)..<UInt64(range.upperBound), ifMatch: etag, bufferBytes: bufferBytes)
        try check(got.info)
        return got
    }

    /// A store that heeds no condition, or takes it for another version while that is put, still says what it sends.
    private func check(_ info: ObjectInfo) throws(ObjectStoreFault) {
        guard info.etag == etag, info.sizeBytes == sizeBytes else { throw .sourceChanged }
    }
}
