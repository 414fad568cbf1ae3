import ObjectStore
import Testing

/// What a store promises of which objects are only read: each such store's suite checks all cases on a store of its own that
/// holds one object, or that object among others.
public enum ReadOnlyStorePromise: String, CaseIterable, Sendable {
    case objectsAreDescribed
    case rangesAreExact
    case otherVersionsAreRefused
    case bodiesBeyondTheLimitAreRefused
    case streamsAreWhole
    case listingsAreLimited
    case nothingIsWritten

    /// - Parameters:
    ///   - key: of an object in the store.
    ///   - bytes: what lies there: 100 or more.
    public func check(on store: some ObjectStore, key: String, holding bytes: [UInt8]) async throws {
        switch self {
        case .objectsAreDescribed: try await checkDescribed(store, key, bytes)
        case .rangesAreExact: try await checkRanges(store, key, bytes)
        case .otherVersionsAreRefused: try await checkVersions(store, key, bytes)
        case .bodiesBeyondTheLimitAreRefused: try await checkLimit(store, key, bytes)
        case .streamsAreWhole: try await checkStreams(store, key, bytes)
        case .listingsAreLimited: try await checkListings(store, key, bytes)
        case .nothingIsWritten: try await checkNothingWritten(store, key, bytes)
        }
    }
}

private func checkDescribed(_ store: some ObjectStore, _ key: String, _ bytes: [UInt8]) async throws {
    let info = try #require(try await store.head(key))
    #expect(info.key == key)
    #expect(info.sizeBytes == UInt64(bytes.count))
    #expect(info.etag.version.utf8.count == 8)
    #expect(try await store.head(key)?.etag == info.etag)
    let got = try await store.get(key, range: nil, ifMatch: info.etag, limitBytes: bytes.count)
    #expect(got.bytes == bytes)
    #expect(got.range == 0..<UInt64(bytes.count))
    #expect(got.info.etag == info.etag && got.info.sizeBytes == info.sizeBytes && got.info.key == key)
}

private func checkRanges(_ store: some ObjectStore, _ key: String, _ bytes: [UInt8]) async throws {
    let size = UInt64(bytes.count)
    let ranges: [(asked: Range<UInt64>, got: Range<UInt64>)] = [
        (0..<1, 0..<1), (10..<20, 10..<20), (size - 1..<size, size - 1..<size),
        (size - 10..<size + 900, size - 10..<size),
        (0..<size, 0..<size), (50..<UInt64(Int64.max), 50..<size),
    ]
    for (asked, range) in ranges {
        let expected = Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
        let got = try await store.get(key, range: asked, ifMatch: nil, limitBytes: bytes.count)
        #expect(got.range == range && got.bytes == expected)
        #expect(got.info.sizeBytes == size)
        let stream = try await store.read(key, range: asked, ifMatch: nil, bufferBytes: 7)
        var pieces: [UInt8] = []
        for try await piece in stream.body { pieces += piece }
        #expect(stream.range == range && pieces == expected)
    }
    for asked: Range<UInt64> in [size..<size + 1, size + 400..<size + 500, 5..<5] {
        for found in [
            await fault { () async throws(ObjectStoreFault) in
                _ = try await store.get(key, range: asked, ifMatch: nil, limitBytes: 100)
            },
            await fault { () async throws(ObjectStoreFault) in
                _ = try await store.read(key, range: asked, ifMatch: nil, bufferBytes: 100)
            },
        ] {
            guard case .rangeNotSatisfiable(let told) = found else {
                Issue.record("\(asked) of \(size) gave \(String(describing: found))")
                continue
            }
            #expect(told == nil || told == size)
        }
    }
}

private func checkVersions(_ store: some ObjectStore, _ key: String, _ bytes: [UInt8]) async throws {
    let own = try #require(try await store.head(key)).etag
    let other = try #require(ETag("\"another-version\""))
    #expect(try await store.get(key, range: 1..<3, ifMatch: own, limitBytes: 2).bytes == Array(bytes[1..<3]))
    for range: Range<UInt64>? in [nil, 0..<1] {
        for found in [
            await fault { () async throws(ObjectStoreFault) in
                _ = try await store.get(key, range: range, ifMatch: other, limitBytes: bytes.count)
            },
            await fault { () async throws(ObjectStoreFault) in
                _ = try await store.read(key, range: range, ifMatch: other, bufferBytes: 100)
            },
        ] {
            #expect(found == .sourceChanged)
        }
    }
}

private func checkLimit(_ store: some ObjectStore, _ key: String, _ bytes: [UInt8]) async throws {
    for limit in [0, 1, bytes.count - 1] {
        let found = await fault { () async throws(ObjectStoreFault) in
            _ = try await store.get(key, range: nil, ifMatch: nil, limitBytes: limit)
        }
        guard case .tooLarge = found else {
            Issue.record("limit \(limit) gave \(String(describing: found))")
            continue
        }
    }
    #expect(try await store.get(key, range: 3..<23, ifMatch: nil, limitBytes: 20).bytes == Array(bytes[3..<23]))
}

private func checkStreams(_ store: some ObjectStore, _ key: String, _ bytes: [UInt8]) async throws {
    for buffer in [1, 1_000, 10_000_000] {
        let stream = try await store.read(key, range: nil, ifMatch: nil, bufferBytes: buffer)
        #expect(stream.range == 0..<UInt64(bytes.count))
        var got: [UInt8] = []
        for try await piece in stream.body {
            #expect(!piece.isEmpty)
            got += piece
        }
        #expect(got == bytes)
    }
    // Let go of after one piece: the next call must not be disturbed by what was left.
    for _ in 0..<5 {
        var pieces = try await store.read(key, range: nil, ifMatch: nil, bufferBytes: 10).body.makeAsyncIterator()
        #expect(try await pieces.next()?.first == bytes.first)
    }
    #expect(try await store.get(key, range: 0..<10, ifMatch: nil, limitBytes: 10).bytes == Array(bytes[..<10]))
}

private func checkListings(_ store: some ObjectStore, _ key: String, _ bytes: [UInt8]) async throws {
    let found = try await store.list(prefix: key, limit: 10)
    #expect(found.map(\.key) == [key])
    #expect(found.map(\.sizeBytes) == [UInt64(bytes.count)])
    #expect(try await store.list(prefix: key, limit: 0) == [])
    #expect(try await store.list(prefix: key + "/more", limit: 10) == [])
    #expect(try await store.list(prefix: "nothing/begins/so", limit: 10) == [])
}

private func checkNothingWritten(_ store: some ObjectStore, _ key: String, _ bytes: [UInt8]) async throws {
    let before = try await store.head(key)
    for found in [
        await fault { () async throws(ObjectStoreFault) in
            _ = try await store.put(key, [1], attributes: .init(contentType: "audio/mpeg"), condition: .none)
        },
        await fault { () async throws(ObjectStoreFault) in try await store.delete(key) },
    ] {
        guard case .denied = found else {
            Issue.record("a write gave \(String(describing: found))")
            continue
        }
    }
    #expect(try await store.head(key) == before)
    #expect(try await store.get(key, range: nil, ifMatch: nil, limitBytes: bytes.count).bytes == bytes)
}
