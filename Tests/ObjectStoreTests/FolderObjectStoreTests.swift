import Fakes
import Glibc
import TestStack
import Testing
import Text

@testable import ObjectStore

/// What only a folder does; what every store does is in the conformance suite.
struct FolderObjectStoreTests {
    private static let mp3 = ObjectAttributes(
        contentType: "audio/mpeg", cacheControl: "public, max-age=31536000, immutable",
        contentDisposition: ObjectAttributes.contentDisposition(fileName: "Ünïcode clip.mp3"),
        metadata: ["cut-version": "2", "title": ObjectAttributes.metadataValue("Ünïcode")])

    private static func use(_ body: (FolderObjectStore, TemporaryFolder) async throws -> Void) async throws {
        try await TemporaryFolder.use { folder in
            let store = try await FolderObjectStore.open("\(folder.path)/clips")
            try await body(store, folder)
            await store.close()
        }
    }

    @Test("keeps every promise of the port", arguments: ObjectStorePromise.allCases)
    func promises(promise: ObjectStorePromise) async throws {
        try await Self.use { store, _ in try await promise.check(on: store) }
    }

    @Test("an object is a plain file with its bytes, and its attributes come back")
    func plain() async throws {
        try await Self.use { store, folder in
            let outcome = try await store.put("a/b/clip.mp3", [1, 2, 3], attributes: Self.mp3, condition: .ifAbsent)
            let info = try #require(try await store.head("a/b/clip.mp3"))
            #expect(outcome == .stored(etag: info.etag, atUnixSeconds: info.lastModifiedUnixSeconds))
            #expect(info.contentType == "audio/mpeg")
            #expect(info.metadata == Self.mp3.metadata)
            #expect(try await store.attributes(of: "a/b/clip.mp3") == Self.mp3)
            #expect(try store.path(of: "a/b/clip.mp3") == "\(store.folder)/a/b/clip.mp3")
            #expect(try FolderFile(opening: store.path(of: "a/b/clip.mp3")).read(0..<3) == [1, 2, 3])
            let now = WallTime.now().seconds
            #expect((now - 60...now + 60).contains(info.lastModifiedUnixSeconds))
        }
    }

