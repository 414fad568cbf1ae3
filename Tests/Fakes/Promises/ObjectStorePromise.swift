import Glibc
import ObjectStore
import Testing
import Text

/// What every object store promises. Each store's suite checks all cases on a store of its own:
///
///     @Test("keeps every promise of the port", arguments: ObjectStorePromise.allCases)
///     func promises(promise: ObjectStorePromise) async throws { try await promise.check(on: store) }
///
/// The cases use different keys, so one store may serve them all at once. Fakes keep them too, so that what a unit test
/// shows on a fake holds on the real thing.
public enum ObjectStorePromise: String, CaseIterable, Sendable {
    case storedObjectsComeBack
    case emptyObjectsAreObjects
    case missingObjectsAreToldApart
    case rangesAreExact
    case wrongVersionsAreRefused
    case conditionalPutsKeepWhatIsThere
    case oneOfManyConditionalPutsWins
    case bodiesBeyondTheLimitAreRefused
    case streamsAreWhole
    case listingsAreOrderedAndLimited
    case oddKeysAreOnlyKeys
    case impossibleKeysAreRefused
    case impossibleAttributesAreRefused
    case deletedObjectsAreGone

    public func check(on store: some ObjectStore) async throws {
        switch self {
        case .storedObjectsComeBack: try await checkStored(store)
        case .emptyObjectsAreObjects: try await checkEmpty(store)
        case .missingObjectsAreToldApart: try await checkMissing(store)
        case .rangesAreExact: try await checkRanges(store)
        case .wrongVersionsAreRefused: try await checkVersions(store)
        case .conditionalPutsKeepWhatIsThere: try await checkConditions(store)
        case .oneOfManyConditionalPutsWins: try await checkRace(store)
        case .bodiesBeyondTheLimitAreRefused: try await checkLimit(store)
        case .streamsAreWhole: try await checkStreams(store)
        case .listingsAreOrderedAndLimited: try await checkListings(store)
        case .oddKeysAreOnlyKeys: try await checkOddKeys(store)
        case .impossibleKeysAreRefused: try await checkImpossibleKeys(store)
        case .impossibleAttributesAreRefused: try await checkImpossibleAttributes(store)
        case .deletedObjectsAreGone: try await checkDeleted(store)
        }
    }
}

private let audio = ObjectAttributes(
    contentType: "audio/mpeg", cacheControl: "public, max-age=31536000, immutable",
    contentDisposition: ObjectAttributes.contentDisposition(fileName: "a clip.mp3"),
    metadata: ["cut-version": "1", "title": ObjectAttributes.metadataValue("Ünï  code 100%")])

/// What a call throws; nil if nothing.
public func fault<Value: Sendable>(
    of call: () async throws(ObjectStoreFault) -> Value
) async -> ObjectStoreFault? {
    do throws(ObjectStoreFault) {
        _ = try await call()
        return nil
    } catch {
        return error
    }
}

private func checkStored(_ store: some ObjectStore) async throws {
    let key = "stored/a.mp3"
    let outcome = try await store.put(key, Array("0123456789".utf8), attributes: audio, condition: .none)
    guard case .stored(let etag, let time) = outcome else {
        Issue.record("not stored")
        return
    }
    #expect(abs(time - WallTime.now().seconds) < 300)
    let info = try #require(try await store.head(key))
    #expect(info.key == key)
    #expect(info.sizeBytes == 10)
    #expect(etag == nil || etag == info.etag)
    #expect(abs(info.lastModifiedUnixSeconds - time) < 300)
    #expect(info.contentType == "audio/mpeg")
    #expect(info.metadata == audio.metadata)
    let got = try await store.get(key, range: nil, ifMatch: nil, limitBytes: 10)
    #expect(got.bytes == Array("0123456789".utf8))
    #expect(got.range == 0..<10)
    #expect(got.info == info)
    #expect(try await store.list(prefix: key, limit: 10).map(\.etag) == [info.etag])
}

private func checkEmpty(_ store: some ObjectStore) async throws {
    let key = "empty/e.bin"
    _ = try await store.put(key, [], attributes: audio, condition: .ifAbsent)
    #expect(try await store.head(key)?.sizeBytes == 0)
    let got = try await store.get(key, range: nil, ifMatch: nil, limitBytes: 0)
    #expect(got.bytes.isEmpty && got.range == 0..<0)
    let stream = try await store.read(key, range: nil, ifMatch: nil, bufferBytes: 10)
    var pieces = stream.body.makeAsyncIterator()
    #expect(try await pieces.next() == nil)
    let found = await fault { () async throws(ObjectStoreFault) in
        try await store.get(key, range: 0..<1, ifMatch: nil, limitBytes: 1)
    }
    guard case .rangeNotSatisfiable = found else {
        Issue.record("a range of nothing gave \(String(describing: found))")
        return
    }
}

