import Synchronization

/// The sends that wait for their acknowledgement. Each ends exactly once, whoever comes first.
final class Deliveries: Sendable {
    typealias Outcome = Result<RecordPosition, KafkaFault>

    private struct Waiting {
        let continuation: CheckedContinuation<Outcome, Never>
        let bytes: Int
    }

    private struct State {
        var nextTicket: UInt = 1
        var waiting: [UInt: Waiting] = [:]
        var bytes = 0
        var roomWanted: [Latch] = []
    }

    private let limit: QueueLimit
    private let state = Mutex(State())

    init(limit: QueueLimit) { self.limit = limit }

    var count: Int { state.withLock { $0.waiting.count } }

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
            guard hasRoom(state, for: 0) else { return (ended, []) }
            defer { state.roomWanted = [] }
            return (ended, state.roomWanted)
        }
        ended?.continuation.resume(returning: outcome)
        for latch in awaken { latch.open() }
    }

    func endAll(with fault: KafkaFault) {
        for ticket in state.withLock({ Array($0.waiting.keys) }) { end(ticket, with: .failure(fault)) }
    }

    /// Returns when a record fits again, or the task is cancelled.
    func room() async {
        let latch = Latch()
        state.withLock { state in
            if hasRoom(state, for: 0) { latch.open() } else { state.roomWanted.append(latch) }
        }
        _ = await latch.wait()
    }

    private func hasRoom(_ state: borrowing State, for bytes: Int) -> Bool {
        state.waiting.isEmpty || (state.waiting.count < limit.records && state.bytes + bytes <= limit.bytes)
    }
}
