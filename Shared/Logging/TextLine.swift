import Text

/// A line for a person at a terminal: short time, level, service, sentence, fields.
///
/// - Parameters:
///   - offsetSeconds: what the reader's zone is ahead of UTC.
///   - colors: whether to mark the level with colors of ECMA-48.
func textLine(_ entry: LogEntry, offsetSeconds: Int, colors: Bool) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(256)
    line.appendTimeOfDay(entry.time, offsetSeconds: offsetSeconds)
    line.append(UInt8(ascii: " "))
    let level = entry.level.rawValue
    let padded = level + String(repeating: " ", count: 7 - level.utf8.count)
    line.append(contentsOf: (colors ? "\(entry.level.color)\(padded)\u{1B}[0m" : padded).utf8)
    line.append(UInt8(ascii: " "))
    JSONEscapes.logLine.append(entry.service, to: &line)
    line.append(contentsOf: ": ".utf8)
    JSONEscapes.logLine.append(entry.message.description, to: &line)
    for field in entry.fields.all { line.appendPair(field.name, field.value.spoken) }
    if let clipID = entry.clipID { line.appendPair("clip", clipID) }
    if let traceID = entry.traceID { line.appendPair("trace", traceID) }
    if let requestID = entry.requestID { line.appendPair("request", requestID) }
    line.append(UInt8(ascii: "\n"))
    return line
}

extension [UInt8] {
    /// ` name=value`, with quotes around a value that would not stand alone.
    fileprivate mutating func appendPair(_ name: String, _ value: String) {
        append(contentsOf: "  ".utf8)
        JSONEscapes.logLine.append(name, to: &self)
        append(UInt8(ascii: "="))
        let bare = !value.isEmpty && !value.contains { $0 == " " || $0 == "\"" || $0 == "=" }
        if !bare { append(UInt8(ascii: "\"")) }
        JSONEscapes.logLine.append(value, to: &self)
        if !bare { append(UInt8(ascii: "\"")) }
    }
}

extension LogLevel {
    fileprivate var color: String {
        switch self {
        case .debug: "\u{1B}[2m"
        case .info: "\u{1B}[32m"
        case .warning: "\u{1B}[33m"
        case .error: "\u{1B}[31m"
        }
    }
}

extension LogValue {
    fileprivate var spoken: String {
        switch self {
        case .string(let text): text
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .bool(let truth): truth ? "yes" : "no"
        case .duration(let duration):
            duration < .seconds(1)
                ? "\(duration.roundedMilliseconds)ms" : "\(duration.roundedMilliseconds.rounded() / 1000)s"
        }
    }
}