    @Test("of puts at the same time that want the key absent, one stores and its attributes are the ones kept")
    func race() async throws {
        try await Self.use { store, folder in
            let outcomes = try await withThrowingTaskGroup(of: (Int, PutOutcome).self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let attributes = ObjectAttributes(contentType: "audio/mpeg", metadata: ["n": "\(number)"])
                        return (
                            number,
                            try await store.put(
                                "x/one.mp3", [UInt8](repeating: UInt8(number), count: 50_000), attributes: attributes,
                                condition: .ifAbsent)
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let winners = outcomes.filter { $0.1 != .alreadyThere }
            #expect(winners.count == 1)
            let winner = try #require(winners.first?.0)
            let stored = try await store.get("x/one.mp3", range: nil, ifMatch: nil, limitBytes: 100_000)
            #expect(stored.bytes == [UInt8](repeating: UInt8(winner), count: 50_000))
            #expect(stored.info.metadata == ["n": "\(winner)"])
            // Nothing is left of the others: object, attributes, two folders, and the folder for what is being written.
            #expect(folder.all("clips/").count == 4)
        }
    }

    @Test("readers see an object whole, with the attributes of its bytes, while it is replaced again and again")
    func replaced() async throws {
        try await Self.use { store, folder in
            func put(_ number: Int) async throws {
                _ = try await store.put(
                    "x.mp3", [UInt8](repeating: UInt8(number), count: 10_000 + number),
                    attributes: ObjectAttributes(contentType: "audio/mpeg", metadata: ["n": "\(number)"]),
                    condition: .none)
            }
            try await put(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { for number in 1...100 { try await put(number) } }
                for _ in 0..<2 {
                    group.addTask {
                        for _ in 0..<100 {
                            let object = try await store.get("x.mp3", range: nil, ifMatch: nil, limitBytes: 20_000)
                            let number = try #require(object.bytes.first)
                            #expect(object.bytes == [UInt8](repeating: number, count: 10_000 + Int(number)))
                            #expect(object.info.metadata == ["n": "\(number)"])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(folder.all("clips/").count == 3)
        }
    }

    @Test("deleting takes away the attributes and the folders that become empty")
    func deleted() async throws {
        try await Self.use { store, folder in
            for key in ["a/b/1.mp3", "a/2.mp3"] {
                _ = try await store.put(key, [1], attributes: Self.mp3, condition: .none)
            }
            try await store.delete("a/b/1.mp3")
            try await store.delete("a/b/1.mp3")
            #expect(!folder.all("clips/").contains("clips/a/b"))
            #expect(try await store.list(prefix: "", limit: 10).map(\.key) == ["a/2.mp3"])
            try await store.delete("a/2.mp3")
            #expect(folder.all("clips/") == ["clips/.incoming"])
        }
    }

    @Test("what a crash left half-written is removed at the next start, what another process is writing is not")
    func stale() async throws {
        try await TemporaryFolder.use { folder in
            let path = "\(folder.path)/clips"
            await (try FolderObjectStore.open(path)).close()
            try folder.write("clips/.incoming/1-dead", "half a cl")
            let living = try FolderTemporary(in: "\(path)/.incoming")
            await (try FolderObjectStore.open(path)).close()
            #expect(folder.all("clips/").count == 2)
            _ = try living.write([1])
            #expect(!folder.all("clips/").contains("clips/.incoming/1-dead"))
        }
    }

    @Test("files that somebody else put into the folder are no objects, unless they are where one would be")
    func foreign() async throws {
        try await Self.use { store, folder in
            try folder.write("clips/plain.mp3", "abc")
            try folder.write("clips/no-dot", "abc")
            try folder.write("clips/sp ace.mp3", "abc")
            try folder.write("clips/.hidden.mp3", "abc")
            symlink("/etc/passwd", "\(store.folder)/link.mp3")
            #expect(try await store.list(prefix: "", limit: 10).map(\.key) == ["plain.mp3"])
            #expect(try await store.head("plain.mp3")?.contentType == "application/octet-stream")
        }
    }

    @Test("a folder copied with its times keeps tags and attributes")
    func copied() async throws {
        try await Self.use { store, folder in
            _ = try await store.put("a/x.mp3", [1, 2], attributes: Self.mp3, condition: .none)
            let before = try await store.head("a/x.mp3")
            #expect(run("cp -a '\(store.folder)' '\(folder.path)/copy'") == 0)
            let copy = try await FolderObjectStore.open("\(folder.path)/copy")
            #expect(try await copy.head("a/x.mp3") == before)
            await copy.close()
        }
    }

    @Test("a store whose folder was taken away says so, and does not make it anew")
    func gone() async throws {
        try await Self.use { store, folder in
            #expect(run("rm -r '\(store.folder)'") == 0)
            await #expect(throws: ObjectStoreFault.missingBucket) {
                try await store.get("x.mp3", range: nil, ifMatch: nil, limitBytes: 10)
            }
            await #expect(throws: ObjectStoreFault.missingBucket) { try await store.list(prefix: "a/", limit: 10) }
            await #expect(throws: ObjectStoreFault.missingBucket) {
                try await store.put("x.mp3", [1], attributes: Self.mp3, condition: .none)
            }
            #expect(access(store.folder, F_OK) != 0)
        }
    }

    @Test("a closed store refuses calls")
    func closed() async throws {
        try await Self.use { store, _ in
            await store.close()
            await #expect(throws: ObjectStoreFault.cancelled) { try await store.head("x.mp3") }
        }
    }

    private func run(_ command: String) -> Int32 { system(command) }
}
