import Synchronization
import Threads

/// A server's parts, and the order in which they stop.
final class Engine: Sendable {
    private enum Stage {
        case serving
        case stopping([CheckedContinuation<Void, Never>])
        case stopped
    }

    let core: ServerCore
    private let daemon: Daemon
    private let acceptor: Acceptor
    private let accepting: OwnThread
    private let watching: OwnThread
    private let stage = Mutex(Stage.serving)

    init(
        _ settings: ServerSettings, _ listener: Listener, _ handler: @escaping HTTPServer.Handler
    ) throws(HTTPServerFault) {
        let acceptor = try Acceptor(listener)
        let core = ServerCore(settings, handler, try HangUpWatcher()) { acceptor.roomAgain() }
        let daemon = try Daemon(core)
        do throws(HTTPServerFault) {
            watching = try core.watcher.run { core.clients.sweep(makingRoom: acceptor.keepsSomebodyWaiting) }
            do throws(HTTPServerFault) { accepting = try acceptor.run(core, daemon) } catch {
                core.watcher.end {}
                throw error
            }
        } catch {
            daemon.stop()
            core.stopped()
            throw error
        }
        self.daemon = daemon
        self.acceptor = acceptor
        self.core = core
    }

    func stop(within limit: Duration) async {
        guard await isFirst() else { return }
        let deadline = ContinuousClock.now + limit
        core.draining.store(true, ordering: .relaxed)
        acceptor.end()
        await accepting.ended()
        await quiet(for: .milliseconds(100), until: deadline)
        for (watch, exchange) in core.watcher.close() { exchange.giveUp(watch) }
        await quiet(for: .zero, until: ContinuousClock.now + .seconds(1))
        // Whoever took a watch to resume it has done so in microseconds; libmicrohttpd must not be stopped before.
        while core.suspended.load(ordering: .sequentiallyConsistent) > 0 { await Task.yield() }
        let daemon = daemon
        core.watcher.end { daemon.stop() }
        await watching.ended()
        core.stopped()
        let waiters = stage.withLock { stage in
            defer { stage = .stopped }
            guard case .stopping(let waiters) = stage else { return [CheckedContinuation<Void, Never>]() }
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// False to all but the first caller, and to them when the server has stopped.
    private func isFirst() async -> Bool {
        let first = stage.withLock { stage in
            guard case .serving = stage else { return false }
            stage = .stopping([])
            return true
        }
        if first { return true }
        await withCheckedContinuation { continuation in
            let stopped = stage.withLock { stage in
                guard case .stopping(let waiters) = stage else { return true }
                stage = .stopping(waiters + [continuation])
                return false
            }
            if stopped { continuation.resume() }
        }
        return false
    }

    /// Returns when no request is under way and none came for a moment, so that clients that keep their connection
    /// busy are told to close it; or at the deadline.
    private func quiet(for moment: Duration, until deadline: ContinuousClock.Instant) async {
        var begun = -1
        var since = ContinuousClock.now
        while ContinuousClock.now < deadline {
            if core.openConnections.load(ordering: .sequentiallyConsistent) == 0 { return }
            let isIdle = core.requestsUnderWay.load(ordering: .sequentiallyConsistent) == 0
            let soFar = core.requestsBegun.load(ordering: .relaxed)
            if !isIdle || soFar != begun {
                begun = soFar
                since = ContinuousClock.now
            } else if ContinuousClock.now - since >= moment {
                return
            }
            // Detached, because sleeping in a cancelled task ends at once, and this loop would spin.
            await Task.detached { try? await Task.sleep(for: .milliseconds(5)) }.value
        }
    }
}
