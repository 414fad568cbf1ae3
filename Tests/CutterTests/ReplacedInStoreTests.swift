import Domain
import HTTPClient
import ObjectStore
import Synchronization
import TestStack
import Testing

@testable import CutterService

/// Knows the versions of an object, and whether a store tells the truth about them: one that keeps objects as files may give
/// one version's bytes under another's name in the moment in which it is replaced, which no client can find out.
private final class Witness: ForwardingStore {
    let store: any ObjectStore
    private let versions: [ETag: [UInt8]]
    private let count = Mutex(0)

    var lies: Int { count.withLock { $0 } }

    init(store: any ObjectStore, versions: [ETag: [UInt8]]) {
        self.store = store
        self.versions = versions
    }

    private func check(_ info: ObjectInfo, _ bytes: [UInt8] = [], from start: UInt64 = 0) {
        let version = versions[info.etag] ?? []
        let isTrue = info.sizeBytes == version.count && version.dropFirst(Int(start)).starts(with: bytes)
        if !isTrue { count.withLock { $0 += 1 } }
    }

    func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? {
        let info = try await store.head(key)
        if let info { check(info) }
        return info
    }

    func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        let got = try await store.get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
        check(got.info, got.bytes, from: got.range.lowerBound)
        return got
    }

    func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let stream = try await store.read(key, range: range, ifMatch: ifMatch, bufferBytes: bufferBytes)
        let place = Mutex(stream.range.lowerBound)
        return ObjectStream(
            info: stream.info, range: stream.range,
            body: ObjectBody { [self] () async throws(ObjectStoreFault) in
                var pieces = stream.body.makeAsyncIterator()
                guard let piece = try await pieces.next() else { return nil }
                let start = place.withLock { place in
                    defer { place += UInt64(piece.count) }
                    return place
                }
                check(stream.info, piece, from: start)
                return piece
            })
    }
}

/// A source that an S3 server replaces at any moment, while clips are cut of it.
@Suite("A source replaced in a store", .timeLimit(.minutes(2)))
struct ReplacedInStoreTests {
    private let http = HTTPClient()

    private func store() async throws -> S3Store {
        let server = try TestStack.s3
        let bucket = try await server.makeBucket("replaced")
        return S3Store(
            try S3Location(bucket: bucket, region: server.region, endpoint: server.endpoint),
            credentials: StaticCredentials(Credentials(accessKey: server.accessKey, secretKey: server.secretKey)),
            http: http)
    }

    @Test("gives clips of the version that was ordered, and otherwise none", .timeLimit(.minutes(1)))
    func underway() async throws {
        let store = try await store()
        // Of constant and of variable bitrate: the layout of one is nonsense for the other.
        var versions: [ETag: (bytes: [UInt8], clip: [UInt8])] = [:]
        func place(_ bytes: [UInt8]) async throws {
            _ = try await store.put(
                "source.mp3", bytes, attributes: ObjectAttributes(contentType: "audio/mpeg"), condition: .none)
        }
        for kind in [FFmpegSamples.Kind.mp3, .vbr] {
            let bytes = try await FFmpegSamples.source(kind)
            try await place(bytes)
            let etag = try #require(try await store.head("source.mp3")).etag
            versions[etag] = (bytes, try await MakerBench(bytes).make(5_000, 2_000).bytes)
        }
        let contents = versions.values.map(\.bytes)
        let replacing = Task {
            var number = 0
            while !Task.isCancelled {
                try await place(contents[number % contents.count])
                number += 1
            }
            return number
        }

        let witness = Witness(store: store, versions: versions.mapValues(\.bytes))
        let bench = try await MakerBench(witness, key: "source.mp3")
        var given: [ETag: Int] = [:]
        var refused = 0
        let end = ContinuousClock.now + .seconds(30)
        while given.count < 2 || refused == 0 || given.values.reduce(refused, +) < 100, ContinuousClock.now < end {
            let lies = witness.lies
            let order = try await bench.order(5_000, 2_000)
            do {
                let clip = try await bench.maker.make(order)
                guard witness.lies == lies else { continue }
                #expect(clip.bytes == versions[order.source.etag]?.clip)
                given[order.source.etag, default: 0] += 1
            } catch {
                #expect(error.reason == .sourceChanged, "\(error)")
                refused += 1
            }
        }
        replacing.cancel()
        let replaced = try? await replacing.value
        #expect(given.count == 2 && refused > 0, "\(given), \(refused) refused, \(replaced ?? 0) times replaced")
        await http.close()
    }
}
