import Synchronization

/// One request's way to its answer.
///
/// Locks are taken in this order, never the other way: a stream's, an exchange's, the watcher's, libmicrohttpd's.
public final class Exchange: Sendable {
    enum Phase {
        /// Only the request's first line is known.
        case new
        /// The head has been looked at; the body, if any, is on its way.
        case arriving
        /// The handler has the request; there is no answer yet.
        case open
        case answered(HTTPResponse)
        /// libmicrohttpd has the answer.
        case sending
        case over
    }

    struct State {
        var phase = Phase.new
        var arrival = Arrival()
        /// Of no fields until the head has been looked at.
        var head = RequestHead.unread
        /// Not nil exactly while the connection is suspended.
        var watch: HangUpWatcher.Watch?
        var hungUp = false
        var sendsFile = false
        var onHangUp: [@Sendable () -> Void] = []
    }

    let core: ServerCore
    let connection: Connection
    let client: Client
    let target: Target
    let state = Mutex(State())

    init(_ core: ServerCore, _ connection: Connection, _ client: Client, _ target: Target) {
        self.core = core
        self.connection = connection
        self.client = client
        self.target = target
    }

    /// Answers the request, from any thread, also before the handler has returned `.later`.
    ///
    /// The first answer counts. Later ones, and any after the client has gone, are dropped; a dropped answer's stream
    /// is closed for its writer.
    public func complete(_ response: HTTPResponse) {
        // What leaves the state is released outside the lock: its `deinit` may be anybody's code.
        let (unused, forgotten) = state.withLock { state -> (HTTPResponse?, [@Sendable () -> Void]) in
            guard case .open = state.phase, !state.hungUp else { return (response, []) }
            state.phase = .answered(response)
            resume(&state)
            defer { state.onHangUp = [] }
            return (nil, state.onHangUp)
        }
        unused?.abandon()
        withExtendedLifetime(forgotten) {}
    }

    /// `body` is called once if the client goes away, or the server stops, before there is an answer; at once if that
    /// has happened already; never after an answer. A client that closes its sending side only counts as gone.
    ///
    /// It runs on a thread of the server and must not block.
    public func onHangUp(_ body: @escaping @Sendable () -> Void) {
        let now = state.withLock { state in
            if state.hungUp { return true }
            if case .open = state.phase { state.onHangUp.append(body) }
            return false
        }
        if now { body() }
    }

    // MARK: Suspended

    /// Under the lock, on the connection's thread.
    ///
    /// - Returns: false if the server is stopping: then nothing may be suspended any more.
    func suspend(_ state: inout State) -> Bool {
        guard let watch = core.watcher.add(self, socket: client.socket) else { return false }
        state.watch = watch
        core.suspended.add(1, ordering: .sequentiallyConsistent)
        connection.suspend()
        return true
    }

    /// Under the lock, on any thread. Does nothing if the connection is not suspended.
    private func resume(_ state: inout State) {
        guard let watch = state.watch else { return }
        state.watch = nil
        core.watcher.remove(watch, socket: client.socket)
        connection.resume()
        core.suspended.subtract(1, ordering: .sequentiallyConsistent)
    }

    /// The connection's stream has nothing to send. On the connection's thread, under the stream's lock.
    ///
    /// - Returns: false if the client has gone or the server is stopping.
    func suspendForBytes() -> Bool {
        state.withLock { state in !state.hungUp && suspend(&state) }
    }

    /// The connection's stream has something again, or has ended. On any thread, under the stream's lock.
    func bytesArrived() {
        state.withLock { state in resume(&state) }
    }

    /// The client went away while the connection was suspended. On the watcher's thread.
    func hungUp(_ watch: HangUpWatcher.Watch) {
        let callbacks = state.withLock { state -> [@Sendable () -> Void] in
            guard state.watch == watch else { return [] }
            state.hungUp = true
            resume(&state)
            defer { state.onHangUp = [] }
            return state.onHangUp
        }
        for callback in callbacks { callback() }
    }

    /// The server will not wait any longer: a request without an answer gets a 503, an open stream is broken.
    func giveUp(_ watch: HangUpWatcher.Watch) {
        let callbacks = state.withLock { state -> [@Sendable () -> Void] in
            guard state.watch == watch else { return [] }
            if case .open = state.phase {
                state.phase = .answered(core.stopping(state.head))
            } else {
                state.hungUp = true
            }
            resume(&state)
            defer { state.onHangUp = [] }
            return state.onHangUp
        }
        for callback in callbacks { callback() }
    }

    /// The request is over, however it ended. On the connection's thread, which from here on knows nothing of it.
    func completed() {
        client.waits()
        if state.withLock({ $0.sendsFile }) { core.endFile() }
        let (unused, callbacks) = state.withLock { state -> (HTTPResponse?, [@Sendable () -> Void]) in
            defer {
                state.phase = .over
                state.onHangUp = []
            }
            switch state.phase {
            case .new, .arriving, .open:
                state.hungUp = true
                return (nil, state.onHangUp)
            case .answered(let response):
                return (response, [])
            case .sending, .over:
                return (nil, [])
            }
        }
        unused?.abandon()
        for callback in callbacks { callback() }
    }
}
