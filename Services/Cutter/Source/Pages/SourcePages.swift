import Bounded
import Synchronization

/// What is read of a source for each of its clips anew, in memory: its beginning, and the index by which ffmpeg seeks.
///
/// A page belongs to one version (key and ETag) of a source, and is used for no other. Those used most recently stay.
final class SourcePages: Sendable {
    /// As much as is read first of a source, so that this is kept as well.
    static let pageBytes = 16 << 10

    fileprivate struct Page: Hashable {
        let key: String
        let etag: String
        let number: UInt64
    }

    private let limitBytes: Int
    private let pages: Mutex<RecentlyUsed<Page, [UInt8]>>

    /// - Parameter limitBytes: of all pages; below a page nothing is kept.
    init(limitBytes: Int) {
        self.limitBytes = limitBytes
        pages = Mutex(RecentlyUsed(limitBytes: limitBytes))
    }

    /// The pages of one version; nil if none can be kept.
    func of(_ source: SourceAudio) -> KeptPages? {
        limitBytes > Self.pageBytes ? KeptPages(pages: self, source: source) : nil
    }

    /// How much of one source is read for its index: others must find room.
    var mostOfOne: UInt64 { UInt64(limitBytes / 4) }

    /// Of all pages.
    var bytes: Int { pages.withLock { $0.bytes } }

    fileprivate func get(_ page: Page) -> [UInt8]? { pages.withLock { $0.get(page) } }

    fileprivate func has(_ page: Page) -> Bool { pages.withLock { $0.peek(page) != nil } }

    fileprivate func keep(_ bytes: [UInt8], as page: Page) {
        pages.withLock { pages in
            _ = pages.insert(
                bytes, for: page, heapBytes: bytes.count + 32 + heapBytes(of: page.key) + heapBytes(of: page.etag))
        }
    }
}

/// The pages of one version of a source. Places are those in its file.
struct KeptPages: Sendable {
    let pages: SourcePages
    let source: SourceAudio

    private static let pageBytes = UInt64(SourcePages.pageBytes)

    private func page(_ number: UInt64) -> SourcePages.Page {
        SourcePages.Page(key: source.key, etag: source.etag.text, number: number)
    }

    /// What is kept from a place to the end of its page; nil if that page is not kept.
    func bytes(at place: UInt64) -> ArraySlice<UInt8>? {
        guard let page = pages.get(page(place / Self.pageBytes)) else { return nil }
        let rest = page.dropFirst(Int(place % Self.pageBytes))
        return rest.isEmpty ? nil : rest
    }

    /// The bytes of a stretch; nil unless all of them are kept.
    func bytes(_ range: Range<UInt64>) -> [UInt8]? {
        var found: [UInt8] = []
        while found.count < range.count {
            guard let more = bytes(at: range.lowerBound + UInt64(found.count)) else { return nil }
            found += more.prefix(range.count - found.count)
        }
        return found
    }

    /// The first page; empty if it is not kept.
    var beginning: ArraySlice<UInt8> { bytes(at: 0) ?? [] }

    /// The part of a stretch before the first page of it that is kept.
    func missing(of range: Range<UInt64>) -> Range<UInt64> {
        guard let last = range.last else { return range }
        for number in range.lowerBound / Self.pageBytes...last / Self.pageBytes where pages.has(page(number)) {
            return range.lowerBound..<max(range.lowerBound, number * Self.pageBytes)
        }
        return range
    }

    /// Keeps the whole pages among bytes that were read.
    func keep(_ bytes: ArraySlice<UInt8>, at place: UInt64) {
        let end = place + UInt64(bytes.count)
        var begin = (place + Self.pageBytes - 1) / Self.pageBytes * Self.pageBytes
        while begin < end {
            let pageEnd = min(begin + Self.pageBytes, source.sizeBytes)
            guard pageEnd <= end, pageEnd > begin else { return }
            let from = bytes.startIndex + Int(begin - place)
            pages.keep(Array(bytes[from..<from + Int(pageEnd - begin)]), as: page(begin / Self.pageBytes))
            begin = pageEnd
        }
    }

    /// The whole pages that hold these stretches and are not kept, those side by side together.
    func missing(of stretches: [Range<UInt64>]) -> [Range<UInt64>] {
        var numbers = Set<UInt64>()
        for stretch in stretches {
            guard let last = stretch.clamped(to: 0..<source.sizeBytes).last else { continue }
            numbers.formUnion(stretch.lowerBound / Self.pageBytes...last / Self.pageBytes)
        }
        var runs: [Range<UInt64>] = []
        for number in numbers.sorted() where !pages.has(page(number)) {
            let begin = number * Self.pageBytes
            let end = min(begin + Self.pageBytes, source.sizeBytes)
            if let run = runs.last, run.upperBound == begin {
                runs[runs.count - 1] = run.lowerBound..<end
            } else {
                runs.append(begin..<end)
            }
        }
        return runs
    }
}
