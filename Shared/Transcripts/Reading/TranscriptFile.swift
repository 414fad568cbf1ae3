/// A transcript as a file, of any kind that is read here.
public enum TranscriptFile {
    /// What is read at most: enough for a day of speech with a time for every word.
    public struct Limits: Sendable {
        public var bytes: Int
        public var cues: Int
        /// Of JSON: numbers, texts, lists and objects.
        public var values: Int

        public init(bytes: Int = 16 << 20, cues: Int = 200_000, values: Int = 1_000_000) {
            self.bytes = bytes
            self.cues = cues
            self.values = values
        }
    }

    /// What transcripts' names end in, the ones first that may have word times.
    public static let endings = ["json", "vtt", "srt"]

    /// - Parameters:
    ///   - ending: one of `endings`.
    ///   - bytes: the whole file.
    /// - Returns: its cues in the file's order, unchecked; none for a file that is right and holds none.
    /// - Throws: what is wrong with it, and where.
    public static func read(
        ending: String, _ bytes: [UInt8], limits: Limits = Limits()
    ) throws(TranscriptFault) -> [SpokenCue] {
        guard bytes.count <= limits.bytes else { throw .tooLarge(bytes: bytes.count, limit: limits.bytes) }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
        let cues: [SpokenCue]
        switch ending {
        case "vtt": cues = try WebVTTReader.read(TextLines(text))
        case "srt": cues = try SubRipReader.read(TextLines(text))
        case "json": cues = try JSONTranscriptReader.read(text, limits)
        default: throw .unknownKind(ending)
        }
        guard cues.count <= limits.cues else { throw .tooManyCues(limit: limits.cues) }
        return cues
    }
}

/// Why a file is no transcript that can be used.
public enum TranscriptFault: Error, Hashable, Sendable {
    case unknownKind(String)
    case tooLarge(bytes: Int, limit: Int)
    case tooManyCues(limit: Int)
    /// Lines are counted from 1.
    case badLine(Int, String)
    case badJSON(String)

    /// Follows the file's name.
    public var problem: String {
        switch self {
        case .unknownKind(let ending): "ends in '\(ending.prefix(20))', which no transcript that is read here does"
        case .tooLarge(let bytes, let limit): "has \(bytes) bytes; at most \(limit) are read"
        case .tooManyCues(let limit): "has more than \(limit) cues"
        case .badLine(let line, let what): "can't be read from line \(line) on: \(what)"
        case .badJSON(let what): what
        }
    }
}

/// The lines of a file in UTF-8, whatever ends them.
struct TextLines {
    let lines: [String]

    /// - Throws: `.badLine` for the first line that is not UTF-8.
    init(_ bytes: [UInt8]) throws(TranscriptFault) {
        var lines: [String] = []
        var start = 0
        var at = 0
        while at <= bytes.count {
            guard at == bytes.count || bytes[at] == 0x0A || bytes[at] == 0x0D else {
                at += 1
                continue
            }
            guard let line = String(validating: bytes[start..<at], as: UTF8.self) else {
                throw .badLine(lines.count + 1, "it is not UTF-8")
            }
            lines.append(line)
            if at + 1 < bytes.count, bytes[at] == 0x0D, bytes[at + 1] == 0x0A { at += 1 }
            at += 1
            start = at
        }
        self.lines = lines
    }
}

/// `00:01:02.345 --> 00:01:04.000 …`, as WebVTT and SRT have it: hours may be missing, and the divider is either one's.
struct TimingLine {
    /// Seconds.
    let start, end: Double

    init?(_ line: String) {
        let bytes = Array(line.utf8)
        guard let arrow = Self.arrow(in: bytes), let start = Self.seconds(bytes[..<arrow]),
            let end = Self.seconds(Self.trimmed(bytes[(arrow + 3)...]).prefix { $0 != 0x20 && $0 != 0x09 })
        else { return nil }
        self.start = start
        self.end = end
    }

    private static func arrow(in bytes: [UInt8]) -> Int? {
        // A time is not longer than this.
        let last = min(bytes.count - 3, 40)
        guard last >= 0 else { return nil }
        return (0...last).first { bytes[$0..<($0 + 3)].elementsEqual("-->".utf8) }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.drop { $0 == 0x20 || $0 == 0x09 }
    }

    /// `1:02:03.045`, `02:03.045` or `02:03`, blanks around it; nil for anything else.
    static func seconds(_ text: some Collection<UInt8>) -> Double? {
        var parts: [Int64] = [0]
        var fraction: Double = 0
        var scale: Double = 1
        var digits = 0
        var isFraction = false
        var isOver = false
        for byte in trimmed(Array(text)[...]) {
            switch byte {
            case 0x20, 0x09: isOver = true
            case _ where isOver: return nil
            case 0x30...0x39 where isFraction:
                scale /= 10
                fraction += Double(byte - 0x30) * scale
                digits += 1
            case 0x30...0x39:
                parts[parts.count - 1] = parts[parts.count - 1] * 10 + Int64(byte - 0x30)
                digits += 1
                // No hour of an episode has so many digits.
                guard parts[parts.count - 1] < 1_000_000 else { return nil }
            case UInt8(ascii: ":") where !isFraction && digits > 0 && parts.count < 3:
                parts.append(0)
                digits = 0
            case UInt8(ascii: "."), UInt8(ascii: ","):
                guard !isFraction, digits > 0 else { return nil }
                isFraction = true
                digits = 0
            default: return nil
            }
        }
        guard digits > 0, parts.count > 1, parts.dropFirst().allSatisfy({ $0 < 60 }) else { return nil }
        return Double(parts.reduce(0) { $0 * 60 + $1 }) + fraction
    }
}
