import Domain

/// Which format a clip gets that is written under a certain name.
enum OutputFormat {
    /// Why a name and a format don't fit, in words for the person who typed them.
    struct Refusal: Error, Equatable {
        let sentence: String
    }

    private static let formatOf = Dictionary(
        uniqueKeysWithValues: ClipFormat.ofSound.flatMap { format in format.endings.map { ($0, format) } })

    /// As help and refusals list them.
    static let endings = ClipFormat.ofSound.map { format in
        "." + format.endings.sorted().joined(separator: " .") + " (\(format.name))"
    }.joined(separator: ", ")

    /// - Parameters:
    ///   - path: `-` is standard output.
    ///   - name: the format that was asked for by its name; nil: none was.
    /// - Returns: MP3 where neither says anything.
    static func chosen(for path: String, named name: String?) throws(Refusal) -> ClipFormat {
        let named = name.map { name in
            ClipFormat(rawValue: name.lowercased()).flatMap { $0.transcriptForm == nil ? $0 : nil }
        }
        if case .some(nil) = named {
            throw Refusal(
                sentence: "--format must be one of \(ClipFormat.ofSound.map(\.name).joined(separator: ", "))")
        }
        let asked = named.flatMap { $0 }
        guard path != "-", let ending = ending(of: path) else { return asked ?? .mp3 }
        guard let format = formatOf[doubleEnding(of: path) ?? ""] ?? formatOf[ending] else {
            if let asked, !otherAudio.contains(ending) { return asked }
            throw Refusal(sentence: "clips can't be made as .\(ending); the file may end in \(endings)")
        }
        if let asked, asked.standard != format {
            throw Refusal(sentence: "--format \(asked.rawValue) does not fit a file that ends in .\(ending)")
        }
        return asked ?? format
    }

    /// Other kinds of audio file, under whose names nothing else should lie.
    private static let otherAudio: Set<String> = [
        "aac", "ac3", "aif", "aifc", "aiff", "alac", "amr", "ape", "au", "caf", "flac", "mka", "mkv", "mov", "mp2",
        "mpc",
        "ra", "snd", "spx", "tta", "wma", "wv",
    ]

    /// The last two endings of a name, as `peaks.json`; nil for a name without two.
    private static func doubleEnding(of path: String) -> String? {
        guard let last = ending(of: path), let first = ending(of: String(path.dropLast(last.count + 1))) else {
            return nil
        }
        return "\(first).\(last)"
    }

    /// In lower case; nil for a name without one.
    private static func ending(of path: String) -> String? {
        guard let name = path.split(separator: "/", omittingEmptySubsequences: false).last,
            let dot = name.lastIndex(of: "."), dot > name.startIndex
        else { return nil }
        let ending = name[name.index(after: dot)...].lowercased()
        return ending.isEmpty ? nil : ending
    }
}
