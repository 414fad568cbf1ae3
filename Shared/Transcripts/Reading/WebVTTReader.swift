/// Reads WebVTT as the standard has parsers do it: what is no cue is passed over. A file of which nothing is left says where it
/// went wrong first.
enum WebVTTReader {
    static func read(_ file: TextLines) throws(TranscriptFault) -> [SpokenCue] {
        let lines = file.lines
        let head = lines.first ?? ""
        guard head == "WEBVTT" || head.hasPrefix("WEBVTT ") || head.hasPrefix("WEBVTT\t") else {
            throw .badLine(1, "a WebVTT file begins with WEBVTT")
        }
        var cues: [SpokenCue] = []
        var fault: TranscriptFault?
        var at = 1
        while at < lines.count {
            guard lines[at].contains("-->") else {
                // The head, a comment, a style, or the name of a cue.
                at += 1
                continue
            }
            let timing = TimingLine(lines[at])
            if timing == nil, fault == nil { fault = .badLine(at + 1, "these are no times of a cue") }
            at += 1
            let first = at
            while at < lines.count, !lines[at].isEmpty, !lines[at].contains("-->") { at += 1 }
            guard let timing else { continue }
            cues += WebVTTText(lines[first..<at].joined(separator: "\n")).cues(timing)
        }
        if cues.isEmpty, let fault { throw fault }
        return cues
    }
}

/// A cue's text with its tags ("WebVTT cue text parsing rules").
private struct WebVTTText {
    private struct Run {
        var text = ""
        let speaker: String?
        let start: Double?
    }

    private var runs = [Run(speaker: nil, start: nil)]

    init(_ text: String) {
        var rest = text.unicodeScalars[...]
        while let scalar = rest.first {
            rest.removeFirst()
            switch scalar {
            case "<":
                let tag = rest.prefix { $0 != ">" }
                rest = rest[tag.endIndex...].dropFirst()
                take(tag: String(tag))
            case "&":
                let name = rest.prefix(12).prefix { $0 != ";" }
                if name.endIndex < rest.endIndex, rest[name.endIndex] == ";", let meant = Self.reference(String(name)) {
                    append(meant)
                    rest = rest[name.endIndex...].dropFirst()
                } else {
                    append(scalar)
                }
            default: append(scalar)
            }
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar) { runs[runs.count - 1].text.unicodeScalars.append(scalar) }

    private mutating func take(tag: String) {
        let last = runs[runs.count - 1]
        if let first = tag.utf8.first, (0x30...0x39).contains(first), let time = TimingLine.seconds(Array(tag.utf8)) {
            runs.append(Run(speaker: last.speaker, start: time))
        } else if tag == "/v" {
            runs.append(Run(speaker: nil, start: nil))
        } else if tag == "v" || tag.hasPrefix("v ") || tag.hasPrefix("v.") || tag.hasPrefix("v\t") {
            let name = tag.drop { !$0.isWhitespace }.drop(while: \.isWhitespace)
            let read = WebVTTText(String(name).replacing("<", with: "")).runs.map(\.text).joined()
            runs.append(Run(speaker: read.isEmpty ? nil : read, start: nil))
        }
    }

    /// A cue for each speaker; they share the time.
    func cues(_ timing: TimingLine) -> [SpokenCue] {
        var cues: [(speaker: String?, runs: [Run])] = []
        for run in runs where !run.text.allSatisfy(\.isWhitespace) || run.start != nil {
            if let last = cues.last, last.speaker == run.speaker {
                cues[cues.count - 1].runs.append(run)
            } else {
                cues.append((run.speaker, [run]))
            }
        }
        return cues.enumerated().map { number, cue in
            let isTimed = cue.runs.contains { $0.start != nil }
            let words = cue.runs.enumerated().map { place, run in
                // What stands before the first timestamp begins with the cue.
                SpokenCue.Word(run.text, start: run.start ?? (number + place == 0 ? timing.start : nil), end: nil)
            }
            return SpokenCue(
                start: timing.start, end: timing.end, text: cue.runs.map(\.text).joined(), speaker: cue.speaker,
                words: isTimed ? words : [])
        }
    }

    private static func reference(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        case "nbsp": return "\u{A0}"
        case "lrm": return "\u{200E}"
        case "rlm": return "\u{200F}"
        default: break
        }
        guard name.hasPrefix("#") else { return nil }
        let digits = name.dropFirst()
        let isHex = digits.hasPrefix("x") || digits.hasPrefix("X")
        return (isHex ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)).flatMap(Unicode.Scalar.init)
    }
}
