/// One stream of a chained Ogg file: a file of its own, of which several stand one behind the other.
struct OggLink: Sendable, Equatable {
    enum Codec: Sendable, Equatable {
        case opus(preSkip: Int)
        case vorbis(rate: Int)
        case flac(rate: Int)

        /// What a granule position counts in, a second.
        var granulesPerSecond: Int {
            switch self {
            case .opus: 48_000
            case .vorbis(let rate), .flac(let rate): rate
            }
        }
    }

    /// In the file.
    var bytes: Range<UInt64>
    /// Of its first stream of sound; nil if there is none that is known.
    var codec: Codec?
    var serial: UInt32 = 0
    /// The granule position of the first page that completes a packet of sound, and what that page's packets hold, in
    /// granules: exactly for Opus, at most for the others.
    var firstGranule: Int64?
    var firstPageGranules: Int64 = 0
    var lastGranule: Int64?
    /// The first page of sound is the last one.
    fileprivate var dataPages = 0

    /// Whether it begins in the middle of a recording, so that where is for a decoder to say. nil: that can't be told.
    var beginsAtZero: Bool { (firstGranule ?? 0) <= firstPageGranules }

    /// How long it plays, if it begins at zero; for Opus wherever it begins.
    var duration: Duration {
        guard let codec, let lastGranule else { return .zero }
        var granules = lastGranule
        if case .opus(let preSkip) = codec {
            // RFC 7845, 4.4 and 4.5: what the first page holds more than its position says is cut off at the end.
            let begin = max(0, (firstGranule ?? 0) - firstPageGranules)
            let (rest, overflow) = granules.subtractingReportingOverflow(begin + Int64(preSkip))
            granules = overflow ? 0 : rest
        }
        return FFmpegFrame(pts: max(0, granules), rate: codec.granulesPerSecond, count: 0).time
    }
}

/// Walks over the pages of an Ogg file and finds its links. It reads everything once, because nothing tells beforehand how
/// many there are: a recorded stream begins a new one with each title, and ffmpeg's seek knows only the first.
///
/// Source: RFC 3533, 6 (pages); RFC 7845, 5.1 (OpusHead); Vorbis I, 4.2.2; RFC 9639, 10.1 (FLAC in Ogg).
struct OggLinks: Sendable {
    /// A recording of a day with a title a minute has as many.
    static let most = 2_000
    /// A granule position beyond it is damage: it would be 3,000 years.
    private static let largestGranule: Int64 = 1 << 52

    private(set) var links: [OggLink] = []
    private(set) var isTooMany = false
    private var pending: [UInt8] = []
    /// The place of `pending`'s first byte in the file.
    private var place: UInt64 = 0
    /// What follows and is not looked at.
    private var skip = 0
    private var inHeaders = false

    mutating func feed(_ bytes: [UInt8]) {
        var rest = bytes[...]
        let skipped = min(skip, rest.count)
        skip -= skipped
        place += UInt64(skipped)
        rest = rest.dropFirst(skipped)
        guard !rest.isEmpty else { return }
        pending += rest
        var at = 0
        while let used = page(at) { at += used }
        if at > pending.count {
            skip = at - pending.count
            place += UInt64(pending.count)
            pending = []
        } else {
            place += UInt64(at)
            pending.removeFirst(at)
        }
    }

    /// - Returns: the links with their ends; the last one reaches to the file's.
    mutating func finish(size: UInt64) -> [OggLink] {
        for number in links.indices {
            let end =
                number + 1 < links.count
                ? links[number + 1].bytes.lowerBound : max(size, links[number].bytes.lowerBound)
            links[number].bytes = links[number].bytes.lowerBound..<end
        }
        return links
    }

    /// - Returns: how far to go on; nil if more bytes are needed.
    private mutating func page(_ at: Int) -> Int? {
        guard at + 27 <= pending.count else { return nil }
        guard pending[at..<at + 4].elementsEqual("OggS".utf8) else {
            // Junk: on to the next page.
            let next = pending[(at + 1)...].firstIndex(of: UInt8(ascii: "O")) ?? pending.count
            return next - at
        }
        let segments = Int(pending[at + 26])
        guard at + 27 + segments <= pending.count else { return nil }
        let table = at + 27..<at + 27 + segments
        let length = 27 + segments + pending[table].reduce(0) { $0 + Int($1) }
        let isBegin = pending[at + 5] & 2 != 0
        // Of most pages the header is enough.
        let needsBody = isBegin || (links.last.map { $0.dataPages < 2 } ?? false)
        guard !needsBody || at + length <= pending.count else { return nil }
        let body = needsBody ? pending[table.upperBound..<at + length] : []
        take(at, table: Array(pending[table]), body: body, isBegin: isBegin)
        return length
    }

