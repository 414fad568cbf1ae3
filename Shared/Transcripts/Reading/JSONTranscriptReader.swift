import Text

/// Reads the JSON of the podcast namespace, of Whisper in its several forms, and what is like them: a list of segments, each
/// with its text, its times in seconds, and perhaps a speaker and words.
enum JSONTranscriptReader {
    /// What the fields are called: by the podcast namespace, by Whisper, and by others.
    private enum Name {
        static let start = ["startTime", "start", "start_time"]
        static let end = ["endTime", "end", "end_time"]
        static let text = ["body", "text", "word"]
        static let word = ["word", "body", "text"]
        static let speaker = ["speaker"]
    }

    static func read(_ bytes: [UInt8], _ limits: TranscriptFile.Limits) throws(TranscriptFault) -> [SpokenCue] {
        let document: JSONValue
        do throws(JSONValue.Fault) {
            document = try JSONValue(parsing: bytes, limits: .init(depth: 16, values: limits.values))
        } catch { throw .badJSON(error.problem) }
        switch document {
        case .array(let segments): return try read(segments, "the list")
        case .object(let fields):
            if case .array(let segments) = fields["segments"] {
                return try spread(words(fields["words"]), over: read(segments, "segments"))
            }
            if case .array(let segments) = fields["transcription"] { return try read(segments, "transcription") }
            if case .array(let words) = fields["words"] { return try read(words, "words") }
        default: break
        }
        throw .badJSON("is JSON, but no transcript: it has no list called segments, transcription or words")
    }

    private static func read(_ segments: [JSONValue], _ list: String) throws(TranscriptFault) -> [SpokenCue] {
        var cues: [SpokenCue] = []
        cues.reserveCapacity(segments.count)
        for (place, segment) in segments.enumerated() {
            guard case .object(let fields) = segment else {
                throw .badJSON("can't be read from \(list)[\(place)] on: it is no object")
            }
            let (start, end) = offsets(fields["offsets"]) ?? (number(fields, Name.start), number(fields, Name.end))
            cues.append(
                SpokenCue(
                    start: start, end: end, text: text(fields, Name.text), speaker: text(fields, Name.speaker),
                    words: words(fields["words"])))
        }
        return cues
    }

    /// Of whisper.cpp, in milliseconds.
    private static func offsets(_ value: JSONValue?) -> (Double?, Double?)? {
        guard case .object(let fields) = value else { return nil }
        return (number(fields, ["from"]).map { $0 / 1000 }, number(fields, ["to"]).map { $0 / 1000 })
    }

    private static func words(_ value: JSONValue?) -> [SpokenCue.Word] {
        guard case .array(let words) = value else { return [] }
        return words.compactMap { word in
            guard case .object(let fields) = word, let text = text(fields, Name.word) else { return nil }
            return .init(text, start: number(fields, Name.start), end: number(fields, Name.end))
        }
    }

    /// Whisper's service lists the words beside the segments, for all of them.
    private static func spread(_ words: [SpokenCue.Word], over segments: [SpokenCue]) -> [SpokenCue] {
        guard !words.isEmpty, segments.allSatisfy({ $0.words.isEmpty }) else { return segments }
        var rest = words[...]
        return segments.map { segment in
            guard let start = segment.start, let end = segment.end else { return segment }
            rest = rest.drop { ($0.start ?? start) < start }
            let own = rest.prefix { ($0.start ?? start) < end }
            rest = rest[own.endIndex...]
            var segment = segment
            segment.words = Array(own)
            return segment
        }
    }

    private static func number(_ fields: [String: JSONValue], _ names: [String]) -> Double? {
        for name in names {
            switch fields[name] {
            case .integer(let whole): return Double(whole)
            case .number(let number): return number
            case .string(let text): if let number = Double(text) { return number }
            default: continue
            }
        }
        return nil
    }

    private static func text(_ fields: [String: JSONValue], _ names: [String]) -> String? {
        for name in names {
            if case .string(let text) = fields[name] { return text }
        }
        return nil
    }
}
