import FoundationEssentials
import Testing

@testable import Domain

/// The judge is the decoder of all JSON.
@Suite("clip.ready without a decoder of all JSON")
struct ClipReadyFlatTests {
    private func random(_ random: inout some RandomNumberGenerator) throws -> ClipReady {
        let hex = (0..<24).map { _ in "0123456789abcdef".randomElement(using: &random)! }
        let episode = try #require(ObjectID(hex: String(hex)))
        let start = Int32.random(in: 0...3_600_000, using: &random)
        let window = try #require(ClipWindow(startMs: start, endMs: start + .random(in: 1...60_000, using: &random)))
        let format = try #require(ClipFormat.each.randomElement(using: &random))
        let source = (0..<8).map { _ in "0aZ9bY".randomElement(using: &random)! }
        let key = ObjectKey(
            episode: episode, window: window, cutVersion: CutVersion(.random(in: 1...9, using: &random)),
            sourceVersion: try #require(SourceVersion(String(source))), format: format)
        let asked: EpisodeID = Bool.random(using: &random) ? .objectID(episode) : .guid("https://example.com/?p=12")
        let time = Int64.random(in: 0...Int64(UInt32.max), using: &random)
        let snap = Bool.random(using: &random) ? Snap(.sentence) : nil
        return ClipReady(
            clipID: ClipID(episode: asked, span: .window(window), snap: snap, format: format), objectKey: key,
            startMs: window.startMs,
            durationMs: window.durationMs, sizeBytes: .random(in: 1...Int64.max, using: &random), storedAt: time,
            objectExpiresAt: time, sourceCheckedAt: time, exact: Bool.random(using: &random) ? .sample : .reencoded,
            cut: Bool.random(using: &random),
            snapped: snap.map { _ in Snapped(asked: window, kind: .sentence, basis: .estimated) })
    }

    @Test("what our encoder writes is read, and as it was")
    func written() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let event = try random(&generator)
            let json = try JSONEncoder().encode(event)
            #expect(ClipReady(flat: Array(json)) == event, "\(String(decoding: json, as: UTF8.self))")
        }
    }

    @Test("whatever is read of altered bytes, the decoder of all JSON reads the same of them")
    func altered() throws {
        var generator = SystemRandomNumberGenerator()
        let marks = Array(#"{}[]",:\/0123456789-+.eE truefalsn"#.utf8) + [0, 9, 10, 0x7F, 0x80, 0xC3, 0xFF]
        var readCount = 0
        for _ in 0..<20_000 {
            var json = Array(try JSONEncoder().encode(try random(&generator)))
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let place = json.indices.randomElement(using: &generator)!
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: json[place] = marks.randomElement(using: &generator)!
                case 1: json.insert(marks.randomElement(using: &generator)!, at: place)
                default: json.remove(at: place)
                }
            }
            guard let flat = ClipReady(flat: json) else { continue }
            readCount += 1
            let judged = try? JSONDecoder().decode(ClipReady.self, from: Data(json))
            #expect(flat == judged, "\(String(decoding: json, as: UTF8.self))")
        }
        #expect(readCount > 500)
    }

    @Test(
        "a field that comes twice, is missing or of another kind is left to the decoder of all JSON",
        arguments: [
            #"{"cut":true,"cut":true}"#, #"{"cut":true}"#, #"{}"#, "", "{", #"{"cut":1}"#, #"{"cut":true"#,
            #"{"cut":true}}"#,
        ])
    func incomplete(json: String) { #expect(ClipReady(flat: Array(json.utf8)) == nil) }

    @Test("a window that is not the key's is refused by both")
    func checked() throws {
        let json = """
            {"clip_id":"507f1f77bcf86cd799439011/30000-60000.mp3","exact":"sample","cut":true,"start_ms":30000,
            "object_key":"audio_clips/507f1f77bcf86cd799439011/30000-60001_v2-1a2b3c4d.mp3","duration_ms":30000,
            "size_bytes":480000,"stored_at":1790000000,"object_expires_at":1792592000,"source_checked_at":1790000000}
            """
        #expect(ClipReady(flat: Array(json.utf8)) == nil)
        #expect(throws: EventFault.self) { try JSONDecoder().decode(ClipReady.self, from: Data(json.utf8)) }
        let right = json.replacing("60001", with: "60000")
        #expect(ClipReady(flat: Array(right.utf8)) != nil)
    }
}
