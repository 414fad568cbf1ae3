import Text

/// Which path in a folder an object's key stands for, and back.
///
/// Names are what a person expects wherever they can be: `audio_clips/507f…/30000-60000_v5-1a2b3c4d.mp3` is that path.
/// Elsewhere they must stay unambiguous, since a bucket may hold `a`, `a/b` and `A` at once, and names of any length:
/// bytes other than letters, digits, `-`, `_`, `~` and `.` are percent-encoded, and so is a dot at the start, because
/// hidden names are the store's own. A `%` that is not followed by two hex digits then can't come from a key, and marks
/// what else a name is: `…%-` a part of a segment too long for one name, `…%f` an object without a dot, `…%d` a folder with
/// one.
enum FolderPath {
    private static let longestNameBytes = 180

    /// The names from the folder down to the object; nil unless the key is one that `ObjectKeyRules` accept.
    static func names(for key: String) -> [String]? {
        guard (try? ObjectKeyRules.check(key)) != nil else { return nil }
        let segments = key.split(separator: "/", omittingEmptySubsequences: false)
        return segments.enumerated().flatMap { index, segment in
            names(for: segment, isObject: index == segments.count - 1)
        }
    }

    /// The folders above all keys that start with `prefix`, as far as whole segments say it.
    static func folders(above prefix: String) -> [String] {
        prefix.split(separator: "/", omittingEmptySubsequences: false).dropLast().flatMap {
            names(for: $0, isObject: false)
        }
    }

    /// The text behind a name, and how it goes on: what `names(for:)` writes and nothing else.
    static func part(_ name: String) -> Part? {
        guard name.first != "." else { return nil }
        let marker = name.utf8.count >= 2 ? name.suffix(2) : ""
        switch marker {
        case "%-": return .piece(String(name.dropLast(2)))
        case "%f": return .object(String(name.dropLast(2)))
        case "%d": return .folder(String(name.dropLast(2)))
        default: return name.contains(".") ? .object(name) : .folder(name)
        }
    }

    /// The key of the object under these names; nil if they are not of this form.
    static func key(of names: [String]) -> String? {
        var key = ""
        for (index, name) in names.enumerated() {
            switch (part(name), index == names.count - 1) {
            case (.piece(let text), false): key += text
            case (.folder(let text), false): key += text + "/"
            case (.object(let text), true): key += text
            default: return nil
            }
        }
        return Percent.decode(key)
    }

    /// A name's text, still percent-encoded, since a piece may end inside an escape.
    enum Part: Equatable {
        case piece(String)
        case object(String)
        case folder(String)
    }

    private static func names(for segment: Substring, isObject: Bool) -> [String] {
        var rest = encoded(segment)[...]
        var names: [String] = []
        if rest.utf8.count > longestNameBytes {
            // No piece may start with a dot and be hidden.
            rest = rest.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "%2E")[...]
        }
        while rest.utf8.count > longestNameBytes {
            names.append(rest.prefix(longestNameBytes) + "%-")
            rest = rest.dropFirst(longestNameBytes)
        }
        let hasDot = rest.contains(".")
        let marker = isObject ? (hasDot ? "" : "%f") : (hasDot ? "%d" : "")
        names.append(rest + marker)
        return names
    }

    /// ASCII alone, so characters are bytes from here on.
    private static func encoded(_ segment: Substring) -> String {
        let text = Percent.encode(String(segment))
        return text.first == "." ? "%2E" + text.dropFirst() : text
    }
}
