import Synchronization

/// Spans that wait to be exported, up to a limit: beyond it they are dropped and counted, for the work that made them must not
/// wait.
final class SpanQueue: SpanSink {
    private struct State {
        var spans: [SpanData] = []
        var isClosed = false
        var dropped: UInt64 = 0
    }

    /// Yields when it is time to look: a batch is there, or the queue is closed.
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let limit: Int
    private let batch: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: spans that wait at once.
    ///   - batch: spans that are exported together; at most the limit.
    init(limit: Int, batch: Int) {
        self.limit = limit
        self.batch = min(batch, limit)
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Spans since the start for which there was no room.
    var dropped: UInt64 { state.withLock(\.dropped) }

    func take(_ span: SpanData) {
        let isBatch = state.withLock { state in
            guard !state.isClosed, state.spans.count < limit else {
                state.dropped += 1
                return false
            }
            state.spans.append(span)
            return state.spans.count % batch == 0
        }
        if isBatch { look() }
    }

    /// Has what waits exported, be it a whole batch or not.
    func look() { signal.yield() }

    /// The oldest spans, as many as a batch has; empty if none wait.
    func next() -> [SpanData] {
        state.withLock { state in
            let spans = Array(state.spans.prefix(batch))
            state.spans.removeFirst(spans.count)
            return spans
        }
    }

    /// Takes no more. `signals` ends after a last look.
    func close() {
        state.withLock { $0.isClosed = true }
        signal.yield()
        signal.finish()
    }

    /// What waits is given up.
    func dropAll() {
        state.withLock { state in
            state.dropped += UInt64(state.spans.count)
            state.spans = []
        }
    }
}
