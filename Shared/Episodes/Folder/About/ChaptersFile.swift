import ObjectStore
import Text

/// Chapters that lie beside the audio: `x.chapters.json` beside `x.mp3`, as the podcast namespace has them.
///
/// Source: "JSON Chapters Format", version 1.2, of the podcast namespace.
enum ChaptersFile {
    static let ending = ".chapters.json"
    private static let mostBytes: UInt64 = 1 << 20
    private static let limits = JSONValue.Limits(depth: 8, values: 32_768)
    private static let latestSeconds = 86_400_000.0

    /// Blocks.
    ///
    /// - Returns: nil if there is no such file, or none that can be read as one: then it is as if there were none.
    static func read(_ path: String, inside root: String) -> [Chapter]? {
        guard let file = try? FolderFile(opening: path, inside: root), file.version.sizeBytes <= mostBytes,
            let bytes = try? file.read(0..<file.version.sizeBytes)
        else { return nil }
        return parse(bytes)
    }

    static func parse(_ bytes: [UInt8]) -> [Chapter]? {
        guard case .object(let document)? = try? JSONValue(parsing: bytes, limits: limits),
            case .array(let list)? = document["chapters"]
        else { return nil }
        let entries = list.compactMap { entry -> (start: Duration, end: Duration?, fields: [String: JSONValue])? in
            guard case .object(let fields) = entry, let start = time(fields["startTime"]) else { return nil }
            return (start, time(fields["endTime"]), fields)
        }.sorted { $0.start < $1.start }
        var chapters: [Chapter] = []
        for (place, entry) in entries.enumerated() {
            // Not in the table of contents: only a picture or a link changes there.
            if case .flag(false)? = entry.fields["toc"] { continue }
            let next = entries[(place + 1)...].first { $0.start > entry.start && $0.fields["toc"] != .flag(false) }
            var title: String?
            if case .string(let text)? = entry.fields["title"] { title = text }
            chapters.append(Chapter(start: entry.start, end: entry.end ?? next?.start, title: title))
            if chapters.count == Chapter.most { break }
        }
        return chapters
    }

    private static func time(_ value: JSONValue?) -> Duration? {
        let seconds: Double
        switch value {
        case .integer(let number): seconds = Double(number)
        case .number(let number): seconds = number
        default: return nil
        }
        guard seconds >= 0, seconds <= latestSeconds else { return nil }
        return .milliseconds(Int64((seconds * 1_000).rounded()))
    }
}
