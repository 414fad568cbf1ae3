/// What takes finished lines. It must not wait: the caller may be one of Swift's few cooperative threads.
public protocol LogSink: Sendable {
    /// - Parameter line: one line of UTF-8 with its line feed.
    /// - Returns: false if there was no room and the line is lost.
    func take(_ line: [UInt8]) -> Bool

    /// Waits on the calling thread until the lines taken so far are written, at most for `limit`.
    func flush(atMost limit: Duration)
}

extension LogSink {
    public func flush(atMost limit: Duration) {}
}

struct NoSink: LogSink {
    func take(_ line: [UInt8]) -> Bool { true }
}
