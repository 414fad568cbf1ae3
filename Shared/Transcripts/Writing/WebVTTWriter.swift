/// Writes WebVTT. A cue's text never begins a new block or a tag: `&`, `<` and `>` are escaped, which also leaves no `-->`.
enum WebVTTWriter {
    static func written(_ cues: [ShownCue]) -> [UInt8] {
        var file = "WEBVTT\n"
        for cue in cues {
            file += "\n\(time(cue.startMs)) --> \(time(cue.endMs))\n"
            if let speaker = cue.speaker { file += "<v \(escaped(speaker))>" }
            var last = cue.startMs
            for (number, line) in cue.lines.enumerated() {
                if number > 0 { file += "\n" }
                for (place, piece) in line.enumerated() {
                    if piece.isSpaced, place > 0 { file += " " }
                    // A timestamp within a cue is later than the one before it, and before the cue's end.
                    if cue.hasWordTimes, piece.startMs > last, piece.startMs < cue.endMs {
                        file += "<\(time(piece.startMs))>"
                        last = piece.startMs
                    }
                    file += escaped(piece.text)
                }
            }
            file += "\n"
        }
        return Array(file.utf8)
    }

    private static func time(_ milliseconds: Int32) -> String { ClockTime.text(milliseconds, divider: ".") }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E }) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
