/// Makes pages of what comes of a source in order.
struct PageFilling {
    private let kept: KeptPages
    private var pending: [UInt8] = []
    private var place: UInt64
    /// How much more is to be kept.
    private var room: Int

    /// - Parameters:
    ///   - place: of the first byte, in the file; what is no whole page is not kept.
    ///   - room: so many bytes at most.
    init(_ kept: KeptPages, at place: UInt64, room: Int) {
        self.kept = kept
        self.place = place
        self.room = room
    }

    mutating func add(_ bytes: [UInt8]) {
        guard room > 0 else { return }
        pending += bytes
        let inPage = Int(place % UInt64(SourcePages.pageBytes))
        let isEnd = place + UInt64(pending.count) == kept.source.sizeBytes
        let whole =
            isEnd
            ? pending.count : (inPage + pending.count) / SourcePages.pageBytes * SourcePages.pageBytes - inPage
        guard whole > 0 else { return }
        kept.keep(pending[..<whole], at: place)
        pending.removeFirst(whole)
        place += UInt64(whole)
        room -= whole
        if room <= 0 { pending = [] }
    }
}
