import FoundationEssentials
import Testing
import Transcripts

@testable import Domain

@Suite("clips whose edges are moved")
struct SnapTests {
    private let hex = "507f1f77bcf86cd799439011"

    @Test(
        "an id says how, and reads back what it wrote",
        arguments: [
            "abc/30000-60000~sentence-4000.mp3", "abc/30000-60000~silence-0.peaks-512-16-split",
            "abc/30000-60000~chunk-10000.vtt", "abc/chunk-12~sentence-4000.mp3",
            "https://example.com/~a/0-30000~sentence-4000-at-15000.transcript", "abc/1-2~sentence-1-at-2.mp3",
        ])
    func ids(text: String) throws {
        let id = try ClipID(parsing: text)
        #expect(id.description == text && id.snap != nil)
        let plain = ClipID(episode: id.episode, span: id.span, format: id.format)
        #expect(plain != id && !plain.description.contains("sentence"))
    }

    @Test(
        "an id of another form is refused",
        arguments: [
            "abc/1-2~.mp3", "abc/1-2~sentence.mp3", "abc/1-2~sentence-.mp3", "abc/1-2~sentence-10001.mp3",
            "abc/1-2~sentence-04.mp3", "abc/1-2~words-4.mp3", "abc/1-2~sentence-4-at-.mp3",
            "abc/1-2~sentence-4-at-3.mp3", "abc/5-9~sentence-4-at-4.mp3", "abc/chunk-1~sentence-4-at-1.mp3",
            "abc/1-2~sentence-4~sentence-4.mp3", "abc/1-2sentence-4.mp3", "abc/1-2.mp3~sentence-4",
        ])
    func refused(text: String) { #expect(throws: ClipFault.self) { try ClipID(parsing: text) } }

    @Test("an object belongs to it if no edge lies farther from what was asked than it may")
    func belongs() throws {
        func belongs(_ window: String, _ id: String) throws -> Bool {
            try #require(ObjectKey(parsing: "audio_clips/\(hex)/\(window)_v4-1a2B3c4d.mp3"))
                .belongs(to: try ClipID(parsing: "\(hex)/\(id).mp3"))
        }
        for window in ["30000-60000", "26000-64000", "34000-56000"] {
            #expect(try belongs(window, "30000-60000~sentence-4000"))
        }
        for window in ["25999-60000", "30000-64001", "34001-60000", "30000-55999"] {
            #expect(try !belongs(window, "30000-60000~sentence-4000"), "\(window)")
        }
        // Around a moment the clip may be as short as the sentence there.
        #expect(try belongs("44000-46000", "30000-60000~sentence-4000-at-45000"))
        #expect(try !belongs("25999-46000", "30000-60000~sentence-4000-at-45000"))
        #expect(try !belongs("44000-64001", "30000-60000~sentence-4000-at-45000"))
        #expect(try !belongs("30001-60000", "30000-60000"))
        #expect(try belongs("12345-50000", "chunk-3~sentence-4000"))
    }

    private func ready(_ id: String, _ snapped: Snapped?) throws -> ClipReady {
        ClipReady(
            clipID: try ClipID(parsing: "\(hex)/\(id).mp3"),
            objectKey: try #require(ObjectKey(parsing: "audio_clips/\(hex)/29000-61000_v4-1a2B3c4d.mp3")),
            startMs: 29_000, durationMs: 32_000, sizeBytes: 1, storedAt: 1, objectExpiresAt: 2, sourceCheckedAt: 1,
            exact: .sample, cut: true, snapped: snapped)
    }

    @Test("that it is ready is told with what was asked, by what the edges lie, and how sure that is")
    func told() throws {
        let asked = try #require(ClipWindow(startMs: 30_000, endMs: 60_000))
        for kind in Snap.Kind.allCases {
            for basis in [Timing.exact, .estimated] {
                let event = try ready(
                    "30000-60000~sentence-4000", Snapped(asked: asked, kind: kind, basis: basis))
                let json = try JSONEncoder().encode(event)
                #expect(try JSONDecoder().decode(ClipReady.self, from: json) == event)
                #expect(ClipReady(flat: Array(json)) == event)
            }
        }
    }

    @Test("an event that does not fit its id is refused")
    func unfit() throws {
        let other = try #require(ClipWindow(startMs: 30_001, endMs: 60_000))
        for event in [
            try ready("30000-60000~sentence-4000", nil),
            try ready("30000-60000~sentence-4000", Snapped(asked: other, kind: .sentence, basis: .exact)),
        ] {
            let json = try JSONEncoder().encode(event)
            #expect(throws: (any Error).self) { try JSONDecoder().decode(ClipReady.self, from: json) }
            #expect(ClipReady(flat: Array(json)) == nil)
        }
    }

    @Test("a resolved clip carries how far its edges may still move, around its window")
    func resolved() throws {
        let window = try #require(ClipWindow(startMs: 29_000, endMs: 61_000))
        let snapped = Snapped(asked: window, kind: .sentence, basis: .exact)
        func event(_ start: ClosedRange<Int32>, _ end: ClosedRange<Int32>, _ id: String) throws -> ClipResolved {
            try ClipResolved(
                clipID: try ClipID(parsing: "\(hex)/\(id).mp3"), budget: .seconds(1),
                episode: try #require(ObjectID(hex: hex)), guid: "g", feedSlug: "f", title: nil, window: window,
                edges: ClipEdges(snapped, start: start, end: end))
        }
        let id = "29000-61000~sentence-4000"
        let right = try event(28_850...29_150, 60_850...61_150, id)
        let json = try JSONEncoder().encode(right)
        #expect(try JSONDecoder().decode(ClipResolved.self, from: json) == right)
        #expect(throws: EventFault.self) { try event(29_001...29_150, 60_850...61_150, id) }
        #expect(throws: EventFault.self) { try event(28_850...29_150, 60_850...60_999, id) }
        #expect(throws: EventFault.self) { try event(28_850...45_000, 45_000...61_150, id) }
        #expect(throws: EventFault.self) { try event(28_850...29_150, 60_850...61_150, "29000-61000") }
        let turned = String(decoding: json, as: UTF8.self)
            .replacing(#""start_to_ms":29150"#, with: #""start_to_ms":28849"#)
        #expect(throws: EventFault.self) { try JSONDecoder().decode(ClipResolved.self, from: Data(turned.utf8)) }
    }
}
