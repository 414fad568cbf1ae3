import Synchronization

/// Why a stream takes no more bytes.
public enum StreamClosed: Error, Equatable, Sendable {
    /// The client has gone, has all it asked for, or asked for the headers only; or the server is stopping.
    case byReader
    /// `finish()` or `fail()` was called before.
    case byWriter
    /// The task that writes was cancelled.
    case cancelled
}

/// A body that is written while it is sent, through a bounded buffer. It serves one answer.
public final class ByteStream: Sendable {
    enum Reading: Equatable {
        case bytes(Int)
        /// Nothing there: the connection has been suspended, until there is.
        case later
        case finished
        case broken
    }

    private let capacity: Int
    private let state = Mutex(StreamBuffer())

    /// - Parameter capacityBytes: how much may wait for the client; a single larger write is taken when nothing else
    ///   waits.
    public init(capacityBytes: Int) { capacity = max(1, capacityBytes) }

    /// Bytes that wait for the client.
    public var bufferedBytes: Int { state.withLock { $0.buffered } }

    /// Takes the bytes, when there is room for them: a slow client slows the writer. Call it from one task at a time.
    public func write(_ bytes: [UInt8]) async throws(StreamClosed) {
        while true {
            if Task.isCancelled { throw .cancelled }
            if try take(bytes) { return }
            await room(for: bytes.count)
        }
    }

    /// Takes the bytes if there is room for them now.
    ///
    /// - Returns: false if there is none.
    public func offer(_ bytes: [UInt8]) throws(StreamClosed) -> Bool { try take(bytes) }

    /// There is no more: the answer ends once what was written has been sent. Later calls change nothing.
    public func finish() { end { $0.finished = true } }

    /// The rest will not come: the connection is broken, so that the client notices. What still waits is dropped.
    public func fail() {
        end { state in
            state.failed = true
            state.drop()
        }
    }

    /// `body` is called once when the answer is over before `finish()` was called, whatever ended it; at once if it
    /// already is. It must not block.
    public func onClosedByReader(_ body: @escaping @Sendable () -> Void) {
        let now = state.withLock { state in
            if !state.closedByReader { state.onClosed.append(body) }
            return state.closedByReader && !state.finished
        }
        if now { body() }
    }

    // MARK: Without a server

    /// Takes what waits for the client, for trying a writer without a server.
    public func takeBuffered() -> [UInt8] {
        let (bytes, writers) = state.withLock { state in
            var bytes = [UInt8](repeating: 0, count: state.buffered)
            let count = bytes.withUnsafeMutableBytes { state.copy(into: $0) }
            return (Array(bytes[..<count]), state.takeWriters())
        }
        for writer in writers { writer.resume() }
        return bytes
    }

    /// Whether the writer has ended it, or the reader has gone.
    public var hasEnded: Bool { state.withLock { !$0.isOpen } }

    // MARK: The server's side

    /// On the connection's thread.
    func read(into buffer: UnsafeMutableRawBufferPointer, for exchange: Exchange) -> Reading {
        let (reading, writers) = state.withLock { state -> (Reading, [CheckedContinuation<Void, Never>]) in
            if state.failed { return (.broken, []) }
            if state.buffered > 0 {
                let count = state.copy(into: buffer)
                return (.bytes(count), state.takeWriters())
            }
            if state.finished { return (.finished, []) }
            // Under this lock, so that no write can come between finding nothing and being asleep.
            guard exchange.suspendForBytes() else { return (.broken, []) }
            state.reader = exchange
            return (.later, [])
        }
        for writer in writers { writer.resume() }
        return reading
    }

    func closeByReader() {
        let (writers, callbacks) = state.withLock { state in
            let wasUnfinished = !state.finished && !state.closedByReader
            state.closedByReader = true
            state.reader = nil
            state.drop()
            defer { state.onClosed = [] }
            return (state.takeWriters(), wasUnfinished ? state.onClosed : [])
        }
        for writer in writers { writer.resume() }
        for callback in callbacks { callback() }
    }

    // MARK: Inside

    private func take(_ bytes: [UInt8]) throws(StreamClosed) -> Bool {
        let taken: Result<Bool, StreamClosed> = state.withLock { state in
            if state.finished || state.failed { return .failure(.byWriter) }
            if state.closedByReader { return .failure(.byReader) }
            if bytes.isEmpty { return .success(true) }
            guard state.buffered == 0 || state.buffered + bytes.count <= capacity else { return .success(false) }
            state.append(bytes)
            state.wakeReader()
            return .success(true)
        }
        return try taken.get()
    }

    private func room(for count: Int) async {
        let id = state.withLock { state in
            state.lastWriter += 1
            return state.lastWriter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = state.withLock { state in
                    // Checked under the lock: a cancellation comes either before, and is seen, or finds the writer.
                    let full = state.buffered > 0 && state.buffered + count > capacity
                    guard state.isOpen, full, !Task.isCancelled else { return true }
                    state.writers.append((id, continuation))
                    return false
                }
                if now { continuation.resume() }
            }
        } onCancel: {
            let writer = state.withLock { state in
                state.writers.firstIndex { $0.id == id }.map { state.writers.remove(at: $0).wake }
            }
            writer?.resume()
        }
    }

    private func end(_ change: (inout StreamBuffer) -> Void) {
        let writers = state.withLock { state in
            if state.isOpen { change(&state) }
            state.wakeReader()
            return state.takeWriters()
        }
        for writer in writers { writer.resume() }
    }
}
