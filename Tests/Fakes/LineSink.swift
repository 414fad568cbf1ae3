import Logging
import Synchronization

/// Keeps the lines of a log, and refuses them while it is full.
public final class LineSink: LogSink {
    private let state = Mutex((lines: [String](), isFull: false))

    public init() {}

    public var all: [String] { state.withLock { $0.lines } }

    public func setFull(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

    public func take(_ line: [UInt8]) -> Bool {
        state.withLock { state in
            if !state.isFull { state.lines.append(String(decoding: line, as: UTF8.self)) }
            return !state.isFull
        }
    }

    /// Whether one line has all of these in it.
    public func holds(_ parts: String...) -> Bool {
        all.contains { line in parts.allSatisfy { line.contains($0) } }
    }
}
