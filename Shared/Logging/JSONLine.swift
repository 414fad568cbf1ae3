import Text

/// One JSON object and a line feed. Source: RFC 8259.
func jsonLine(_ entry: LogEntry) -> [UInt8] {
    var line = JSONWriter(reserving: 384, escapes: .logLine)
    line.object {
        $0.field("time", entry.time)
        $0.field("level", entry.level.rawValue)
        $0.field("service", entry.service)
        $0.field("version", entry.version)
        $0.field("message", entry.message.description)
        if let traceID = entry.traceID { $0.field("trace_id", traceID) }
        if let clipID = entry.clipID { $0.field("clip_id", clipID) }
        if let requestID = entry.requestID { $0.field("request_id", requestID) }
        if !entry.fields.all.isEmpty {
            $0.object("fields") { line in
                for field in entry.fields.all { line.write(field) }
            }
        }
    }
    line.endLine()
    return line.bytes
}

extension JSONEscapes {
    /// Texts are cut at 4,096 bytes: what untrusted clients send must not fill a disk.
    static let logLine = JSONEscapes.line(limit: 4096)
}

extension JSONWriter {
    fileprivate mutating func write(_ field: LogFields.Field) {
        switch field.value {
        case .duration where !field.name.hasSuffix("_ms"): key(named: field.name + "_ms")
        default: key(named: field.name)
        }
        switch field.value {
        case .string(let text): value(text)
        case .int(let number): value(number)
        case .double(let number): value(number)
        case .bool(let truth): value(truth)
        case .duration(let duration): value(duration.roundedMilliseconds)
        }
    }
}

extension Duration {
    /// In milliseconds, to the microsecond: finer digits of a log line would be noise.
    var roundedMilliseconds: Double { (self / .microseconds(1)).rounded() / 1000 }
}
