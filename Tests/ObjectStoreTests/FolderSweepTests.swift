import Glibc
import TestStack
import Testing

@testable import ObjectStore

@Suite("a folder of objects keeps within its limits")
struct FolderSweepTests {
    private static let mp3 = ObjectAttributes(contentType: "audio/mpeg")

    private func use(_ body: (FolderObjectStore, TemporaryFolder) async throws -> Void) async throws {
        try await TemporaryFolder.use { folder in
            let store = try await FolderObjectStore.open("\(folder.path)/clips")
            try await body(store, folder)
            await store.close()
        }
    }

    /// Puts an object of 10,000 bytes as if long ago: on disk three blocks of 4 KiB, and one for its attributes.
    private func put(_ key: String, in store: FolderObjectStore, storedAt: Int, usedAt: Int) async throws {
        _ = try await store.put(key, [UInt8](repeating: 1, count: 10_000), attributes: Self.mp3, condition: .none)
        let times = [timespec(tv_sec: usedAt, tv_nsec: 0), timespec(tv_sec: storedAt, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, try store.path(of: key), times, 0) == 0)
    }

    private func keys(_ store: FolderObjectStore) async throws -> [String] {
        try await store.list(prefix: "", limit: 100).map(\.key)
    }

    @Test("what was stored too long ago goes, and nothing else")
    func age() async throws {
        try await use { store, _ in
            try await put("old.mp3", in: store, storedAt: 1_000, usedAt: 9_000)
            try await put("new.mp3", in: store, storedAt: 2_000, usedAt: 2_000)
            let swept = try await store.sweep(
                within: FolderLimits(bytes: 1 << 30, lifetimeSeconds: 8_500), lastUse: [:], now: 10_000)
            #expect(swept.removed == ["old.mp3"])
            #expect(try await keys(store) == ["new.mp3"])
            // With its attributes: nothing is left of it.
            #expect(access("\(store.folder)/.old.mp3", F_OK) != 0)
        }
    }

    @Test("beyond the bytes allowed those go first that were not used for longest, by the folder's word or a later one")
    func bytes() async throws {
        try await use { store, _ in
            for (key, use) in [("a.mp3", 100), ("b.mp3", 400), ("c.mp3", 200), ("d.mp3", 300), ("e.mp3", 500)] {
                try await put(key, in: store, storedAt: 50, usedAt: use)
            }
            let limits = FolderLimits(bytes: 60_000, lifetimeSeconds: 1 << 40)
            // Five take 81,920 bytes; three, 49,152, are a tenth below the limit.
            let swept = try await store.sweep(within: limits, lastUse: ["a.mp3": 1_000], now: 2_000)
            #expect(swept.removed == ["c.mp3", "d.mp3"])
            #expect(try await keys(store) == ["a.mp3", "b.mp3", "e.mp3"])
            #expect(swept.bytes == 49_152 && swept.objects == 3)
            #expect(try await store.sweep(within: limits, lastUse: [:], now: 2_000).removed == [])
        }
    }

    @Test("noting a use changes the order of removal, and not the object's version")
    func noteUse() async throws {
        try await use { store, _ in
            try await put("a.mp3", in: store, storedAt: 100, usedAt: 100)
            try await put("b.mp3", in: store, storedAt: 200, usedAt: 200)
            let before = try await store.head("a.mp3")
            try await store.noteUse(of: "a.mp3")
            #expect(try await store.head("a.mp3") == before)
            let swept = try await store.sweep(
                within: FolderLimits(bytes: 20_000, lifetimeSeconds: 1 << 40), lastUse: [:], now: 300)
            #expect(swept.removed == ["b.mp3"])
        }
    }

    @Test("nobody but the owner can read objects or list folders, those of earlier versions too")
    func modes() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("clips/audio/old.mp3", "x", mode: 0o644)
            chmod("\(folder.path)/clips", 0o755)
            let store = try await FolderObjectStore.open("\(folder.path)/clips")
            _ = try await store.put("audio/new.mp3", [1], attributes: Self.mp3, condition: .none)
            _ = try await store.put("other/new.mp3", [1], attributes: Self.mp3, condition: .none)
            _ = try await store.sweep(
                within: FolderLimits(bytes: 1 << 30, lifetimeSeconds: 1 << 40), lastUse: [:], now: 0)
            for name in folder.all() {
                var status = stat()
                #expect(lstat("\(folder.path)/\(name)", &status) == 0)
                let isFolder = status.st_mode & S_IFMT == S_IFDIR
                // A folder below one that is shut may keep its mode: nobody gets there.
                if name == "clips/audio" { continue }
                #expect(status.st_mode & 0o777 == (isFolder ? 0o700 : 0o600), "\(name)")
            }
            await store.close()
        }
    }

    @Test("whether an object could be put is tried, and too little room is no room")
    func writable() async throws {
        try await use { store, _ in
            try await store.checkWritable(room: 1)
            await #expect(throws: ObjectStoreFault.storage(errno: ENOSPC)) { try await store.checkWritable(room: .max) }
            #expect(rename(store.folder, store.folder + "-away") == 0)
            await #expect(throws: ObjectStoreFault.missingBucket) { try await store.checkWritable(room: 1) }
            #expect(rename(store.folder + "-away", store.folder) == 0)
        }
    }
}
