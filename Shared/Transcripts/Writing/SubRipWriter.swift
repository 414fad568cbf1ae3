/// Writes SRT. It has no escapes: texts stand there as they are, and since none has an empty line, none ends a cue.
enum SubRipWriter {
    static func written(_ cues: [ShownCue]) -> [UInt8] {
        // A file has at least a byte.
        guard !cues.isEmpty else { return [0x0A] }
        var file = ""
        for (place, cue) in cues.enumerated() {
            if place > 0 { file += "\n" }
            file += "\(place + 1)\n\(time(cue.startMs)) --> \(time(cue.endMs))\n"
            for line in cue.lines { file += TextPieces.text(of: line) + "\n" }
        }
        return Array(file.utf8)
    }

    private static func time(_ milliseconds: Int32) -> String { ClockTime.text(milliseconds, divider: ",") }
}
