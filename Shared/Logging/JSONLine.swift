/// One JSON object and a line feed. Source: RFC 8259.
func jsonLine(_ entry: LogEntry) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(384)
    line.append(contentsOf: #"{"time":""#.utf8)
    line.appendTimestamp(entry.time)
    line.append(contentsOf: #"","level":""#.utf8)
    line.append(contentsOf: entry.level.rawValue.utf8)
    line.append(UInt8(ascii: "\""))
    line.appendMember("service", entry.service)
    line.appendMember("version", entry.version)
    line.appendMember("message", entry.message.description)
    if let traceID = entry.traceID { line.appendMember("trace_id", traceID) }
    if let clipID = entry.clipID { line.appendMember("clip_id", clipID) }
    if let requestID = entry.requestID { line.appendMember("request_id", requestID) }
    if !entry.fields.all.isEmpty {
        line.append(contentsOf: #","fields":{"#.utf8)
        for (index, field) in entry.fields.all.enumerated() {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            line.appendField(field)
        }
        line.append(UInt8(ascii: "}"))
    }
    line.append(contentsOf: "}\n".utf8)
    return line
}

extension [UInt8] {
    fileprivate mutating func appendMember(_ name: StaticString, _ value: String) {
        append(contentsOf: ",\"\(name)\":\"".utf8)
        appendEscaped(value)
        append(UInt8(ascii: "\""))
    }

    fileprivate mutating func appendField(_ field: LogFields.Field) {
        append(UInt8(ascii: "\""))
        appendEscaped(field.name)
        if case .duration = field.value, !field.name.hasSuffix("_ms") { append(contentsOf: "_ms".utf8) }
        append(contentsOf: "\":".utf8)
        switch field.value {
        case .string(let text):
            append(UInt8(ascii: "\""))
            appendEscaped(text)
            append(UInt8(ascii: "\""))
        case .int(let number): append(contentsOf: String(number).utf8)
        case .double(let number): append(contentsOf: (number.isFinite ? "\(number)" : "null").utf8)
        case .bool(let truth): append(contentsOf: (truth ? "true" : "false").utf8)
        case .duration(let duration): append(contentsOf: "\(duration.roundedMilliseconds)".utf8)
        }
    }
}

extension Duration {
    /// In milliseconds, to the microsecond: finer digits of a log line would be noise.
    var roundedMilliseconds: Double { (self / .microseconds(1)).rounded() / 1000 }
}
