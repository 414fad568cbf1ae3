import Domain
import Text

/// What one line of a list asks for, read field by field.
struct ClipDraft {
    /// Continues a field's name: "must be …".
    struct Fault: Error, Equatable {
        let problem: String
    }

    /// What counts where a line does not say.
    struct Defaults: Sendable {
        var formats: [ClipFormat] = [.mp3]
        var durationMs: Int64?
        /// Fields that every entry has beside its own.
        var more: [String: JSONValue] = [:]
    }

    /// Of one line: each is a clip.
    private static let mostFormats = 16

    private var episode: String?
    private var startMs: Int64?
    private var durationMs: Int64?
    private var lengthSeconds: Int64?
    private var formats: [ClipFormat]?
    private var more: [String: JSONValue]

    private let defaults: Defaults

    init(_ defaults: Defaults) {
        self.defaults = defaults
        more = defaults.more
    }

    /// - Parameter name: as an entry of a batch has it, or `episode`, `start`, `duration` (times as people write them),
    ///   `formats`. Whatever else there is goes to the gateway as it is.
    mutating func set(_ name: String, _ value: JSONValue) throws(Fault) {
        switch name {
        case "episode", "episode_id": episode = try once(episode, Self.episode(value))
        case "start": startMs = try once(startMs, Self.time(value))
        case "start_time_ms":
            startMs = try once(startMs, Self.number(value, 0...ClipWindow.latestMs, "whole milliseconds, 0 or more"))
        case "duration": durationMs = try once(durationMs, Self.time(value, isLength: true))
        case "duration_ms":
            durationMs = try once(
                durationMs, Self.number(value, 1...ClipWindow.latestMs, "whole milliseconds, 1 or more"))
        case "length": lengthSeconds = try once(lengthSeconds, Self.number(value, 1...86_400, "whole seconds"))
        case "format", "formats": formats = try once(formats, Self.formats(value))
        default:
            switch value {
            case .array, .object: throw Fault(problem: "must be a text, a number, true or false")
            default: more[name] = value
            }
        }
    }

    /// - Parameter place: of the line.
    /// - Throws: what is missing, by its name.
    func clips(at place: Int) throws(Fault) -> [WarmClip] {
        guard let episode else { throw Fault(problem: "episode_id is missing: 24 hex digits or a guid") }
        guard startMs != nil || more["at"] != nil else {
            throw Fault(problem: "start_time_ms is missing: whole milliseconds, or start: a time such as 12:30.5")
        }
        if durationMs != nil, lengthSeconds != nil { throw Fault(problem: "length must not stand beside a duration") }
        let duration = durationMs ?? (lengthSeconds == nil ? defaults.durationMs : nil)
        return (formats ?? defaults.formats).map { format in
            WarmClip(
                place: place, episode: episode, startMs: startMs,
                durationMs: duration ?? lengthSeconds.map { $0 * 1000 },
                format: format, entry: entry(episode, duration, format))
        }
    }

    private func entry(_ episode: String, _ duration: Int64?, _ format: ClipFormat) -> String {
        var json = JSONWriter(reserving: 160)
        json.object { json in
            json.field("episode_id", episode)
            if let startMs { json.field("start_time_ms", startMs) }
            if let duration { json.field("duration_ms", duration) }
            if let lengthSeconds { json.field("length", lengthSeconds) }
            json.field("format", format.name)
            for (name, value) in more.sorted(by: { $0.key < $1.key }) {
                json.key(named: name)
                json.value(scalar: value)
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func once<Value>(_ known: Value?, _ value: Value) throws(Fault) -> Value {
        guard known == nil else { throw Fault(problem: "says again what another field has said") }
        return value
    }

    private static func episode(_ value: JSONValue) throws(Fault) -> String {
        guard case .string(let text) = value else { throw Fault(problem: "must be text: 24 hex digits or a guid") }
        do throws(ClipFault) { return try EpisodeID(parsing: text).description } catch {
            throw Fault(problem: error.parameters.first?.problem ?? error.detail)
        }
    }

    private static func time(_ value: JSONValue, isLength: Bool = false) throws(Fault) -> Int64 {
        guard case .string(let text) = value, let time = SpokenTime.parse(text), !isLength || time > .zero else {
            throw Fault(
                problem: isLength
                    ? "must be a time such as 30s, more than nothing" : "must be a time such as 12:30.5, 90s or 1h2m3s")
        }
        return time.wholeMilliseconds
    }

    private static func number(
        _ value: JSONValue, _ range: ClosedRange<Int64>, _ expected: String
    ) throws(Fault) -> Int64 {
        guard case .integer(let number) = value, range.contains(number) else {
            throw Fault(problem: "must be \(expected), at most \(range.upperBound)")
        }
        return number
    }

    private static func formats(_ value: JSONValue) throws(Fault) -> [ClipFormat] {
        var found: [ClipFormat] = []
        switch value {
        case .string(let text): found = try named(text)
        case .array(let items):
            for item in items {
                guard case .string(let text) = item else { throw Fault(problem: "must be names of formats") }
                found += try named(text)
            }
        default: throw Fault(problem: "must be names of formats")
        }
        guard (1...mostFormats).contains(found.count) else {
            throw Fault(problem: "must be 1 to \(mostFormats) names of formats")
        }
        return found
    }

    /// Names between commas, blanks, `;` or `|`; of a name that comes twice the second is left out.
    static func named(_ text: String) throws(Fault) -> [ClipFormat] {
        var found: [ClipFormat] = []
        for name in text.split(whereSeparator: { ", ;|".contains($0) }) {
            guard let format = ClipFormat(named: String(name)) else {
                let known = ClipFormat.each.map(\.name).joined(separator: ", ")
                throw Fault(problem: "must be of \(known); '\(SafeText.line(String(name), limit: 40))' is none")
            }
            if !found.contains(format) { found.append(format) }
        }
        return found
    }
}

extension JSONWriter {
    /// A value without parts.
    fileprivate mutating func value(scalar: JSONValue) {
        switch scalar {
        case .null, .array, .object: null()
        case .flag(let flag): value(flag)
        case .integer(let number): value(number)
        case .number(let number): value(number)
        case .string(let text): value(text)
        }
    }
}
