import Domain
import Fakes
import Glibc
import ObjectStore
import TestStack
import Testing

@testable import Episodes

struct EpisodeFolderSourceTests {
    private static func use(
        _ body: (EpisodeFolderSource, FolderEpisode, TemporaryFolder) async throws -> Void
    ) async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("show/a.mp3", "0123456789")
            try folder.write("show/b.m4a", "\0\0\0\u{18}ftypM4A ")
            let catalog = try await EpisodeFolder.open(folder.path) { _, _ in nil }
            let episode = try #require(await catalog.listing().episodes.first)
            try await body(catalog.source, episode, folder)
            await catalog.close()
        }
    }

    @Test("keeps what stores promise to readers", arguments: ReadOnlyStorePromise.allCases)
    func promises(promise: ReadOnlyStorePromise) async throws {
        let bytes = (0..<5_000).map { UInt8($0 * 7 % 128) }
        try await TemporaryFolder.use { folder in
            try folder.write("show/a.mp3", String(decoding: bytes, as: UTF8.self))
            let catalog = try await EpisodeFolder.open(folder.path) { _, _ in nil }
            let episode = try #require(await catalog.listing().episodes.first)
            try await promise.check(on: catalog.source, key: episode.sourceKey, holding: bytes)
            await catalog.close()
        }
    }

    @Test("an episode's audio is found by listing its prefix, as in the bucket")
    func listed() async throws {
        try await Self.use { source, episode, _ in
            let prefix = "\(episode.feedSlug)/\(episode.guid)/"
            let found = try await source.list(prefix: prefix, limit: 10)
            #expect(found.map(\.key) == ["show/\(episode.guid)/audio/episode.mp3"])
            #expect(found.first?.sizeBytes == 10)
            #expect(try await source.list(prefix: "show/", limit: 10).count == 2)
            #expect(try await source.list(prefix: "show/", limit: 1).count == 1)
            #expect(try await source.list(prefix: "other/", limit: 10).isEmpty)
            #expect(try await source.head(found[0].key)?.etag == found[0].etag)
            #expect(try await source.head(found[0].key)?.contentType == "audio/mpeg")
            #expect(try await source.head(prefix + "audio/other.mp3") == nil)
        }
    }

    @Test("ranges are read under the version that was listed, whole and in pieces")
    func ranges() async throws {
        try await Self.use { source, episode, _ in
            let etag = try #require(try await source.head(episode.sourceKey)?.etag)
            let part = try await source.get(episode.sourceKey, range: 3..<6, ifMatch: etag, limitBytes: 3)
            #expect(part.bytes == Array("345".utf8))
            #expect(part.range == 3..<6)
            let stream = try await source.read(episode.sourceKey, range: 2..<100, ifMatch: etag, bufferBytes: 3)
            var pieces: [[UInt8]] = []
            for try await piece in stream.body { pieces.append(piece) }
            #expect(pieces == ["234", "567", "89"].map { Array($0.utf8) })
            await #expect(throws: ObjectStoreFault.rangeNotSatisfiable(sizeBytes: 10)) {
                try await source.get(episode.sourceKey, range: 10..<11, ifMatch: etag, limitBytes: 3)
            }
            await #expect(throws: ObjectStoreFault.tooLarge(limitBytes: 9)) {
                try await source.get(episode.sourceKey, range: nil, ifMatch: etag, limitBytes: 9)
            }
        }
    }

    @Test("a file replaced since it was listed, or while it is read, is a changed source with another version")
    func replaced() async throws {
        try await Self.use { source, episode, folder in
            let etag = try #require(try await source.head(episode.sourceKey)?.etag)
            let stream = try await source.read(episode.sourceKey, range: nil, ifMatch: etag, bufferBytes: 4)
            var pieces = stream.body.makeAsyncIterator()
            _ = try await pieces.next()
            try folder.write("show/a.mp3", "9876543210")
            await #expect(throws: ObjectStoreFault.sourceChanged) { try await pieces.next() }
            await #expect(throws: ObjectStoreFault.sourceChanged) {
                try await source.get(episode.sourceKey, range: 0..<1, ifMatch: etag, limitBytes: 10)
            }
            let now = try #require(try await source.head(episode.sourceKey)?.etag)
            #expect(now.version != etag.version)
            // An exchange for a file of the same size and time still shows.
            try folder.write("show/new", "0000000000")
            #expect(system("touch -r '\(folder.path)/show/a.mp3' '\(folder.path)/show/new'") == 0)
            rename("\(folder.path)/show/new", "\(folder.path)/show/a.mp3")
            #expect(try await source.head(episode.sourceKey)?.etag != now)
        }
    }

    @Test("nothing can be written or removed")
    func readOnly() async throws {
        try await Self.use { source, episode, folder in
            await #expect(throws: ObjectStoreFault.denied(code: "ReadOnly")) {
                try await source.put(episode.sourceKey, [1], attributes: .init(contentType: ""), condition: .none)
            }
            await #expect(throws: ObjectStoreFault.denied(code: "ReadOnly")) {
                try await source.delete(episode.sourceKey)
            }
            #expect(folder.all().contains("show/a.mp3"))
        }
    }

    @Test("an audio file that is gone is a missing object, and a folder that is gone a missing bucket")
    func gone() async throws {
        try await Self.use { source, episode, folder in
            unlink("\(folder.path)/show/a.mp3")
            let info = try await source.head(episode.sourceKey)
            #expect(info == nil)
            await #expect(throws: ObjectStoreFault.missingObject) {
                try await source.get(episode.sourceKey, range: nil, ifMatch: nil, limitBytes: 10)
            }
            #expect(system("rm -r '\(folder.path)'") == 0)
            await #expect(throws: ObjectStoreFault.missingBucket) {
                try await source.get(episode.sourceKey, range: nil, ifMatch: nil, limitBytes: 10)
            }
        }
    }
}
