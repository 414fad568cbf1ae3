import Fakes
import ObjectStore
import Testing

@testable import CutterService

@Suite("Pages of sources that are kept")
struct SourcePagesTests {
    private let page = SourcePages.pageBytes

    private func source(_ size: Int, etag: String = "\"one\"", key: String = "source") throws -> SourceAudio {
        SourceAudio(key: key, sizeBytes: UInt64(size), etag: try #require(ETag(etag)), checkedAt: 0)
    }

    private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 131 >> 3) } }

    @Test("whole pages are kept, the file's last one however short it is, and no part of another")
    func whole() throws {
        let pages = SourcePages(limitBytes: 1 << 20)
        let all = bytes(3 * page + 100)
        let kept = try #require(pages.of(try source(all.count)))
        kept.keep(all[10..<2 * page - 1], at: 10)
        #expect(kept.bytes(at: 10) == nil && kept.bytes(at: UInt64(page)) == nil)
        kept.keep(all[10..<2 * page], at: 10)
        #expect(kept.bytes(at: 10) == nil)
        #expect(kept.bytes(at: UInt64(page + 3)) == all[page + 3..<2 * page])
        kept.keep(all[(3 * page)...], at: UInt64(3 * page))
        #expect(kept.bytes(UInt64(3 * page + 1)..<UInt64(all.count)) == Array(all[(3 * page + 1)...]))
        #expect(kept.bytes(UInt64(page)..<UInt64(2 * page + 1)) == nil)
        #expect(kept.bytes(at: UInt64(all.count)) == nil)
    }

    @Test("they are used for no other version, and for no other source")
    func versions() throws {
        let pages = SourcePages(limitBytes: 1 << 20)
        try #require(pages.of(try source(page))).keep(bytes(page)[...], at: 0)
        #expect(pages.of(try source(page))?.bytes(at: 0)?.count == page)
        #expect(pages.of(try source(page, etag: "\"two\""))?.bytes(at: 0) == nil)
        #expect(pages.of(try source(page, key: "other"))?.bytes(at: 0) == nil)
    }

    @Test("they take no more memory than they may, and those used last stay")
    func bounded() throws {
        let pages = SourcePages(limitBytes: 10 * page)
        let kept = try #require(pages.of(try source(100 * page)))
        for number in 0..<100 {
            kept.keep(bytes(page)[...], at: UInt64(number * page))
            _ = kept.bytes(at: 0)
            #expect(pages.bytes <= 10 * page)
        }
        #expect(kept.bytes(at: 0) != nil && kept.bytes(at: UInt64(99 * page)) != nil)
        #expect(kept.bytes(at: UInt64(50 * page)) == nil)
        #expect(SourcePages(limitBytes: 0).of(try source(100)) == nil)
    }

    @Test("what is missing is read by whole pages, those side by side in one request, and nothing twice")
    func readAhead() async throws {
        let store = ScriptedStore(bytes(10 * page + 1))
        let pages = SourcePages(limitBytes: 1 << 20)
        let source = SourceAudio(key: ScriptedStore.key, sizeBytes: store.sizeBytes, etag: store.etag, checkedAt: 0)
        let kept = try #require(pages.of(source))
        let size = UInt64(page)
        try await kept.readAhead([0..<1, size..<size + 5, 10 * size..<11 * size], from: store)
        #expect(Set(store.ranges) == [0..<2 * size, 10 * size..<10 * size + 1])
        try await kept.readAhead([0..<3 * size], from: store)
        #expect(store.ranges.last == 2 * size..<3 * size)
        store.follow([.replace])
        await #expect(throws: ObjectStoreFault.sourceChanged) { try await kept.readAhead([0..<4 * size], from: store) }
        #expect(kept.bytes(at: 3 * size) == nil)
    }

    /// Boxes by ISO/IEC 14496-12, 4.2: a size of 32 bits, a type, and a size of 64 bits where the first one is 1.
    @Test("the index of an MP4 is found before its sound and behind it, and a damaged size leads nowhere")
    func index() {
        func box(_ type: String, _ length: UInt32, _ more: [UInt8] = []) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + Array(type.utf8) + more
        }
        func found(_ beginning: [UInt8], _ size: UInt64 = 60_000_000) -> [Range<UInt64>] {
            SourceIndex.stretches(
                (beginning + [UInt8](repeating: 0, count: 100))[...], sizeBytes: size, atMost: 2 << 20)
        }
        func stretches(_ ranges: Range<UInt64>...) -> [Range<UInt64>] { ranges }
        let ftyp = box("ftyp", 24, [UInt8](repeating: 0, count: 16))
        let head = stretches(0..<131_072)
        #expect(found(ftyp + box("moov", 700_000)) == stretches(0..<765_560))
        #expect(
            found(ftyp + box("free", 8) + box("mdat", 59_000_000))
                == stretches(0..<65_568, 59_000_032..<60_000_000))
        let long: [UInt8] = [0, 0, 0, 0, 3, 132, 70, 192]  // 59,000,512
        #expect(found(ftyp + box("mdat", 1, long)) == stretches(0..<65_560, 59_000_536..<60_000_000))
        // To the end of the file, as of a recording that was broken off.
        #expect(found(ftyp + box("mdat", 0)) == head)
        #expect(found(ftyp + box("moov", 4)) == head)
        #expect(found(ftyp + box("mdat", 1, [UInt8](repeating: 255, count: 8))) == head)
        // Larger than what may be read ahead.
        #expect(found(ftyp + box("moov", 3_000_000)) == head)
        #expect(found(Array("RIFF".utf8)) == stretches(0..<1_048_576))
        #expect(found(Array("????".utf8)) == head)
        #expect(found([], 1_000) == stretches(0..<1_000))
    }
}
