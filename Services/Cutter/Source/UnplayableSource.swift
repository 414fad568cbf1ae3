import MP3

/// Why nothing can be cut out of a source, in words for whoever asked: what the file is, not what it is not.
enum UnplayableSource {
    /// - Parameters:
    ///   - refusal: why it is not cut by the frame, which names what the file begins with; nil: it was not looked at.
    ///   - complaints: ffmpeg's words about it.
    static func sentence(_ refusal: MP3Refusal?, _ complaints: String) -> String {
        if complaints.contains("moov atom not found") {
            return "the file is an MP4 whose recording was broken off: its index (moov) is missing"
        }
        let kind: String? = if case .otherFormat(let name) = refusal { name } else { nil }
        if complaints.contains("Format not on whitelist") {
            let name = kind ?? demuxer(in: complaints) ?? "of a format"
            return "the file is \(name), which is not among the formats that clips are made of"
        }
        if complaints.contains("matches no streams") || complaints.contains("does not contain any stream") {
            return "the file is \(kind ?? "a container") without an audio track"
        }
        if let codec = word(after: "Decoder (codec ", in: complaints) {
            return "the file's audio is coded as \(codec), which this ffmpeg does not decode"
        }
        // A sentence of ours, not ffmpeg's words, which begin with the part that says them and hold addresses.
        if !complaints.contains("["), !complaints.contains("://"), complaints != FFmpegSource.nothingPlayable {
            return "the file\(kind.map { " (\($0))" } ?? "") can't be played: \(complaints)"
        }
        switch refusal {
        case .otherFormat(let name): return "the file begins like \(name), but ffmpeg can't play it"
        case .emptyFile: return "the file is empty"
        case .noFrames: return "the file holds no MP3 frames, and is of no other kind that ffmpeg can play"
        case let other?: return "\(other); ffmpeg can't play it either"
        case nil: return "ffmpeg can't play the file"
        }
    }

    /// ffmpeg's names of the formats that are met most, in people's words. Each complaint begins with one: `[asf @ 0x5…]`.
    private static let names = [
        "asf": "Windows Media (ASF, as WMA is)", "matroska": "Matroska or WebM", "aiff": "AIFF", "caf": "CAF",
        "hls": "a playlist (HLS)", "concat": "a list of files", "mpegts": "an MPEG transport stream", "avi": "AVI",
        "flv": "Flash video", "amr": "AMR", "ape": "Monkey's Audio", "wv": "WavPack", "au": "AU", "rm": "RealMedia",
        "ac3": "AC-3", "tta": "True Audio", "mpc": "Musepack", "dsf": "DSD",
    ]

    private static func demuxer(in complaints: String) -> String? {
        guard let end = complaints.range(of: "] [error] Format not on whitelist") else { return nil }
        guard let start = complaints[..<end.lowerBound].lastIndex(of: "[") else { return nil }
        let name = complaints[complaints.index(after: start)..<end.lowerBound].prefix { $0 != " " && $0 != "," }
        return names[String(name)] ?? "\"\(name.prefix(40))\" in ffmpeg's words"
    }

    private static func word(after text: String, in complaints: String) -> String? {
        guard let found = complaints.range(of: text) else { return nil }
        let word = complaints[found.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        return word.isEmpty || word == "none" ? nil : String(word.prefix(40))
    }
}

extension String {
    /// The first place of a text, by bytes.
    fileprivate func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].utf8.starts(with: text.utf8) {
                return start..<utf8.index(start, offsetBy: text.utf8.count)
            }
            start = utf8.index(after: start)
        }
        return nil
    }

    fileprivate func contains(_ text: String) -> Bool { range(of: text) != nil }
}
