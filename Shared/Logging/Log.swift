import Glibc
import Synchronization
import Text

/// Where the lines of one service go: a value, cheap to pass on, with the trace and the clip that it speaks of.
///
/// The sentence is a constant, so that lines can be counted and searched by it; what varies goes into the fields.
/// A call never waits: lines that find no room are dropped, and a later line says how many.
public struct Log: Sendable {
    private let origin: LogOrigin
    private let traceID: String?
    private let clipID: String?
    private let requestID: String?
    private let fields: LogFields

    /// A log on standard error.
    ///
    /// - Parameters:
    ///   - level: what matters less is left out.
    ///   - format: `.auto` asks whether standard error is a terminal; colors keep to no-color.org.
    public init(service: String, version: String, level: LogLevel = .info, format: LogFormat = .auto) {
        let terminal = isatty(STDERR_FILENO) == 1
        let text = format == .text || (format == .auto && terminal)
        let colors = terminal && getenv("NO_COLOR") == nil && getenv("TERM").map { strcmp($0, "dumb") != 0 } ?? false
        self.init(
            LogOrigin(
                service: service, version: version, level: level, sink: DescriptorSink.standardError,
                now: WallTime.now
            ) { entry in
                text
                    ? textLine(entry, offsetSeconds: entry.time.localOffsetSeconds, colors: colors)
                    : jsonLine(entry)
            })
    }

    /// A log of JSON lines into `sink`, for tests and for whoever wants the lines elsewhere.
    public init(
        service: String, version: String, level: LogLevel = .info, sink: any LogSink,
        now: @escaping @Sendable () -> WallTime = WallTime.now
    ) {
        self.init(
            LogOrigin(service: service, version: version, level: level, sink: sink, now: now, encode: jsonLine))
    }

    /// A log that says nothing.
    public static let silent = Log(service: "", version: "", level: .error, sink: NoSink())

    private init(
        _ origin: LogOrigin, traceID: String? = nil, clipID: String? = nil, requestID: String? = nil,
        fields: LogFields = [:]
    ) {
        self.origin = origin
        self.requestID = requestID
        self.traceID = traceID
        self.clipID = clipID
        self.fields = fields
    }

    /// The same log, speaking of one request and one clip; what is nil stays as it was.
    public func with(
        traceID: String? = nil, clipID: String? = nil, requestID: String? = nil, _ fields: LogFields = [:]
    ) -> Log {
        Log(
            origin, traceID: traceID ?? self.traceID, clipID: clipID ?? self.clipID,
            requestID: requestID ?? self.requestID, fields: self.fields.adding(fields))
    }

    /// The same log under the name of another service of this process.
    public func with(service: String) -> Log {
        Log(origin.renamed(service), traceID: traceID, clipID: clipID, requestID: requestID, fields: fields)
    }

    /// Runs `body` so that lines of other logs, which name no trace, clip or request, speak of this one's.
    public func speaking<Value: Sendable>(_ body: () async -> Value) async -> Value {
        await LogContext.$current.withValue(LogContext(traceID: traceID, clipID: clipID, requestID: requestID)) {
            await body()
        }
    }

    /// Whether a line of this level would be written.
    public func writes(_ level: LogLevel) -> Bool { level >= origin.level }

    public func debug(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        write(.debug, message, fields)
    }

    public func info(
        _ message: StaticString, _ fields: @autoclosure () -> LogFields = [:], bound: RateBound? = nil
    ) {
        write(.info, message, fields, bound)
    }

    public func warning(
        _ message: StaticString, _ fields: @autoclosure () -> LogFields = [:], bound: RateBound? = nil
    ) {
        write(.warning, message, fields, bound)
    }

    public func error(
        _ message: StaticString, _ fields: @autoclosure () -> LogFields = [:], bound: RateBound? = nil
    ) {
        write(.error, message, fields, bound)
    }

    /// Waits on the calling thread until what was logged is written, at most for `limit`: only for the way out.
    public func flush(atMost limit: Duration = .seconds(1)) {
        origin.sayWhatWasDropped()
        origin.sink.flush(atMost: limit)
    }

    private func write(
        _ level: LogLevel, _ message: StaticString, _ given: () -> LogFields, _ bound: RateBound? = nil
    ) {
        guard writes(level) else { return }
        var all = fields.adding(given())
        if let bound {
            guard let leftOut = bound.admit() else { return }
            if leftOut > 0 { all = all.adding(["left_out": .int(leftOut)]) }
        }
        let context = LogContext.current
        origin.write(
            level, message, traceID: traceID ?? context?.traceID, clipID: clipID ?? context?.clipID,
            requestID: requestID ?? context?.requestID, all)
    }
}

/// What all logs of one service share.
private final class LogOrigin: Sendable {
    let service: String
    let version: String
    let level: LogLevel
    let sink: any LogSink
    let now: @Sendable () -> WallTime
    let encode: @Sendable (LogEntry) -> [UInt8]
    /// Lines that found no room since a line last told of it.
    private let dropped = Atomic(0)

    init(
        service: String, version: String, level: LogLevel, sink: any LogSink, now: @escaping @Sendable () -> WallTime,
        encode: @escaping @Sendable (LogEntry) -> [UInt8]
    ) {
        self.service = service
        self.version = version
        self.level = level
        self.sink = sink
        self.now = now
        self.encode = encode
    }

    func renamed(_ service: String) -> LogOrigin {
        LogOrigin(service: service, version: version, level: level, sink: sink, now: now, encode: encode)
    }

    func write(
        _ level: LogLevel, _ message: StaticString, traceID: String?, clipID: String?, requestID: String?,
        _ fields: LogFields
    ) {
        sayWhatWasDropped()
        let line = encode(
            LogEntry(
                time: now(), level: level, service: service, version: version, message: message, traceID: traceID,
                clipID: clipID, requestID: requestID, fields: fields))
        if !sink.take(line) { dropped.add(1, ordering: .relaxed) }
    }

    func sayWhatWasDropped() {
        let count = dropped.exchange(0, ordering: .relaxed)
        guard count > 0 else { return }
        let note = encode(
            LogEntry(
                time: now(), level: .warning, service: service, version: version,
                message: "Log lines were dropped because nothing read them", traceID: nil, clipID: nil,
                requestID: nil,
                fields: ["lines": .int(count)]))
        if !sink.take(note) { dropped.add(count, ordering: .relaxed) }
    }
}
