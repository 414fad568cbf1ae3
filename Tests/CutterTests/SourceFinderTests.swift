import Bounded
import Domain
import Fakes
import ObjectStore
import Synchronization
import Testing

@testable import CutterService

@Suite("finding an episode's audio")
struct SourceFinderTests {
    private let store = MemoryStore(now: 0)
    private final class Clock: Sendable {
        private let time = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { time.withLock { $0 } }
        func pass(_ duration: Duration) { time.withLock { $0 += duration } }
    }

    private let clock = Clock()
    private let guid = "abcdefgh-1234"

    private func finder(lifetime: Duration = .seconds(300), listing: Int = 10_000) -> SourceFinder {
        SourceFinder(
            store: store,
            limits: .init(
                entries: 10, lifetime: lifetime, absenceLifetime: .seconds(10), lookUps: 10, listing: listing),
            now: { [clock] in clock.now })
    }

    @Test("what was found is kept for its lifetime and not longer")
    func lifetime() async throws {
        store.place("feed/\(guid)/audio/a.mp3", [1], etag: "\"first-00\"")
        let finder = finder()
        let first = try await finder.source(feedSlug: "feed", guid: guid)
        store.place("feed/\(guid)/audio/a.mp3", [1, 2], etag: "\"second-0\"")
        clock.pass(.seconds(300) - .nanoseconds(1))
        #expect(try await finder.source(feedSlug: "feed", guid: guid) == first)
        #expect(store.calls("list") == 1)
        clock.pass(.nanoseconds(1))
        #expect(try await finder.source(feedSlug: "feed", guid: guid).sizeBytes == 2)
        #expect(store.calls("list") == 2)
    }

    @Test("that nothing is there is kept for its own, shorter time")
    func absence() async throws {
        let finder = finder()
        for _ in 0..<2 {
            await #expect(throws: ClipFault.self) { try await finder.source(feedSlug: "feed", guid: guid) }
        }
        #expect(store.calls("list") == 1)
        store.place("feed/\(guid)/audio/a.mp3", [1], etag: "\"first-00\"")
        clock.pass(.seconds(10))
        #expect(try await finder.source(feedSlug: "feed", guid: guid).key == "feed/\(guid)/audio/a.mp3")
    }

    @Test("audio behind more objects than a page of a listing is found, and the bound on them is told")
    func manyObjects() async throws {
        for number in 0..<1_500 {
            store.place("feed/\(guid)/audio/\(10_000 + number).jpg", [1], etag: "\"picture0\"")
        }
        store.place("feed/\(guid)/audio/x_abcdefgh_audio.mp3", [1], etag: "\"audio-00\"")
        #expect(
            try await finder().source(feedSlug: "feed", guid: guid).key == "feed/\(guid)/audio/x_abcdefgh_audio.mp3")
        await #expect(
            throws: ClipFault(
                .noAudio,
                "none of the first 1500 objects under the episode's folder in the source bucket is an audio file")
        ) { try await finder(listing: 1_500).source(feedSlug: "feed", guid: guid) }
    }

    @Test("the audio of a guid that is a URL is found in its encoded place, or else in the folded one")
    func urls() async throws {
        let guid = "https://blog.example/?p=123"
        let folded = "feed/https:/blog.example/?p=123/audio/name_https:/_audio.mp3"
        store.place(folded, [1], etag: "\"folded-0\"")
        #expect(try await finder().source(feedSlug: "feed", guid: guid).key == folded)
        let encoded = "feed/https%3A%2F%2Fblog.example%2F%3Fp%3D123/audio/episode.mp3"
        store.place(encoded, [1], etag: "\"encoded0\"")
        #expect(try await finder().source(feedSlug: "feed", guid: guid).key == encoded)
    }
}
