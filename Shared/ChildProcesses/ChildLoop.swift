import CPosix
import Glibc

/// Starts, feeds, watches, ends and collects every child of the process, on one thread of its own.
///
/// One thread, because a child's death signal follows the thread that started it: this one lives as long as the process.
/// Confined to that thread; the rest of the process talks to it through its `ChildInbox`.
final class ChildLoop {
    private let inbox: ChildInbox
    private var children: [UInt64: RunningChild] = [:]
    private var processors = ProcessorShares()
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

    /// Which descriptor of a child an event is about: the low bits of its key.
    private enum Kind: UInt64 { case inbox, ended, input, output, error }

    init(inbox: ChildInbox) {
        self.inbox = inbox
        // A child that closed its input must not end this process; the signal goes to the writing thread alone.
        var broken = sigset_t()
        sigemptyset(&broken)
        sigaddset(&broken, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &broken, nil)
        watch(inbox.bell, UInt32(EPOLLIN.rawValue), 0, .inbox)
    }

    func run() -> Never {
        var keys = [UInt64](repeating: 0, count: 64)
        var events = [UInt32](repeating: 0, count: 64)
        while true {
            let count = cposix_epoll_wait(inbox.epoll, &keys, &events, 64, millisecondsToDeadline())
            for place in 0..<Int(max(0, count)) { handle(keys[place]) }
            killOverdue()
        }
    }

    private func handle(_ key: UInt64) {
        guard let kind = Kind(rawValue: key & 7) else { return }
        if kind == .inbox {
            for request in inbox.takeAll() { handle(request) }
            return
        }
        // An event of the same round may be about a child that is already collected.
        guard let child = children[key >> 3] else { return }
        switch kind {
        case .inbox: break
        case .ended: finish(child)
        case .input: write(to: child, watched: true)
        // A closed descriptor leaves the epoll set by itself.
        case .output: _ = child.readOutput(into: scratch)
        case .error: _ = child.readError(into: scratch)
        }
    }

    private func handle(_ request: ChildRequest) {
        switch request {
        case .start(let order): start(order)
        case .feed(let key, let bytes, let wallClock):
            guard let child = children[key] else { return }
            child.feed(bytes, wallClock: wallClock)
            placeWorking(child)
            write(to: child, watched: false)
        case .kill(let key): children[key]?.kill(for: .cancelled)
        }
    }

    private func start(_ order: StartOrder) {
        do throws(ChildFault) {
            let started = try spawn(order.command, input: order.input, output: order.output, limits: order.limits)
            let child = RunningChild(key: order.key, started, order)
            children[child.key] = child
            placeWorking(child)
            if let pidfd = child.pidfd { watch(pidfd.raw, UInt32(EPOLLIN.rawValue), child.key, .ended) }
            if let output = child.output { watch(output.raw, UInt32(EPOLLIN.rawValue), child.key, .output) }
            if let error = child.error { watch(error.raw, UInt32(EPOLLIN.rawValue), child.key, .error) }
            order.started.resume(returning: .success(child.pid))
            if case .bytes(let bytes) = order.input {
                child.setInput(bytes)
                write(to: child, watched: false)
            }
        } catch {
            inbox.forget()
            order.started.resume(returning: .failure(error))
        }
    }

    /// One that waits for its input would hold a place for nothing. Its threads come once it has some.
    private func placeWorking(_ child: RunningChild) {
        guard child.limits.onOneProcessor, child.works, child.processor == nil else { return }
        child.processor = processors.take(for: child.pid)
    }

    private func write(to child: RunningChild, watched: Bool) {
        if case .blocked = child.writeInput(), !watched, let input = child.input {
            watch(input.raw, UInt32(EPOLLOUT.rawValue), child.key, .input)
        }
    }

    private func finish(_ child: RunningChild) {
        guard let result = child.collect(scratch: scratch) else { return }
        children[child.key] = nil
        if let processor = child.processor { processors.giveBack(processor) }
        inbox.forget()
        child.outcome.tell(result)
    }

    private func killOverdue() {
        let now = ContinuousClock.now
        for child in children.values where child.killedFor == nil {
            guard let deadline = child.deadline, deadline <= now else { continue }
            child.kill(for: .limit(.wallClock(child.limits.wallClock)))
        }
    }

    private func millisecondsToDeadline() -> Int32 {
        let deadlines = children.values.lazy.filter { $0.killedFor == nil }.compactMap(\.deadline)
        guard let next = deadlines.min() else { return -1 }
        let (seconds, attoseconds) = ContinuousClock.now.duration(to: next).components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1
        return Int32(max(0, min(milliseconds, 60_000)))
    }

    private func watch(_ descriptor: Int32, _ events: UInt32, _ child: UInt64, _ kind: Kind) {
        _ = cposix_epoll_add(inbox.epoll, descriptor, events, child << 3 | kind.rawValue)
    }
}
