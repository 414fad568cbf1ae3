/// What a file is, by its first bytes.
public enum AudioContent: Hashable, Sendable {
    case audio(AudioKind)
    /// Something else. The text names it so that it can follow "the file is".
    case other(String)
    /// Nothing that is known begins so. MPEG and AAC frames have no signature, and may stand behind anything.
    case unknown

    /// As many bytes as `of` looks at.
    public static let headBytes = 4096

    /// - Parameter head: the file's beginning, behind any ID3v2 tag (`tagBytes`); less than `headBytes` only where the file
    ///   ends.
    public static func of(_ head: some Collection<UInt8>) -> AudioContent {
        let head = Array(head.prefix(headBytes))
        if let kind = kind(head) { return .audio(kind) }
        for (magic, offset, name) in others where has(magic, head, at: offset) { return .other(name) }
        return text(head).map { .other($0) } ?? .unknown
    }

    /// How many bytes an ID3v2 tag at the beginning takes; nil if there is none.
    ///
    /// Source: id3v2.4.0-structure, 3.1: ten bytes, the size in four of seven bits each, and ten more with a footer.
    public static func tagBytes(_ head: some Collection<UInt8>) -> Int? {
        let head = Array(head.prefix(10))
        guard head.count == 10, has("ID3", head), head[3] != 0xFF, head[4] != 0xFF,
            head[6...].allSatisfy({ $0 < 0x80 })
        else { return nil }
        return 10 + head[6...].reduce(0) { $0 << 7 | Int($1) } + (head[5] & 0x10 == 0 ? 0 : 10)
    }

    /// Sources: RFC 3533; RFC 9639, 6; ISO/IEC 14496-12, 4.2 (a QuickTime file may begin with another atom than `ftyp`);
    /// Microsoft's RIFF and EBU Tech 3306 (RF64); Apple's AIFF-C and CAF; RFC 8794 (EBML).
    private static func kind(_ head: [UInt8]) -> AudioKind? {
        if has("OggS", head) { return .ogg }
        if has("fLaC", head) { return .flac }
        if (has("RIFF", head) || has("RF64", head)) && has("WAVE", head, at: 8) { return .wav }
        if has("riff\u{2E}\u{91}", head) || (has("riff", head) && has("wave", head, at: 24)) { return .wav }
        if has("FORM", head) && (has("AIFF", head, at: 8) || has("AIFC", head, at: 8)) { return .aiff }
        if has("caff", head) { return .caf }
        if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return .matroska }
        for atom in ["ftyp", "moov", "mdat", "wide", "pnot", "free", "skip", "styp"] where has(atom, head, at: 4) {
            return .mp4
        }
        // A frame, and where its length says so the next one: two bytes alone would be chance.
        if isADTS(head) { return .adts }
        return nil
    }

    /// Source: ISO/IEC 13818-7, 6.2: twelve bits of sync, layer 0, a frame length in thirteen bits.
    private static func isADTS(_ head: [UInt8]) -> Bool {
        var at = 0
        for _ in 0..<3 {
            guard at + 6 <= head.count, head[at] == 0xFF, head[at + 1] & 0xF6 == 0xF0 else { return false }
            let length = Int(head[at + 3] & 3) << 11 | Int(head[at + 4]) << 3 | Int(head[at + 5]) >> 5
            guard length > 7 else { return false }
            at += length
        }
        return true
    }

    /// Known, and not taken: most of them because nothing shows that a cut of them would be exact.
    private static let others: [(magic: String, at: Int, name: String)] = [
        ("\u{30}\u{26}\u{B2}\u{75}\u{8E}\u{66}\u{CF}\u{11}", 0, "Windows Media (WMA, ASF)"),
        ("#!AMR", 0, "AMR"), ("MAC ", 0, "Monkey's Audio"), ("wvpk", 0, "WavPack"), ("TTA1", 0, "True Audio"),
        ("TTA2", 0, "True Audio"), ("MPCK", 0, "Musepack"), ("MP+", 0, "Musepack"), ("OFR ", 0, "OptimFROG"),
        ("ajkg", 0, "Shorten"), ("ADIF", 0, "AAC with an ADIF header"), ("DSD ", 0, "DSD (DSF)"),
        ("FRM8", 0, "DSD (DSDIFF)"), (".snd", 0, "Sun audio (AU)"), ("Creative Voice File", 0, "Creative Voice (VOC)"),
        ("#!SILK_V3", 0, "SILK"), ("\u{0B}\u{77}", 0, "AC-3"), ("\u{7F}\u{FE}\u{80}\u{01}", 0, "DTS"),
        (".RMF", 0, "RealMedia"), (".ra\u{FD}", 0, "RealAudio"), ("FLV", 0, "Flash Video"), ("AVI ", 8, "AVI"),
        ("\u{00}\u{00}\u{01}\u{BA}", 0, "an MPEG program stream"), ("MThd", 0, "MIDI"), ("RMID", 8, "MIDI"),
        ("RIFF", 0, "a RIFF file without sound"), ("FORM", 0, "an IFF file without sound"),
        ("%PDF", 0, "a PDF"), ("PK\u{03}\u{04}", 0, "a ZIP archive"), ("\u{1F}\u{8B}", 0, "a gzip archive"),
        ("Rar!", 0, "a RAR archive"), ("7z\u{BC}\u{AF}", 0, "a 7-Zip archive"), ("\u{89}PNG", 0, "a PNG picture"),
        ("\u{FF}\u{D8}\u{FF}", 0, "a JPEG picture"), ("GIF8", 0, "a GIF picture"), ("\u{7F}ELF", 0, "a program"),
    ]

    /// Documents, told by their first word.
    private static func text(_ head: [UInt8]) -> String? {
        var start = head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while start < head.count, [0x20, 0x09, 0x0A, 0x0D].contains(head[start]) { start += 1 }
        let word = String(decoding: head[start...].prefix(64), as: UTF8.self).lowercased()
        for (beginning, name) in [
            ("<!doctype html", "a web page"), ("<html", "a web page"), ("<head", "a web page"),
            ("<body", "a web page"), ("<?xml", "an XML document"), ("<rss", "an XML document"),
            ("<error", "an XML document"), ("#extm3u", "a playlist"), ("[playlist]", "a playlist"),
            ("ffconcat", "a playlist"), ("<mpd", "a playlist"), ("{\"", "a JSON document"), ("{\n", "a JSON document"),
        ] where word.hasPrefix(beginning) { return name }
        // Packets of 188 bytes, each with its sync byte (ISO/IEC 13818-1, 2.4.3.2).
        if head.count > 188 * 4, (0..<5).allSatisfy({ $0 * 188 < head.count && head[$0 * 188] == 0x47 }) {
            return "an MPEG transport stream"
        }
        return nil
    }

    /// Each character of `magic` stands for one byte.
    private static func has(_ magic: String, _ head: [UInt8], at offset: Int = 0) -> Bool {
        let bytes = magic.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        return offset <= head.count && head[offset...].starts(with: bytes)
    }
}
