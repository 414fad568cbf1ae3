import Logging
import Synchronization

/// Keeps lines, and refuses them while `isFull`.
final class CollectingSink: LogSink {
    private let state = Mutex((lines: [String](), isFull: false))

    var lines: [String] { state.withLock { $0.lines } }

    func setFull(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

    func take(_ line: [UInt8]) -> Bool {
        state.withLock { state in
            if !state.isFull { state.lines.append(String(decoding: line, as: UTF8.self)) }
            return !state.isFull
        }
    }
}