private func checkMissing(_ store: some ObjectStore) async throws {
    let key = "missing/none.mp3"
    #expect(try await store.head(key) == nil)
    #expect(try await store.list(prefix: "missing/", limit: 10) == [])
    try await store.delete(key)
    let got = await fault { () async throws(ObjectStoreFault) in
        try await store.get(key, range: nil, ifMatch: nil, limitBytes: 10)
    }
    #expect(got == .missingObject)
    let read = await fault { () async throws(ObjectStoreFault) in
        try await store.read(key, range: 0..<5, ifMatch: nil, bufferBytes: 10).info
    }
    #expect(read == .missingObject)
}

private func checkRanges(_ store: some ObjectStore) async throws {
    let key = "ranges/r.bin"
    _ = try await store.put(key, Array(0..<100), attributes: audio, condition: .none)
    let ranges: [(asked: Range<UInt64>, got: Range<UInt64>)] = [
        (0..<1, 0..<1), (10..<20, 10..<20), (99..<100, 99..<100), (90..<1_000, 90..<100), (0..<100, 0..<100),
        (50..<UInt64(Int64.max), 50..<100),
    ]
    for (asked, range) in ranges {
        let got = try await store.get(key, range: asked, ifMatch: nil, limitBytes: 100)
        #expect(got.range == range)
        #expect(got.bytes == Array(UInt8(range.lowerBound)..<UInt8(range.upperBound)))
        #expect(got.info.sizeBytes == 100)
        let stream = try await store.read(key, range: asked, ifMatch: nil, bufferBytes: 7)
        var bytes: [UInt8] = []
        for try await piece in stream.body { bytes += piece }
        #expect(stream.range == range && bytes == got.bytes && stream.info == got.info)
    }
    for asked: Range<UInt64> in [100..<101, 500..<600, 5..<5] {
        let found = await fault { () async throws(ObjectStoreFault) in
            try await store.get(key, range: asked, ifMatch: nil, limitBytes: 100)
        }
        guard case .rangeNotSatisfiable(let size) = found else {
            Issue.record("\(asked) gave \(String(describing: found))")
            continue
        }
        #expect(size == nil || size == 100)
    }
}

private func checkVersions(_ store: some ObjectStore) async throws {
    let key = "versions/v.bin"
    _ = try await store.put(key, [1, 2, 3], attributes: audio, condition: .none)
    let first = try #require(try await store.head(key)).etag
    #expect(try await store.get(key, range: 1..<3, ifMatch: first, limitBytes: 3).bytes == [2, 3])
    _ = try await store.put(key, [4, 5, 6], attributes: audio, condition: .none)
    let second = try #require(try await store.head(key)).etag
    #expect(first != second && first.version != second.version)
    #expect(first.version.utf8.count == 8)
    for range: Range<UInt64>? in [nil, 0..<1] {
        let got = await fault { () async throws(ObjectStoreFault) in
            try await store.get(key, range: range, ifMatch: first, limitBytes: 3)
        }
        #expect(got == .sourceChanged)
        let read = await fault { () async throws(ObjectStoreFault) in
            try await store.read(key, range: range, ifMatch: first, bufferBytes: 3).info
        }
        #expect(read == .sourceChanged)
    }
    #expect(try await store.get(key, range: nil, ifMatch: second, limitBytes: 3).bytes == [4, 5, 6])
}

private func checkConditions(_ store: some ObjectStore) async throws {
    let key = "conditions/c.bin"
    guard case .stored = try await store.put(key, [1], attributes: audio, condition: .ifAbsent) else {
        Issue.record("nothing was there, and yet something was")
        return
    }
    #expect(try await store.put(key, [2], attributes: audio, condition: .ifAbsent) == .alreadyThere)
    #expect(try await store.get(key, range: nil, ifMatch: nil, limitBytes: 1).bytes == [1])
    guard case .stored = try await store.put(key, [3], attributes: audio, condition: .none) else {
        Issue.record("a PUT without condition was refused")
        return
    }
    #expect(try await store.get(key, range: nil, ifMatch: nil, limitBytes: 1).bytes == [3])
}

private func checkRace(_ store: some ObjectStore) async throws {
    let key = "race/r.bin"
    let stored = try await withThrowingTaskGroup(of: UInt8?.self) { group in
        for number: UInt8 in 0..<16 {
            group.addTask {
                let bytes = [UInt8](repeating: number, count: 10_000)
                let outcome = try await store.put(key, bytes, attributes: audio, condition: .ifAbsent)
                return outcome == .alreadyThere ? nil : number
            }
        }
        var winners: [UInt8] = []
        for try await winner in group { if let winner { winners.append(winner) } }
        return winners
    }
    #expect(stored.count == 1)
    let bytes = try await store.get(key, range: nil, ifMatch: nil, limitBytes: 10_000).bytes
    #expect(bytes == [UInt8](repeating: stored.first ?? 255, count: 10_000))
}
