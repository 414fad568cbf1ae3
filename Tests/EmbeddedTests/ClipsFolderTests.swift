import ObjectStore
import Synchronization
import TestStack
import Testing

@testable import EmbeddedService

@Suite("the folder of clips")
struct ClipsFolderTests {
    @Test("a sweep names each clip that it removed, also one that nobody was given lately")
    func removed() async throws {
        try await TemporaryFolder.use { folder in
            let gone = Mutex<Set<String>>([])
            let store = try await FolderObjectStore.open("\(folder.path)/clips")
            // Everything is too old at once.
            let clips = ClipsFolder(
                store, limits: FolderLimits(bytes: 1 << 30, lifetimeSeconds: 0), log: .silent
            ) { key in gone.withLock { _ = $0.insert(key) } }
            let keys: Set = ["audio_clips/a/1.mp3", "audio_clips/a/2.mp3"]
            for key in keys {
                _ = try await clips.put(
                    key, [1, 2, 3], attributes: ObjectAttributes(contentType: "audio/mpeg"), condition: .none)
            }
            clips.handedOut("audio_clips/a/1.mp3", at: 0)
            await clips.sweep()
            #expect(gone.withLock { $0 } == keys)
            for key in keys { #expect(try await clips.head(key) == nil) }
            await store.close()
        }
    }
}
