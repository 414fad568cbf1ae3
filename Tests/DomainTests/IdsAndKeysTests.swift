import Testing

@testable import Domain

@Suite("ids and keys")
struct IdsAndKeysTests {
    private let hex = "507f1f77bcf86cd799439011"

    @Test("24 hex digits are an ObjectId in lower case; anything else is a guid as it stands")
    func episodeIDs() throws {
        #expect(try EpisodeID(parsing: "507F1F77BCF86CD799439011").description == hex)
        #expect(try EpisodeID(parsing: "507f1f77bcf86cd79943901") == .guid("507f1f77bcf86cd79943901"))
        #expect(try EpisodeID(parsing: "https://example.com/a?b=c") == .guid("https://example.com/a?b=c"))
        #expect(ObjectID(hex: hex)?.bytes == [0x50, 0x7F, 0x1F, 0x77, 0xBC, 0xF8, 0x6C, 0xD7, 0x99, 0x43, 0x90, 0x11])
        #expect(ObjectID(bytes: ObjectID(hex: hex)!.bytes)?.description == hex)
    }

    @Test(
        "an episode id is refused when empty, too long or with control characters",
        arguments: [
            "", String(repeating: "a", count: 513), "a\u{0}b", "a\nb", "a\u{85}b",
        ])
    func refusedEpisodeIDs(text: String) {
        #expect(throws: ClipFault.self) { try EpisodeID(parsing: text) }
    }

    @Test("a guid of 512 bytes is taken")
    func longestGUID() throws {
        _ = try EpisodeID(parsing: String(repeating: "a", count: 512))
    }

    @Test(
        "a clip id reads back what it wrote",
        arguments: [
            "507f1f77bcf86cd799439011/30000-60000.mp3", "https://example.com/x/y/0-1.opus", "abc/chunk-12.mp3",
            "a/b-c/5-7.webm",
        ])
    func clipIDs(text: String) throws {
        #expect(try ClipID(parsing: text).description == text)
    }

    @Test(
        "a clip id of another form is refused",
        arguments: [
            "", "abc", "abc/30000.mp3", "abc/60000-30000.mp3", "abc/030-60.mp3", "abc/-1-60.mp3", "abc/+1-60.mp3",
            "abc/1-2.exe", "abc/1-99999999999.mp3", "abc/chunk--1.mp3", "/1-2.mp3", "abc/1-1.mp3", "abc/1-2-3.mp3",
        ])
    func refusedClipIDs(text: String) {
        #expect(throws: ClipFault.self) { try ClipID(parsing: text) }
    }

    @Test("an object key reads back what it wrote, and no other form")
    func objectKeys() throws {
        let text = "audio_clips/\(hex)/30000-60000_v2-1a2B3c4d.mp3"
        let key = try #require(ObjectKey(parsing: text))
        #expect(key.description == text)
        for other in [
            "audio_clips/\(hex)/30000-60000_v1.mp3", "audio_clips/\(hex)/30000-60000_v2-1a2b3c4.mp3",
            "audio_clips/\(hex)/../30000-60000_v2-1a2b3c4d.mp3", "audio_clips/guid/30000-60000_v2-1a2b3c4d.mp3",
            "other/\(hex)/30000-60000_v2-1a2b3c4d.mp3", "audio_clips/\(hex.uppercased())/3-6_v2-1a2b3c4d.mp3",
            "audio_clips/\(hex)/30000-60000_v02-1a2b3c4d.mp3", "audio_clips/\(hex)/30000-60000_v2-1a2b3c4d.exe",
            "audio_clips/\(hex)/30000-60000_v2-1a2b3c4d.mp3/", "",
        ] {
            #expect(ObjectKey(parsing: other) == nil, "\(other)")
        }
    }

    @Test("a key belongs to the ids that may be answered with it")
    func belonging() throws {
        let key = try #require(ObjectKey(parsing: "audio_clips/\(hex)/30000-60000_v2-1a2b3c4d.mp3"))
        for mine in ["\(hex)/30000-60000.mp3", "some-guid/30000-60000.mp3", "some-guid/chunk-4.mp3"] {
            #expect(try key.belongs(to: ClipID(parsing: mine)), "\(mine)")
        }
        for other in ["\(hex)/30000-60001.mp3", "607f1f77bcf86cd799439011/30000-60000.mp3", "\(hex)/30000-60000.wav"] {
            #expect(try !key.belongs(to: ClipID(parsing: other)), "\(other)")
        }
    }

    @Test("a window names every fault of its numbers at once")
    func windows() throws {
        let window = try ClipWindow(startMs: 30_000, durationMs: 30_000, longest: .seconds(60))
        #expect((window.startMs, window.endMs) == (30_000, 60_000))
        do {
            _ = try ClipWindow(startMs: -1, durationMs: 60_001, longest: .seconds(60))
            Issue.record("a negative start was taken")
        } catch {
            #expect(error.parameters.map(\.name) == ["start_time_ms", "duration_ms"])
        }
        #expect(throws: ClipFault.self) { try ClipWindow(startMs: .max, durationMs: .max, longest: .seconds(60)) }
        #expect(throws: ClipFault.self) { try ClipWindow(startMs: 2_147_483_647, durationMs: 1, longest: .seconds(60)) }
        #expect(throws: ClipFault.self) { try ClipWindow(startMs: 0, durationMs: 0, longest: .seconds(60)) }
    }

    @Test("a stranger's value is safe in a key only without empty, dot or control parts")
    func pathSegments() {
        for safe in ["feed", "a/b", "tag:example,2024:1", "…"] { #expect(PathSegments.areSafe(safe), "\(safe)") }
        for unsafe in ["", "/a", "a/", "a//b", "../a", "a/..", ".", "a/./b", "a\u{0}", "https://x/y"] {
            #expect(!PathSegments.areSafe(unsafe), "\(unsafe)")
        }
    }
}