    private mutating func take(_ at: Int, table: [UInt8], body: ArraySlice<UInt8>, isBegin: Bool) {
        let serial = UInt32(truncatingIfNeeded: number(at + 14, 4))
        let granule = Int64(bitPattern: number(at + 6, 8))
        if isBegin {
            if !inHeaders {
                guard links.count < Self.most else {
                    isTooMany = true
                    return
                }
                let begin = place + UInt64(at)
                links.append(OggLink(bytes: begin..<begin))
            }
            inHeaders = true
            if links[links.count - 1].codec == nil, let codec = Self.codec(Array(body)) {
                links[links.count - 1].codec = codec
                links[links.count - 1].serial = serial
            }
            return
        }
        inHeaders = false
        guard !links.isEmpty, links[links.count - 1].serial == serial, !isTooMany else { return }
        // Pages of headers have the position 0, those in which no packet ends −1.
        guard granule > 0, granule < Self.largestGranule else { return }
        let last = links.count - 1
        links[last].dataPages += 1
        if links[last].firstGranule == nil {
            links[last].firstGranule = granule
            links[last].firstPageGranules = Self.granules(links[last].codec, table, body)
        }
        links[last].lastGranule = granule
    }

    private func number(_ at: Int, _ width: Int) -> UInt64 {
        (0..<width).reduce(0) { $0 | UInt64(pending[at + $1]) << (8 * UInt64($1)) }
    }

    private static func codec(_ body: [UInt8]) -> OggLink.Codec? {
        func little(_ at: Int, _ width: Int) -> Int { (0..<width).reduce(0) { $0 | Int(body[at + $1]) << (8 * $1) } }
        if body.starts(with: "OpusHead".utf8), body.count >= 19 { return .opus(preSkip: little(10, 2)) }
        if body.starts(with: [1] + Array("vorbis".utf8)), body.count >= 16 {
            let rate = little(12, 4)
            return (1...768_000).contains(rate) ? .vorbis(rate: rate) : nil
        }
        // 0x7F "FLAC", two bytes of version, two of a count, "fLaC", a block header of four; the rate in twenty bits.
        if body.starts(with: [0x7F] + Array("FLAC".utf8)), body.count >= 30 {
            let rate = Int(body[27]) << 12 | Int(body[28]) << 4 | Int(body[29]) >> 4
            return (1...768_000).contains(rate) ? .flac(rate: rate) : nil
        }
        return nil
    }

    /// What the packets hold that end in a page.
    private static func granules(_ codec: OggLink.Codec?, _ table: [UInt8], _ body: ArraySlice<UInt8>) -> Int64 {
        var packets: [Range<Int>] = []
        var begin = body.startIndex
        var at = body.startIndex
        for lacing in table {
            at += Int(lacing)
            if lacing < 255 {
                packets.append(begin..<at)
                begin = at
            }
        }
        switch codec {
        case .opus: return packets.reduce(0) { $0 + opusGranules(body[$1]) }
        // Blocks of at most 8,192 (Vorbis I, 4.2.2) and 65,535 samples (RFC 9639, 8.2).
        case .vorbis: return Int64(packets.count) * 8_192
        case .flac: return Int64(packets.count) * 65_535
        case nil: return 0
        }
    }

    /// Source: RFC 6716, 3.1.
    private static func opusGranules(_ packet: ArraySlice<UInt8>) -> Int64 {
        guard let toc = packet.first else { return 0 }
        let configuration = Int(toc >> 3)
        let frame: Int64 =
            switch configuration {
            case 0..<12: [480, 960, 1920, 2880][configuration & 3]
            case 12..<16: [480, 960][configuration & 1]
            default: [120, 240, 480, 960][configuration & 3]
            }
        switch toc & 3 {
        case 0: return frame
        case 1, 2: return 2 * frame
        default: return packet.count > 1 ? Int64(packet[packet.startIndex + 1] & 0x3F) * frame : 0
        }
    }
}
