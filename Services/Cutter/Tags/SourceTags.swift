/// What a source says of itself in its tags, as ffmpeg tells it whatever the kind of file: ID3v2, Vorbis comments, MP4's
/// `ilst`, RIFF INFO.
///
/// It is read from what ffmpeg says of an input (`av_dump_format`): that needs no part of ffmpeg that cuts do not need, and
/// each text comes in pieces of at most 255 bytes, however long it is in the file. Only a text's first line is taken.
public struct SourceTags: Hashable, Sendable {
    public struct Chapter: Hashable, Sendable {
        /// From the source's first sample.
        public let start: Duration
        public let end: Duration
        public internal(set) var title: String?
    }

    public private(set) var title: String?
    public private(set) var album: String?
    /// Of the programme that it belongs to (MP4 `tvsh`).
    public private(set) var show: String?
    public private(set) var artist: String?
    /// In the order of the file.
    public private(set) var chapters: [Chapter] = []
    public private(set) var hasPicture = false

    /// Those beyond it are left out.
    static let mostChapters = 1_000

    /// Whose tags a line tells.
    private enum Owner { case nobody, file, sound, chapter, other }

    init(parsing text: String) {
        var owner = Owner.nobody
        var isAmongChapters = false
        // Other lines of a text with several have no level before them, so none of them passes for one of these.
        for bytes in text.utf8.split(separator: UInt8(ascii: "\n")) where bytes.starts(with: Self.level) {
            let line = bytes.dropFirst(Self.level.count)
            let indentation = line.prefix { $0 == UInt8(ascii: " ") }.count
            let rest = Substring(line.dropFirst(indentation))
            if indentation == 0 {
                guard !rest.hasPrefix("Output #") else { return }
            } else if indentation == 2, rest == "Metadata:" {
                owner = .file
            } else if indentation == 2, rest == "Chapters:" {
                isAmongChapters = true
            } else if indentation == 2, rest.hasPrefix("Stream #") {
                isAmongChapters = false
                owner = rest.contains(": Audio: ") ? .sound : .other
                if rest.contains(": Video: "), rest.hasSuffix("(attached pic)") { hasPicture = true }
            } else if isAmongChapters, indentation == 4, rest.hasPrefix("Chapter #") {
                owner = .other
                guard chapters.count < Self.mostChapters, let chapter = Self.chapter(rest) else { continue }
                chapters.append(chapter)
                owner = .chapter
            } else {
                take(rest, at: indentation, of: owner)
            }
        }
    }

    private mutating func take(_ line: Substring, at indentation: Int, of owner: Owner) {
        guard let colon = line.firstRange(of: ": ") else { return }
        let name = String(line[..<colon.lowerBound]).lowercased().prefix { $0 != " " }
        let value = String(line[colon.upperBound...])
        switch (owner, indentation) {
        // Before ffmpeg 7 streams stand two columns further left.
        case (.file, 4), (.sound, 6), (.sound, 8):
            switch name {
            case "title": title = title ?? value
            case "album": album = album ?? value
            case "show": show = show ?? value
            case "artist": artist = artist ?? value
            default: break
            }
        case (.chapter, 8) where name == "title":
            chapters[chapters.count - 1].title = chapters[chapters.count - 1].title ?? value
        default: break
        }
    }

    private static let level = Array("[info] ".utf8)

    /// `Chapter #0:0: start 0.000000, end 1.500000`.
    private static func chapter(_ line: Substring) -> Chapter? {
        let words = line.split(separator: " ")
        guard words.count == 6, words[2] == "start", words[4] == "end",
            let start = seconds(words[3].dropLast()), let end = seconds(words[5])
        else { return nil }
        return Chapter(start: start, end: end)
    }

    /// `1.500000`, less than a thousand days; nil for what is negative.
    private static func seconds(_ text: Substring) -> Duration? {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let whole = Int64(parts[0]), (0..<86_400_000).contains(whole),
            parts[1].utf8.count == 6, let micro = Int64(parts[1]), micro >= 0, !text.hasPrefix("-")
        else { return nil }
        return .seconds(whole) + .microseconds(micro)
    }
}
