import ObjectStore

extension KeptPages {
    /// Reads the pages of these stretches that are not kept, all at the same time, and keeps them.
    ///
    /// - Throws: `.sourceChanged` if the source is another version by now, among others. What came until then is kept.
    func readAhead(_ stretches: [Range<UInt64>], from store: any ObjectStore) async throws(ObjectStoreFault) {
        let missing = missing(of: stretches)
        guard !missing.isEmpty else { return }
        _ = try await sideBySide(missing, cancelled: ObjectStoreFault.cancelled) {
            range async throws(ObjectStoreFault) in
            let bytes = try await source.bytes(
                Int(range.lowerBound)..<Int(range.upperBound), from: store, limitBytes: range.count)
            keep(bytes[...], at: range.lowerBound)
        }
    }

    /// Reads what ffmpeg wants of the source before any sound of a clip, by what its first page says.
    func readIndex(from store: any ObjectStore) async throws(ObjectStoreFault) {
        if beginning.isEmpty {
            let guess = SourceIndex.guess(source.key, sizeBytes: source.sizeBytes, atMost: pages.mostOfOne)
            try await readAhead(guess.isEmpty ? index : guess, from: store)
        }
        try await readAhead(index, from: store)
    }

    private var index: [Range<UInt64>] {
        SourceIndex.stretches(beginning, sizeBytes: source.sizeBytes, atMost: pages.mostOfOne)
    }
}
