import Domain

/// Which format a clip gets that is written under a certain name.
enum OutputFormat {
    /// Why a name and a format don't fit, in words for the person who typed them.
    struct Refusal: Error, Equatable {
        let sentence: String
    }

    private static let formatOf = Dictionary(
        uniqueKeysWithValues: ClipFormat.audio.flatMap { format in format.endings.map { ($0, format) } })

    /// As help and refusals list them.
    static let endings = ClipFormat.audio.map { format in
        "." + format.endings.sorted().joined(separator: " .") + " (\(format.rawValue))"
    }.joined(separator: ", ")

    /// - Parameters:
    ///   - path: `-` is standard output.
    ///   - name: the format that was asked for by its name; nil: none was.
    /// - Returns: MP3 where neither says anything.
    static func chosen(for path: String, named name: String?) throws(Refusal) -> ClipFormat {
        let named = name.map { ClipFormat(rawValue: $0.lowercased()) }
        if case .some(nil) = named {
            throw Refusal(
                sentence: "--format must be one of \(ClipFormat.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let asked = named.flatMap { $0 }
        guard path != "-", let ending = ending(of: path) else { return asked ?? .mp3 }
        guard let format = formatOf[ending] else {
            if let asked, !otherAudio.contains(ending) { return asked }
            throw Refusal(sentence: "clips can't be made as .\(ending); the file may end in \(endings)")
        }
        if let asked, asked != format {
            throw Refusal(sentence: "--format \(asked.rawValue) does not fit a file that ends in .\(ending)")
        }
        return format
    }

    /// Other kinds of audio file, under whose names nothing else should lie.
    private static let otherAudio: Set<String> = [
        "aac", "ac3", "aif", "aifc", "aiff", "alac", "amr", "ape", "au", "caf", "flac", "mka", "mkv", "mov", "mp2",
        "mpc",
        "ra", "snd", "spx", "tta", "wma", "wv",
    ]

    /// In lower case; nil for a name without one.
    private static func ending(of path: String) -> String? {
        guard let name = path.split(separator: "/", omittingEmptySubsequences: false).last,
            let dot = name.lastIndex(of: "."), dot > name.startIndex
        else { return nil }
        let ending = name[name.index(after: dot)...].lowercased()
        return ending.isEmpty ? nil : ending
    }
}
