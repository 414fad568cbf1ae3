/// ID3v1: 128 bytes at the very end that begin with `TAG`.
enum ID3v1 {
    static let size = 128
    /// The unofficial extension before it, beginning with `TAG+`.
    static let extendedSize = 227
}

/// APEv1 and APEv2. Source: the APE tags header specification (32 bytes: `APETAGEX`, version, size, items, flags).
enum APETag {
    static let headerSize = 32

    /// - Returns: bytes of the tag whose footer begins at `place`, the optional header included.
    static func sizeFromFooter(in window: Window, at place: Int) -> Int? {
        guard let (size, flags) = fields(in: window, at: place), flags & 0x2000_0000 == 0 else { return nil }
        return size &+ (flags & 0x8000_0000 != 0 ? headerSize : 0)
    }

    /// - Returns: bytes of the tag whose header begins at `place`.
    static func sizeFromHeader(in window: Window, at place: Int) -> Int? {
        guard let (size, flags) = fields(in: window, at: place), flags & 0x2000_0000 != 0 else { return nil }
        return size &+ headerSize
    }

    private static func fields(in window: Window, at place: Int) -> (size: Int, flags: UInt32)? {
        guard window.has("APETAGEX", at: place), let version = window.littleEndian32(at: place &+ 8),
            let size = window.littleEndian32(at: place &+ 12), let flags = window.littleEndian32(at: place &+ 20),
            version == 1000 || version == 2000, size >= 32
        else { return nil }
        return (Int(size), flags)
    }
}

/// Lyrics3, which stands before an ID3v1 tag. Source: Lyrics3 1.00 and 2.00, id3.org.
enum Lyrics3 {
    /// The longest version 1 tag: 5,100 bytes of text between its two words.
    static let longestV1 = 5100 + 20

    /// - Returns: bytes of a version 2 tag that ends at `place`.
    static func sizeV2(in window: Window, endingAt place: Int) -> Int? {
        guard window.has("LYRICS200", at: place &- 9) else { return nil }
        var size = 0
        for digit in 0..<6 {
            guard let byte = window.byte(at: place &- 15 &+ digit), (0x30...0x39).contains(byte) else { return nil }
            size = size &* 10 &+ Int(byte &- 0x30)
        }
        return size &+ 15
    }

    /// - Returns: bytes of a version 1 tag that ends at `place`: there the beginning has to be looked for.
    static func sizeV1(in window: Window, endingAt place: Int) -> Int? {
        guard window.has("LYRICSEND", at: place &- 9) else { return nil }
        var at = place &- 20
        while at >= max(window.start, place &- longestV1) {
            if window.has("LYRICSBEGIN", at: at) { return place &- at }
            at &-= 1
        }
        return nil
    }
}

/// What stands behind the audio.
struct TailTags: Hashable, Sendable {
    /// Bytes, all tags together.
    private(set) var size = 0
    private(set) var names: [String] = []

    enum Measured {
        case tags(TailTags)
        /// A tag ends where the window begins too late to see what stands before it.
        case wants(Range<Int>)
    }

    /// Bytes that must be at hand before a tag's end to tell which it is.
    private static let reach = ID3v1.extendedSize

    /// - Parameters:
    ///   - window: ends with the file.
    ///   - floor: where the audio begins; no tag reaches before it.
    static func measure(in window: Window, floor: Int) throws(MP3Refusal) -> Measured {
        var found = TailTags()
        for _ in 0..<8 {
            let end = window.end &- found.size
            let wanted = max(floor, end &- reach)
            guard wanted >= window.start else { return .wants(max(floor, end &- 512)..<window.start) }
            guard let (size, name) = tag(in: window, endingAt: end) else {
                let lyrics = max(floor, end &- Lyrics3.longestV1)
                guard window.has("LYRICSEND", at: end &- 9), lyrics < window.start else { return .tags(found) }
                return .wants(lyrics..<window.start)
            }
            guard size > 0, size <= end &- floor else { return .tags(found) }
            found.size &+= size
            found.names.append(name)
        }
        throw .tooManyTags
    }

    private static func tag(in window: Window, endingAt end: Int) -> (size: Int, name: String)? {
        if window.has("TAG", at: end &- ID3v1.size) {
            let extended = window.has("TAG+", at: end &- ID3v1.size &- ID3v1.extendedSize)
            return (ID3v1.size &+ (extended ? ID3v1.extendedSize : 0), "ID3v1")
        }
        if let size = APETag.sizeFromFooter(in: window, at: end &- APETag.headerSize) { return (size, "APE") }
        if let size = Lyrics3.sizeV2(in: window, endingAt: end) { return (size, "Lyrics3 2.00") }
        if let size = Lyrics3.sizeV1(in: window, endingAt: end) { return (size, "Lyrics3 1.00") }
        if window.has("3DI", at: end &- 10), let body = ID3v2.body(in: window, at: end &- 10) {
            return (body &+ 20, "ID3v2 at the end")
        }
        return nil
    }
}
