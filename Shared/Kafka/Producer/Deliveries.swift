import Synchronization

/// The sends that wait for their acknowledgement. Each ends exactly once, whoever comes first.
final class Deliveries: Sendable {
    typealias Outcome = Result<RecordPosition, KafkaFault>

    private struct Waiting {
        let continuation: CheckedContinuation<Outcome, Never>
        let bytes: Int
        let since = ContinuousClock.now
    }

    private struct State {
        var nextTicket: UInt = 1
        var waiting: [UInt: Waiting] = [:]
        var bytes = 0
        var roomWanted: [(bytes: Int, latch: Latch)] = []
    }

    private let limit: QueueLimit
    private let state = Mutex(State())

    init(limit: QueueLimit) { self.limit = limit }

    var count: Int { state.withLock { $0.waiting.count } }
    /// How long the send that has waited longest has waited for its acknowledgement.
    var longestWait: Duration? {
        state.withLock { $0.waiting.values.lazy.map(\.since).min() }.map { $0.duration(to: .now) }
    }
    /// Senders that wait for room.
    var wanted: Int { state.withLock { $0.roomWanted.count } }

    /// Keeps the sender until `end`; nil, and the continuation is not kept, where the queue is full.
    ///
    /// One record is always taken, however large, so that a size limit is the broker's to refuse.
    func begin(_ continuation: CheckedContinuation<Outcome, Never>, bytes: Int) -> UInt? {
        state.withLock { state in
            guard hasRoom(state, for: bytes) else { return nil }
            let ticket = state.nextTicket
            state.nextTicket += 1
            state.waiting[ticket] = Waiting(continuation: continuation, bytes: bytes)
            state.bytes += bytes
            return ticket
        }
    }

    func end(_ ticket: UInt, with outcome: Outcome) {
        let (ended, awaken) = state.withLock { state -> (Waiting?, [Latch]) in
            guard let ended = state.waiting.removeValue(forKey: ticket) else { return (nil, []) }
            state.bytes -= ended.bytes
            var fitting: [Latch] = []
            var others: [(bytes: Int, latch: Latch)] = []
            for wanted in state.roomWanted {
                if hasRoom(state, for: wanted.bytes) { fitting.append(wanted.latch) } else { others.append(wanted) }
            }
            state.roomWanted = others
            return (ended, fitting)
        }
        ended?.continuation.resume(returning: outcome)
        for latch in awaken { latch.open() }
    }

    func endAll(with fault: KafkaFault) {
        for ticket in state.withLock({ Array($0.waiting.keys) }) { end(ticket, with: .failure(fault)) }
    }

    /// Returns when a record of so many bytes fits, or the task is cancelled.
    ///
    /// Asked for the size that was refused, and not for any: with room for a smaller one only, the sender would send and
    /// be refused again without end, on one of Swift's few threads.
    func room(for bytes: Int) async {
        let latch = Latch()
        state.withLock { state in
            if hasRoom(state, for: bytes) { latch.open() } else { state.roomWanted.append((bytes, latch)) }
        }
        if await latch.wait() { return }
        state.withLock { state in state.roomWanted.removeAll { $0.latch === latch } }
    }

    private func hasRoom(_ state: borrowing State, for bytes: Int) -> Bool {
        state.waiting.isEmpty || (state.waiting.count < limit.records && state.bytes + bytes <= limit.bytes)
    }
}
