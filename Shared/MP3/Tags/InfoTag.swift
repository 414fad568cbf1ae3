/// The tag in a file's first frame: Xing (variable bitrate) or Info (constant), with LAME's part where there is one.
///
/// The frame itself is silence to a decoder that does not know the tag; one that does leaves it out. The counters do not
/// count it. Source: the Xing VBR header SDK; Gabriel Bouvigne's "Mp3 Info Tag revision 1".
public struct InfoTag: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case xing = "Xing"
        case info = "Info"
        /// Fraunhofer's, always 32 bytes behind the frame's header, without usable delay.
        case vbri = "VBRI"
    }

    public let kind: Kind
    /// Audio frames, as the tag says.
    public let frames: Int?
    /// Bytes from the tag's frame to the audio's end, as the tag says.
    public let bytes: Int?
    /// The program that made the file, as it calls itself; nine characters at most.
    public let encoder: String?
    /// Samples that the encoder put before and after the sound, where the tag is LAME's, or ffmpeg's after its model.
    public let gapless: Gapless?

    public struct Gapless: Hashable, Sendable {
        public let delay: Int
        public let padding: Int
    }

    /// What a clip's tag names as its encoder: nine characters. Decoders trust the delay of encoders that they know by the first
    /// four. Firefox knows `LAME` and `Lavc` only, others `Lavf` too, which ffmpeg's writer puts in unless it is told otherwise.
    /// Sources: gecko-dev's `VBRHeader::ParseXing` (dom/media/mp3/MP3FrameParser.cpp), libavformat's `mp3_write_xing` (mp3enc.c).
    public static let clipEncoder = "Lavc/ctrm"

    /// Samples by which every decoder is late: its filter bank and transform. ffmpeg, mpg123 and browsers add it to the delay.
    static let decoderDelay = 529

    /// Samples to leave out at the beginning so that sample 0 is the first that the encoder was given.
    var skip: Int { gapless.map { $0.delay &+ Self.decoderDelay } ?? 0 }

    init(kind: Kind, frames: Int?, bytes: Int?, encoder: String?, gapless: Gapless?) {
        self.kind = kind
        self.frames = frames
        self.bytes = bytes
        self.encoder = encoder
        self.gapless = gapless
    }

    /// - Returns: `nil` when the frame at `place` holds no tag, or the window not all of its first bytes.
    init?(in window: Window, at place: Int, header: FrameHeader) {
        let tag = place &+ header.tagOffset
        if window.has("Xing", at: tag) {
            kind = .xing
        } else if window.has("Info", at: tag) {
            kind = .info
        } else if window.has("VBRI", at: place &+ 36) {
            kind = .vbri
            bytes = window.bigEndian32(at: place &+ 46).map(Int.init)
            frames = window.bigEndian32(at: place &+ 50).map(Int.init)
            encoder = nil
            gapless = nil
            return
        } else {
            return nil
        }
        let end = place &+ header.length
        let flags = window.bigEndian32(at: tag &+ 4) ?? 0
        var at = tag &+ 8
        func field(_ flag: UInt32, size: Int) -> Int? {
            guard flags & flag != 0, at &+ size <= end else { return nil }
            defer { at &+= size }
            return at
        }
        frames = field(1, size: 4).flatMap(window.bigEndian32).map(Int.init)
        bytes = field(2, size: 4).flatMap(window.bigEndian32).map(Int.init)
        _ = field(4, size: 100)
        _ = field(8, size: 4)
        // LAME's part: nine characters, and 21 bytes behind their beginning twelve bits of delay and twelve of padding.
        guard at &+ 24 <= end, let name = window.slice(at..<at &+ 9), let high = window.bigEndian16(at: at &+ 21),
            let low = window.byte(at: at &+ 23)
        else {
            encoder = nil
            gapless = nil
            return
        }
        let letters = name.prefix { (0x20...0x7E).contains($0) }
        encoder = letters.isEmpty ? nil : String(decoding: letters, as: UTF8.self)
        let trusted = ["LAME", "Lavf", "Lavc"].contains { letters.starts(with: $0.utf8) }
        let both = high << 8 | Int(low)
        gapless = trusted ? Gapless(delay: both >> 12, padding: both & 0xFFF) : nil
    }
}
