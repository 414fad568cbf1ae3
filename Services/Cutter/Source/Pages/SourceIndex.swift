import Audio

/// Which bytes of a source ffmpeg reads before it reads any sound of a clip: its beginning, and where its index lies.
///
/// A hint for what to read at once. ffmpeg reads what it wants, whatever is said here.
enum SourceIndex {
    /// What ffmpeg looks at of most files.
    private static let head: UInt64 = 128 << 10
    /// The same of plain sound: five seconds of it (ffmpeg's `analyzeduration`), which are 0.9 MB in CD quality.
    private static let plainHead: UInt64 = 1 << 20
    /// Behind an MP4's index or header of sound: its first packets, which are looked at as well.
    private static let firstSound: UInt64 = 64 << 10
    /// The end, in which the last timestamp is looked for: an Ogg page has at most 65,307 bytes (RFC 3533, 6).
    private static let tail: UInt64 = 80 << 10
    /// What the search for MP3 frames reads of the end.
    private static let tags: UInt64 = 512

    /// By what a file begins with.
    ///
    /// - Parameters:
    ///   - beginning: empty if nothing is known of it.
    ///   - most: beyond which only the head is named.
    static func stretches(_ beginning: ArraySlice<UInt8>, sizeBytes: UInt64, atMost most: UInt64) -> [Range<UInt64>] {
        let whole = 0..<sizeBytes
        func ends(_ tail: UInt64) -> [Range<UInt64>] {
            [(0..<head).clamped(to: whole), sizeBytes - min(tail, sizeBytes)..<sizeBytes]
        }
        if beginning.starts(with: "OggS".utf8) || beginning.starts(with: "fLaC".utf8)
            || beginning.starts(with: [0x1A, 0x45, 0xDF, 0xA3])
        {
            return ends(tail)
        }
        if ["RIFF", "RF64", "FORM", "caff"].contains(where: { beginning.starts(with: $0.utf8) }) {
            return [(0..<min(plainHead, most / 2)).clamped(to: whole)]
        }
        let boxes = mp4(beginning, sizeBytes: sizeBytes)
        guard !boxes.isEmpty, boxes.reduce(0, { $0 + UInt64($1.count) }) <= most else {
            return [(0..<head).clamped(to: whole)]
        }
        return boxes
    }

    /// By what a file is called, before anything of it is read; empty for what is most likely MP3.
    ///
    /// An MP4's index has some 180 bytes for a second of sound, which is a hundredth of 128 kbit/s; where it lies, the name
    /// does not say.
    static func guess(_ key: String, sizeBytes: UInt64, atMost most: UInt64) -> [Range<UInt64>] {
        let name = key.split(separator: "/").last ?? ""
        let front: UInt64
        let back: UInt64
        switch AudioKind.ending(of: name).flatMap({ AudioKind(ending: $0) }) {
        case .mpeg, nil: return []
        case .mp4:
            front = min(max(head, sizeBytes / 64), most / 2)
            back = front
        case .ogg, .flac, .matroska: (front, back) = (min(head, most), tail)
        case .wav, .aiff, .caf: (front, back) = (min(plainHead, most / 2), tags)
        case .adts: (front, back) = (min(head, most), tags)
        }
        return [0..<min(front, sizeBytes), sizeBytes - min(max(back, tags), sizeBytes)..<sizeBytes]
    }

    /// The index of an MP4 and the first packets of its sound, as far as the headers of its boxes tell; empty for what is none.
    ///
    /// Source: ISO/IEC 14496-12, 4.2 (boxes), 8.1.1 (`mdat`) and 8.2.1 (`moov`); the QuickTime File Format has the same.
    private static func mp4(_ beginning: ArraySlice<UInt8>, sizeBytes: UInt64) -> [Range<UInt64>] {
        let bytes = Array(beginning)
        var place: UInt64 = 0
        while place + 16 <= UInt64(bytes.count) {
            let at = Int(place)
            let type = String(decoding: bytes[at + 4..<at + 8], as: UTF8.self)
            guard boxesInFront.contains(type) else { return [] }
            var length = number(bytes[at..<at + 4])
            if length == 1 { length = number(bytes[at + 8..<at + 16]) }
            // 0: to the end of the file.
            guard length >= 8, length < sizeBytes - place else { return [] }
            let end = place + length
            switch type {
            case "moov": return [0..<min(end + firstSound, sizeBytes)]
            case "mdat": return [0..<min(place + firstSound, end), end..<sizeBytes]
            default: place = end
            }
        }
        return []
    }

    private static let boxesInFront: Set<String> = [
        "ftyp", "moov", "mdat", "free", "skip", "wide", "pnot", "uuid", "PICT",
    ]

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
