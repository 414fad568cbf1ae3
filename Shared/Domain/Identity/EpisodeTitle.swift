/// Untrusted titles, made fit for a tag, a header, an argument, a page or a terminal.
public enum EpisodeTitle {
    /// Of UTF-8.
    public static let longestBytes = 256

    /// One line without control, formatting or direction-changing characters, white space run together, and at most
    /// `longestBytes`, cut off at a character's end; nil if nothing is left.
    public static func cleaned(_ title: String) -> String? {
        var words: [Substring] = []
        var bytes = 0
        let visible = String.UnicodeScalarView(title.unicodeScalars.prefix(4_096).compactMap(visible))
        for word in String(visible).split(separator: " ") {
            let room = longestBytes - bytes - (words.isEmpty ? 0 : 1)
            let fitting = word.prefix(bytes: room)
            if !fitting.isEmpty { words.append(fitting) }
            guard fitting.endIndex == word.endIndex else { break }
            bytes += word.utf8.count + (words.count > 1 ? 1 : 0)
        }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        if scalar.isControl || scalar.properties.isWhitespace { return " " }
        switch scalar.properties.generalCategory {
        // The joiners are part of how emoji and some scripts are written.
        case .format: return scalar.value == 0x200D || scalar.value == 0x200C ? scalar : nil
        case .privateUse, .surrogate, .unassigned: return nil
        default: return scalar
        }
    }
}

extension Substring {
    /// As many whole characters from the start as fit.
    fileprivate func prefix(bytes room: Int) -> Substring {
        guard utf8.count > room else { return self }
        var end = startIndex
        while end < endIndex {
            let next = index(after: end)
            guard utf8.distance(from: startIndex, to: next) <= room else { break }
            end = next
        }
        return self[..<end]
    }
}
