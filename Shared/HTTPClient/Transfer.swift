import Synchronization

/// One request and its answer, between the task that wants it and the loop's thread that fetches it.
final class Transfer: Sendable {
    enum Room: Sendable {
        /// Everything is kept; more than the limit is a fault.
        case whole(limitBytes: Int)
        /// At most about so much is kept; the transfer pauses while there is no room.
        case stream(bufferBytes: Int)
    }

    /// What the loop shall do with bytes that came.
    enum Taken {
        case kept, pause, stop
    }

    private struct State {
        var head: HTTPResponseHead?
        var bytes: [UInt8] = []
        var isPaused = false
        /// nil while under way; then how it ended.
        var ending: Result<Void, HTTPClientFault>?
        /// Counts what happened, so that a task which looked doesn't miss what comes before it waits.
        var changes = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    let request: HTTPClientRequest
    let timeouts: HTTPTimeouts
    let origin: Substring
    let queueDeadline: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant?
    let maxHeaderBytes: Int
    private let room: Room
    private let mailbox: Mailbox
    private let state = Mutex(State())

    init(_ request: HTTPClientRequest, timeouts: HTTPTimeouts, room: Room, maxHeaderBytes: Int, mailbox: Mailbox) {
        self.request = request
        self.timeouts = timeouts
        self.room = room
        self.maxHeaderBytes = maxHeaderBytes
        self.mailbox = mailbox
        origin = request.origin
        let now = ContinuousClock.now
        deadline = timeouts.whole.map { now + $0 }
        queueDeadline = now + min(timeouts.queue, timeouts.whole ?? timeouts.queue)
    }
}

/// The task's side.
extension Transfer {
    func head() async throws(HTTPClientFault) -> HTTPResponseHead {
        try await take { state in
            if let head = state.head { return .success(head) }
            return state.ending.map { ending in ending.flatMap { .failure(.reset) } }
        }
    }

    func response() async throws(HTTPClientFault) -> HTTPClientResponse {
        try await take { state in
            state.ending.map { ending in
                ending.flatMap {
                    guard let head = state.head else { return .failure(.reset) }
                    defer { state.bytes = [] }
                    return .success(HTTPClientResponse(head: head, body: state.bytes))
                }
            }
        }
    }

    func nextBytes() async throws(HTTPClientFault) -> [UInt8]? {
        try await take { state in
            if !state.bytes.isEmpty {
                let bytes = state.bytes
                state.bytes = []
                if state.isPaused {
                    state.isPaused = false
                    mailbox.post(.resume(self))
                }
                return .success(bytes)
            }
            return state.ending.map { ending in ending.map { nil } }
        }
    }

    /// Nobody wants the rest.
    func abandon() { stop(.cancelled) }

    private func stop(_ fault: HTTPClientFault) {
        if end(.failure(fault)) { mailbox.post(.stop(self)) }
    }

    /// Waits until `look` finds something. Cancelling the task makes the transfer end, which `look` then finds.
    private func take<Value: Sendable>(
        _ look: (inout State) -> Result<Value, HTTPClientFault>?
    ) async throws(HTTPClientFault) -> Value {
        while true {
            let (found, seen) = state.withLock { (look(&$0), $0.changes) }
            if let found { return try found.get() }
            await withTaskCancellationHandler {
                await change(after: seen)
            } onCancel: {
                stop(.cancelled)
            }
        }
    }

    private func change(after seen: Int) async {
        await withCheckedContinuation { continuation in
            let isPast = state.withLock { state in
                if state.changes == seen { state.waiting.append(continuation) }
                return state.changes != seen
            }
            if isPast { continuation.resume() }
        }
    }
}

/// The loop's side.
extension Transfer {
    var isOver: Bool { state.withLock { $0.ending != nil } }

    func took(_ head: HTTPResponseHead) -> Taken {
        let promised = request.method == .head ? nil : head.headers["content-length"].flatMap { Int($0) }
        if case .whole(let limitBytes) = room, let promised, promised > limitBytes {
            end(.failure(.tooLarge(limitBytes: limitBytes, status: head.status)))
            return .stop
        }
        return change { state in
            if state.ending != nil { return .stop }
            if case .whole = room, let promised { state.bytes.reserveCapacity(promised) }
            state.head = head
            return .kept
        }
    }

    func took(_ bytes: UnsafeRawBufferPointer) -> Taken {
        change { state in
            if state.ending != nil { return .stop }
            let total = state.bytes.count + bytes.count
            switch room {
            case .whole(let limitBytes) where total > limitBytes:
                state.ending = .failure(.tooLarge(limitBytes: limitBytes, status: state.head?.status ?? 0))
                return .stop
            case .stream(let bufferBytes) where total > bufferBytes && !state.bytes.isEmpty:
                state.isPaused = true
                return .pause
            case .whole, .stream:
                state.bytes.append(contentsOf: bytes)
                return .kept
            }
        }
    }

    /// - Returns: false if it had ended already; the first ending holds.
    @discardableResult
    func end(_ ending: Result<Void, HTTPClientFault>) -> Bool {
        change { state in
            if state.ending != nil { return false }
            state.ending = ending
            return true
        }
    }

    /// Changes the state and wakes whoever waits for that.
    private func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
        let (value, waiting) = state.withLock { state in
            let value = body(&state)
            state.changes += 1
            defer { state.waiting = [] }
            return (value, state.waiting)
        }
        for continuation in waiting { continuation.resume() }
        return value
    }
}
