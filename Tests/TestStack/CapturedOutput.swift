import Glibc

/// What a process has written to one of its streams so far, for readers that wait for a line.
struct CapturedOutput: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var lines: [String] = []
        var partial: [UInt8] = []
        var ended = false
    }

    private let state = Monitor(State())

    var bytes: [UInt8] { state.with { $0.bytes } }

    /// Whole lines, and what follows the last of them once the stream has ended.
    var lines: [String] { state.with { $0.lines } }

    /// Reads the stream to its end on the calling thread, and closes it.
    func drain(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            state.with { Self.take(buffer[..<count], into: &$0) }
        }
        close(descriptor)
        state.with { state in
            if !state.partial.isEmpty { state.lines.append(String(decoding: state.partial, as: UTF8.self)) }
            state.ended = true
        }
    }

    /// Waits on the calling thread for a line, the first one from `start` on that contains `text`.
    ///
    /// - Returns: nil when the time is up or the stream ends without one.
    func waitForLine(containing text: String, from start: Int, until deadline: ContinuousClock.Instant) -> String? {
        var seen = start
        let found: String?? = state.wait(until: deadline) { state in
            while seen < state.lines.count {
                if state.lines[seen].contains(text) { return .some(.some(state.lines[seen])) }
                seen += 1
            }
            return state.ended ? .some(.none) : nil
        }
        return found ?? nil
    }

    /// Waits on the calling thread for the end of the stream; false when the time is up before.
    func waitForEnd(until deadline: ContinuousClock.Instant) -> Bool {
        state.wait(until: deadline) { $0.ended ? true : nil } ?? false
    }

    private static func take(_ new: ArraySlice<UInt8>, into state: inout State) {
        state.bytes += new
        var rest = new
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            state.lines.append(String(decoding: state.partial + rest[..<end], as: UTF8.self))
            state.partial = []
            rest = rest[(end + 1)...]
        }
        state.partial += rest
    }
}
