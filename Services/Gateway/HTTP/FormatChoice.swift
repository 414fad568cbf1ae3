import Domain
import HTTPServer

/// `format=auto`: the format that the client's `Accept` likes best, out of those that there are.
enum FormatChoice {
    /// More is no list of media types that anybody wrote.
    static let longestAccept = 1024

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
        for format in ClipFormat.audio {
            let quality = accepted.quality(of: format.mediaTypes, codec: format.codec)
            if quality > best?.quality ?? 0 { best = (format, quality) }
        }
        guard let best else {
            let list = ClipFormat.audio.map(\.mediaType).joined(separator: ", ")
            throw .edge(.notAcceptable, "Accept names none of the formats that there are: \(list)")
        }
        return best.format
    }
}
