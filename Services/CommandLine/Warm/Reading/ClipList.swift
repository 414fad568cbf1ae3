import Domain
import Text

/// Why a line of a list of clips was not understood.
struct ClipListFault: Error, Equatable {
    /// In characters (scalars), from 1.
    let column: Int
    let problem: String
    /// Nothing that follows can be understood either.
    var isFinal = false

    /// - Parameter byte: of the line, from 0.
    init(_ line: [UInt8], at byte: Int, _ problem: String, isFinal: Bool = false) {
        column = line.prefix(byte).count { $0 & 0xC0 != 0x80 } + 1
        self.problem = problem
        self.isFinal = isFinal
    }
}

/// A list of clips, line by line: JSON objects with the fields of a batch's entry, or comma-separated values under a line with
/// the names of such fields. The first line that is not empty says which.
struct ClipList {
    private enum Form {
        case json
        case csv(columns: [String])
    }

    private static let knownColumns = [
        "episode", "episode_id", "start", "start_time_ms", "duration", "duration_ms", "length", "format", "formats",
        "at", "snap", "max_shift_ms",
    ]

    private let defaults: ClipDraft.Defaults
    private var form: Form?
    /// Lines so far.
    private(set) var lines = 0

    init(_ defaults: ClipDraft.Defaults) { self.defaults = defaults }

    /// The clips of the next line; none for an empty line, and for the names of columns.
    mutating func read(_ line: [UInt8]) throws(ClipListFault) -> [WarmClip] {
        lines += 1
        var line = line
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        if lines == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 }) else { return [] }
        switch form {
        case .json: return try json(line)
        case .csv(let columns): return try csv(line, columns)
        case nil:
            if first == UInt8(ascii: "{") {
                form = .json
                return try json(line)
            }
            form = .csv(columns: try Self.columns(line))
            return []
        }
    }

    /// Counts a line that is longer than any may be.
    mutating func skip() -> ClipListFault {
        lines += 1
        return ClipListFault([], at: 0, "the line has more than \(LineInput.longestLine) bytes")
    }

    // MARK: - JSON

    private func json(_ line: [UInt8]) throws(ClipListFault) -> [WarmClip] {
        let value: JSONValue
        do throws(JSONValue.Fault) { value = try JSONValue(parsing: line) } catch {
            let at = if case .malformed(let at) = error { at } else { 0 }
            throw ClipListFault(line, at: at, "the line \(error.problem)")
        }
        guard case .object(let fields) = value else { throw ClipListFault(line, at: 0, "the line must be an object") }
        var draft = ClipDraft(defaults)
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            do throws(ClipDraft.Fault) { try draft.set(name, value) } catch {
                throw ClipListFault(line, at: Self.place(of: name, in: line), "\(Self.shown(name)) \(error.problem)")
            }
        }
        return try Self.finished(draft, lines, line)
    }

    /// Where a field's name stands; the line's beginning if it is written with escapes.
    private static func place(of name: String, in line: [UInt8]) -> Int {
        let quoted = Array("\"\(name)\"".utf8)
        guard line.count >= quoted.count else { return 0 }
        return (0...(line.count - quoted.count)).first { line[$0..<($0 + quoted.count)].elementsEqual(quoted) } ?? 0
    }

    // MARK: - CSV

    private static func columns(_ line: [UInt8]) throws(ClipListFault) -> [String] {
        var names: [String] = []
        do throws(ClipListFault) {
            for field in try CSVLine(line).fields {
                let name = field.text.lowercased()
                guard knownColumns.contains(name), !names.contains(name) else {
                    throw ClipListFault(
                        line, at: field.start,
                        "expected a line of JSON, or the names of columns: of \(knownColumns.joined(separator: ", ")), each once"
                    )
                }
                names.append(name)
            }
        } catch {
            var fault = error
            fault.isFinal = true
            throw fault
        }
        return names
    }

    private func csv(_ line: [UInt8], _ columns: [String]) throws(ClipListFault) -> [WarmClip] {
        let fields = try CSVLine(line).fields
        guard fields.count == columns.count else {
            let at = fields.count > columns.count ? fields[columns.count].start : line.count
            throw ClipListFault(line, at: at, "\(columns.count) fields are expected; the line has \(fields.count)")
        }
        var draft = ClipDraft(defaults)
        for (name, field) in zip(columns, fields) where !field.text.isEmpty {
            let isNumber = name.hasSuffix("_ms") || name == "length" || name == "at"
            let value = isNumber ? Int64(field.text).map { JSONValue.integer($0) } : nil
            do throws(ClipDraft.Fault) { try draft.set(name, value ?? .string(field.text)) } catch {
                throw ClipListFault(line, at: field.start, "\(name) \(error.problem)")
            }
        }
        return try Self.finished(draft, lines, line)
    }

    private static func finished(
        _ draft: ClipDraft, _ place: Int, _ line: [UInt8]
    ) throws(ClipListFault) -> [WarmClip] {
        do throws(ClipDraft.Fault) { return try draft.clips(at: place) } catch {
            throw ClipListFault(line, at: 0, error.problem)
        }
    }

    private static func shown(_ name: String) -> String { SafeText.line(name, limit: 40) }
}
