import Domain
import Testing

@testable import Episodes

struct RegisterEntryTests {
    static let episode = ObjectID(hex: "507f1f77bcf86cd799439011")!
    static let window = ClipWindow(startMs: 30_000, endMs: 60_000)!

    static func clip(
        _ format: ClipFormat, storedAt: Int64, source: String = "abcd1234", bytes: Int64 = 480_000
    ) -> RegisteredClip {
        RegisteredClip(
            key: ObjectKey(
                episode: episode, window: window, cutVersion: .current, sourceVersion: SourceVersion(source)!,
                format: format),
            sizeBytes: bytes, storedAtUnixSeconds: storedAt)
    }

    @Test("clips heard of in any order, any number of times, end as the same document")
    func orderFree() throws {
        let clips = [
            Self.clip(.opus, storedAt: 100), Self.clip(.mp3, storedAt: 200),
            Self.clip(.mp3, storedAt: 300, source: "eeee0000"),
            Self.clip(.webm, storedAt: 150), Self.clip(.opus, storedAt: 400),
            Self.clip(.opus, storedAt: 400, source: "ffff0000"),
        ]
        var documents = Set<BSONDocument>()
        for order in permutations(clips) {
            // Through the document each time, as the register does it.
            var stored = RegisterEntry(order[0]).fields
            for clip in order.dropFirst() + [order[0]] {
                var entry = RegisterEntry(stored, episode: Self.episode, window: Self.window)
                entry.take(clip)
                stored = entry.fields
            }
            documents.insert(stored)
        }
        let document = try #require(documents.first)
        #expect(documents.count == 1)
        #expect(document.string("s3_key") == "audio_clips/\(Self.episode)/30000-60000_v5-eeee0000.mp3")
        #expect(document["generated_at"] == .date(300_000))
        let formats = try #require(document.document("formats"))
        #expect(formats.fields.map(\.name) == ["opus", "webm"])
        #expect(formats.document("opus")?.string("source_version") == "ffff0000")
    }

    @Test("without an MP3 the format that was made first stands in the document's own fields")
    func firstFormat() {
        var entry = RegisterEntry(Self.clip(.webm, storedAt: 100))
        entry.take(Self.clip(.opus, storedAt: 200))
        #expect(entry.fields.string("s3_key")?.hasSuffix(".webm") == true)
        #expect(entry.fields.document("formats")?.fields.map(\.name) == ["opus"])
    }

    @Test("the window and the size are 32-bit numbers, which the validator asks for")
    func types() {
        let fields = RegisterEntry(Self.clip(.mp3, storedAt: 1)).fields
        #expect(fields["clip_start_ms"] == .int32(30_000))
        #expect(fields["clip_end_ms"] == .int32(60_000))
        #expect(fields["file_size_bytes"] == .int32(480_000))
        #expect(
            RegisterEntry(Self.clip(.mp3, storedAt: 1, bytes: 1 << 40)).fields["file_size_bytes"] == .int64(1 << 40))
    }

    @Test("a clip of the old system gives way, whenever it was made")
    func oldSystem() {
        let old: BSONDocument = [
            "s3_key": .string("audio_clips/\(Self.episode)/30000-60000_v1.mp3"), "generated_at": .date(.max),
            "file_size_bytes": .int32(1),
        ]
        var entry = RegisterEntry(old, episode: Self.episode, window: Self.window)
        #expect(entry.clips.isEmpty)
        entry.take(Self.clip(.mp3, storedAt: 1))
        #expect(entry.fields.string("s3_key")?.contains("_v5-") == true)
    }

    @Test("clips of another window or episode in a document are not believed")
    func foreign() {
        let other = ClipWindow(startMs: 0, endMs: 1)!
        let document = RegisterEntry(Self.clip(.mp3, storedAt: 1)).fields
        #expect(RegisterEntry(document, episode: Self.episode, window: other).clips.isEmpty)
    }

    private func permutations<Element>(_ elements: [Element]) -> [[Element]] {
        guard elements.count > 1 else { return [elements] }
        return elements.indices.flatMap { index in
            var rest = elements
            let one = rest.remove(at: index)
            return permutations(rest).map { [one] + $0 }
        }
    }
}
