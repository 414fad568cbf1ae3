/// Reads SRT as players do: a cue is a line of times and the lines behind it, up to an empty one; the numbers don't matter.
enum SubRipReader {
    private static let tags: Set<String> = ["i", "b", "u", "s", "font"]

    static func read(_ file: TextLines) throws(TranscriptFault) -> [SpokenCue] {
        let lines = file.lines
        var cues: [SpokenCue] = []
        var fault: TranscriptFault?
        var at = 0
        while at < lines.count {
            let line = lines[at]
            at += 1
            guard let timing = TimingLine(line) else {
                if fault == nil, !isBlank(line), !isNumber(line) {
                    fault = .badLine(at, "here a cue's number, or its times, should be")
                }
                continue
            }
            let first = at
            while at < lines.count, !isBlank(lines[at]), TimingLine(lines[at]) == nil { at += 1 }
            var text = lines[first..<at]
            // Without an empty line before it, the next cue's number would be taken for text.
            if at < lines.count, !isBlank(lines[at]), let last = text.last, isNumber(last) { text.removeLast() }
            cues.append(
                SpokenCue(
                    start: timing.start, end: timing.end, text: text.map(withoutTags).joined(separator: "\n")))
        }
        if cues.isEmpty, let fault { throw fault }
        return cues
    }

    private static func isBlank(_ line: String) -> Bool { line.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 } }

    private static func isNumber(_ line: String) -> Bool {
        !isBlank(line) && line.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x20 || $0 == 0x09 }
    }

    /// Without the tags of HTML that players obey, and without `{\an8}` and the like; any other `<` is text.
    private static func withoutTags(_ line: String) -> String {
        guard line.contains("<") || line.contains("{\\") else { return line }
        var plain = ""
        var rest = line[...]
        while let first = rest.first {
            if first == "<", let end = rest.firstIndex(of: ">"), isTag(rest[rest.index(after: rest.startIndex)..<end]) {
                rest = rest[rest.index(after: end)...]
            } else if rest.hasPrefix("{\\"), let end = rest.firstIndex(of: "}") {
                rest = rest[rest.index(after: end)...]
            } else {
                plain.append(first)
                rest.removeFirst()
            }
        }
        return plain
    }

    private static func isTag(_ inside: Substring) -> Bool {
        let name = inside.drop { $0 == "/" }.prefix { $0.isLetter }
        return tags.contains(name.lowercased())
            && (inside.first == "/" || name.endIndex == inside.endIndex || name == "font")
    }
}
