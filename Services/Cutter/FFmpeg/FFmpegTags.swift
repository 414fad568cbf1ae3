import Domain

/// What a clip says about itself: a title, and a link to its moment in the episode.
///
/// Both come from databases that others write, so they are cleaned: no control characters, and no more than fits in a
/// player's window.
struct ClipTags: Sendable, Equatable {
    let title: String?
    let link: String?

    static let none = ClipTags(title: nil, link: nil)
    static let longestTitleBytes = 200
    static let longestLinkBytes = 500

    /// - Parameters:
    ///   - title: control characters become spaces, and its end is left off beyond 200 bytes.
    ///   - link: left out altogether if it is longer than 500 bytes or not printable ASCII: half a link leads nowhere.
    init(title: String?, link: String?) {
        self.title = title.map(Self.cleaned).flatMap { $0.isEmpty ? nil : $0 }
        self.link = link.flatMap { link in
            (1...Self.longestLinkBytes).contains(link.utf8.count) && link.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
                ? link : nil
        }
    }

    /// The tag that goes before an MP3 stream (ID3v2.4.0, frames TIT2 and TXXX in UTF-8); nothing without tags.
    ///
    /// ffmpeg carries both over into whatever it writes. So its arguments are the same for every clip, and a process
    /// can be started before the clip is known; and no untrusted text becomes an argument.
    var id3: [UInt8] {
        var frames: [UInt8] = []
        if let title { frames += Self.frame("TIT2", [title]) }
        if let link { frames += Self.frame("TXXX", ["comment", link]) }
        guard !frames.isEmpty else { return [] }
        var tag = Array("ID3".utf8)
        tag += [4, 0, 0]
        tag += Self.size(frames.count)
        tag += frames
        return tag
    }

    /// Texts with a NUL between them, after the byte that says UTF-8.
    private static func frame(_ name: String, _ texts: [String]) -> [UInt8] {
        var body: [UInt8] = [3]
        body += texts.map { Array($0.utf8) }.joined(separator: [0])
        var frame = Array(name.utf8)
        frame += size(body.count)
        frame += [0, 0]
        frame += body
        return frame
    }

    /// Four bytes of seven bits each, so that no decoder takes them for the start of a frame.
    private static func size(_ count: Int) -> [UInt8] {
        [21, 14, 7, 0].map { UInt8(truncatingIfNeeded: count >> $0) & 0x7F }
    }

    private static func cleaned(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            let safe: Unicode.Scalar = scalar.isControl || scalar.properties.generalCategory == .format ? " " : scalar
            if safe == " ", kept.last == " " || kept.isEmpty { continue }
            bytes += UTF8.width(safe)
            if bytes > longestTitleBytes { break }
            kept.append(safe)
        }
        while kept.last == " " { kept.removeLast() }
        return String(kept)
    }
}
