import CCurl

/// The thread on which all transfers of a client run.
final class TransferLoop {
    private let settings: HTTPClientSettings
    private let mailbox: Mailbox
    private let multi: MultiHandle
    private var queue: WaitingRequests
    private var active: [UnsafeMutableRawPointer: EasyHandle] = [:]
    private var idle: [EasyHandle] = []

    init(settings: HTTPClientSettings, mailbox: Mailbox) {
        self.settings = settings
        self.mailbox = mailbox
        multi = mailbox.multi
        queue = WaitingRequests(settings)
        multi.keepAtMost(connections: settings.maxConnections)
    }

    /// Runs until the mailbox is closed.
    func run() {
        while true {
            let post = mailbox.take()
            for command in post.commands { obey(command) }
            if post.closed { break }
            startWaiting()
            multi.perform()
            if settleFinished() || settleStalled() { continue }
            multi.wait(atMostMs: patienceMs)
        }
        for easy in active.values { finish(easy, .failure(.closed)) }
        for transfer in queue.removeAll() { over(transfer, .failure(.closed)) }
    }

    private func obey(_ command: Mailbox.Command) {
        switch command {
        case .start(let transfer): queue.append(transfer)
        case .resume(let transfer): find(transfer)?.resume()
        case .stop(let transfer):
            if let easy = find(transfer) {
                finish(easy, .failure(.cancelled))
            } else if queue.remove(transfer) {
                over(transfer, .failure(.cancelled))
            }
        }
    }

    /// At most `maxConnections` are looked through.
    private func find(_ transfer: Transfer) -> EasyHandle? { active.values.first { $0.transfer === transfer } }

    private func startWaiting() {
        for transfer in queue.removeLate() { over(transfer, .failure(.timedOut(.queue))) }
        while let transfer = queue.next() {
            let easy = idle.popLast() ?? EasyHandle()
            easy.prepare(for: transfer, settings: settings)
            active[easy.raw] = easy
            curl_multi_add_handle(multi.raw, easy.raw)
        }
    }

    /// - Returns: whether any had ended, so that others may start.
    private func settleFinished() -> Bool {
        var any = false
        while let (raw, code) = multi.nextFinished() {
            guard let easy = active[raw] else { continue }
            any = true
            finish(easy, easy.result(of: code))
        }
        return any
    }

    private func settleStalled() -> Bool {
        let now = ContinuousClock.now
        let stalled = active.values.filter { easy in easy.stallsAt.map { $0 <= now } ?? false }
        for easy in stalled { finish(easy, .failure(.timedOut(easy.phase))) }
        return !stalled.isEmpty
    }

    private func finish(_ easy: EasyHandle, _ ending: Result<Void, HTTPClientFault>) {
        curl_multi_remove_handle(multi.raw, easy.raw)
        active[easy.raw] = nil
        if let transfer = easy.transfer {
            queue.connectionIsFree(of: transfer)
            over(transfer, ending)
        }
        easy.clear()
        idle.append(easy)
    }

    private func over(_ transfer: Transfer, _ ending: Result<Void, HTTPClientFault>) {
        // First the count, then the news: whoever hears of the end may send the next request at once.
        mailbox.finished()
        transfer.end(ending)
    }

    /// Until the next waiting request is late or the next transfer stalls; libcurl looks after its other time limits.
    private var patienceMs: Int32 {
        let stalls = active.values.lazy.compactMap(\.stallsAt).min()
        guard let deadline = [queue.earliestDeadline, stalls].compactMap({ $0 }).min() else { return 60_000 }
        return Int32(clamping: max(0, min(60_000, (deadline - .now).roundedUpMs)))
    }
}
