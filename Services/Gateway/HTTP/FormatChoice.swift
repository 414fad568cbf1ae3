import Domain
import HTTPServer

/// `format=auto`: the format that the client's `Accept` likes best, out of those that there are.
enum FormatChoice {
    /// More is no list of media types that anybody wrote.
    static let longestAccept = 1024

    /// Names of one format, the registered one first, and how its codec is called in `codecs`.
    private struct Names {
        let format: ClipFormat
        let mediaTypes: [String]
        let codec: String
    }

    /// In the order in which we would choose: MP3 alone is lossless, WAV is ten times as large as the others.
    private static let offered: [Names] = [
        Names(format: .mp3, mediaTypes: ["audio/mpeg", "audio/mp3"], codec: "mp3"),
        Names(format: .opus, mediaTypes: ["audio/ogg", "application/ogg"], codec: "opus"),
        Names(format: .webm, mediaTypes: ["audio/webm"], codec: "opus"),
        Names(format: .m4a, mediaTypes: ["audio/mp4", "audio/x-m4a", "audio/m4a"], codec: "mp4a"),
        Names(format: .wav, mediaTypes: ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"], codec: "1"),
    ]

    /// Of formats that are equally welcome the first of ours; without `Accept`, MP3.
    ///
    /// - Throws: `.notAcceptable` if none is welcome; `.badParameters` if the header is beyond the limit.
    static func format(accept: String?) throws(Problem) -> ClipFormat {
        guard let accept else { return .mp3 }
        guard accept.utf8.count <= longestAccept else {
            throw .badParameters([.init("Accept", "must not be longer than \(longestAccept) bytes")])
        }
        guard accept.utf8.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return .mp3 }
        let accepted = AcceptedMedia(accept)
        var best: (format: ClipFormat, quality: Int)?
        for names in offered {
            let quality = accepted.quality(of: names.mediaTypes, codec: names.codec)
            if quality > best?.quality ?? 0 { best = (names.format, quality) }
        }
        guard let best else {
            let list = ClipFormat.allCases.map(\.mediaType).joined(separator: ", ")
            throw .edge(.notAcceptable, "Accept names none of the formats that there are: \(list)")
        }
        return best.format
    }
}
