/// ID3v2 tags in front of the audio, or, where files were joined, between frames.
///
/// Source: ID3v2.4.0 structure, 3.1 (header) and 3.4 (footer); 2.2 and 2.3 have the same header without a footer.
enum ID3v2 {
    static let headerSize = 10

    /// - Returns: the whole tag's bytes, header and footer included; `nil` when no tag begins at `place` or its header is
    ///   not all in the window.
    static func size(in window: Window, at place: Int) -> Int? {
        guard window.has("ID3", at: place), let body = body(in: window, at: place) else { return nil }
        let hasFooter = (window.byte(at: place &+ 5) ?? 0) & 0x10 != 0
        return headerSize &+ body &+ (hasFooter ? 10 : 0)
    }

    /// The size in a header or footer: four bytes of seven bits. A byte with its eighth bit set makes it no tag.
    static func body(in window: Window, at place: Int) -> Int? {
        guard let major = window.byte(at: place &+ 3), let minor = window.byte(at: place &+ 4),
            major != 0xFF, minor != 0xFF, let word = window.bigEndian32(at: place &+ 6), word & 0x8080_8080 == 0
        else { return nil }
        return Int(word >> 24) << 21 | Int(word >> 16 & 127) << 14 | Int(word >> 8 & 127) << 7 | Int(word & 127)
    }
}

/// Tags that may stand between frames where files were joined byte by byte.
enum TagBetweenFrames {
    /// Bytes that must be at hand to tell.
    static let reach = 32

    /// - Returns: the bytes to go on over, or `nil` when no tag begins at `place`.
    static func size(in window: Window, at place: Int) -> Int? {
        if let size = ID3v2.size(in: window, at: place) { return size }
        if window.has("TAG", at: place) { return ID3v1.size }
        return APETag.sizeFromHeader(in: window, at: place)
    }
}
