import Text

/// Writes the JSON of the podcast namespace ("transcripts.md", application/json, version 1.0.0), whose readers ignore what
/// they don't know: each segment also says whether its times are exact, and has its words where their times are known.
enum PodcastWriter {
    static func written(_ cues: [ShownCue]) -> [UInt8] {
        var json = JSONWriter(reserving: 64 + cues.count * 200)
        json.object {
            $0.field("version", "1.0.0")
            $0.array("segments") { json in
                for cue in cues { json.object { write(cue, into: &$0) } }
            }
        }
        json.endLine()
        return json.bytes
    }

    private static func write(_ cue: ShownCue, into json: inout JSONWriter) {
        if let speaker = cue.speaker { json.field("speaker", speaker) }
        json.field("startTime", secondsFromMs: cue.startMs)
        json.field("endTime", secondsFromMs: cue.endMs)
        json.field("body", cue.text)
        json.field("timing", cue.timing.rawValue)
        guard cue.hasWordTimes else { return }
        json.array("words") { json in
            for piece in cue.lines.joined() {
                json.object {
                    $0.field("startTime", secondsFromMs: piece.startMs)
                    $0.field("endTime", secondsFromMs: piece.endMs)
                    $0.field("body", piece.text)
                }
            }
        }
    }
}
