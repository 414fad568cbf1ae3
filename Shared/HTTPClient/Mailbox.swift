import Synchronization

/// What tasks tell the loop's thread, and the count of requests that are not yet over.
final class Mailbox: Sendable {
    enum Command {
        case start(Transfer)
        case stop(Transfer)
        case resume(Transfer)
    }

    struct Post {
        var commands: [Command]
        var closed: Bool
    }

    private struct State {
        var post = Post(commands: [], closed: false)
        var unfinished = 0
    }

    let multi = MultiHandle()
    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// - Throws: `.busy` or `.closed`, and then nothing was sent.
    func submit(_ transfer: Transfer) throws(HTTPClientFault) {
        let refusal: HTTPClientFault? = state.withLock { state in
            if state.post.closed { return .closed }
            if state.unfinished >= limit { return .busy }
            state.unfinished += 1
            state.post.commands.append(.start(transfer))
            return nil
        }
        if let refusal { throw refusal }
        multi.wake()
    }

    /// Tells the loop something about an transfer that it was given; too late is no harm.
    func post(_ command: Command) {
        let isOpen = state.withLock { state in
            if !state.post.closed { state.post.commands.append(command) }
            return !state.post.closed
        }
        if isOpen { multi.wake() }
    }

    func close() {
        state.withLock { $0.post.closed = true }
        multi.wake()
    }

    func take() -> Post {
        state.withLock { state in
            defer { state.post.commands = [] }
            return state.post
        }
    }

    /// The loop is done with an transfer.
    func finished() { state.withLock { $0.unfinished -= 1 } }
}
