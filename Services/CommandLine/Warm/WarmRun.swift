/// Has clips made ahead of need, and stays until they are: the loop around what is asked next.
struct WarmRun {
    let gateway: WarmGateway
    let isDry: Bool
    let isStrict: Bool
    let estimate: WarmEstimate
    private var source: WarmSource
    private var queue: WarmQueue
    private var report: WarmReport

    init(
        _ source: WarmSource, _ gateway: WarmGateway, _ settings: WarmQueue.Settings, _ estimate: WarmEstimate,
        pace: Pace?, isStrict: Bool
    ) {
        self.source = source
        self.gateway = gateway
        self.estimate = estimate
        self.isStrict = isStrict
        isDry = settings.looksOnly
        queue = WarmQueue(settings, estimate, pace: pace, at: .now)
        report = WarmReport(isDry: settings.looksOnly, at: .now)
    }

    /// - Returns: whether every clip is ready in the end, or as many were begun as may be.
    /// - Throws: if the list can't be read.
    mutating func run() async throws -> Bool {
        let (state, text) = try await work()
        let cost = estimate.cost(clips: queue.begun, bytes: queue.begunBytes)
        await report.end(
            state, text, pending: queue.pendingCount, unasked: queue.waitingCount, queue.begunBytes, cost)
        let counts = report.counts
        return (state == "done" || state == "budget") && counts.failed + counts.late + counts.faults == 0
    }

    private mutating func work() async throws -> (state: String, text: String) {
        while !Task.isCancelled {
            switch queue.next(at: .now) {
            case .read:
                if let end = try await read() { return end }
            case .ask(let clips): await call(clips, makes: true)
            case .look(let clips): await call(clips, makes: false)
            case .wait(let until):
                // In pieces, so that progress is told meanwhile.
                try? await Task.sleep(until: min(until, .now + .seconds(1)), clock: .continuous)
            case .end(.done): return ("done", isDry ? "All were looked at." : "All were asked for and have ended.")
            case .end(.budget): return ("budget", "As many clips were made as there may be; run it again for the rest.")
            case .end(.stopped(let why)): return ("stopped", "It was stopped: \(why)")
            }
            await report.progress(source.fraction, pending: queue.pendingCount, at: .now)
        }
        return ("interrupted", "It was interrupted; run it again, and it asks only for what is missing.")
    }

    /// - Returns: the end, if nothing that follows counts.
    private mutating func read() async throws -> (state: String, text: String)? {
        switch try await source.next() {
        case .clips(let clips):
            report.counts.read += clips.count
            report.counts.repeated += queue.add(clips)
        case .fault(let fault, let line):
            await report.fault(fault, line: line)
            if fault.isFinal || isStrict { return ("stopped", "It was stopped by a line that was not understood.") }
        case .nothingYet: queue.sourceIsIdle(at: .now)
        case .end: queue.sourceHasEnded()
        }
        return nil
    }

    private mutating func call(_ clips: [WarmClip], makes: Bool) async {
        do throws(WarmGateway.Fault) {
            let answers = try await gateway.ask(clips, makes: makes)
            for outcome in queue.took(answers, to: clips, asked: makes, at: .now) { await report.outcome(outcome) }
        } catch {
            switch error {
            case .later(let pause, let why): queue.lost(pause, why: why, at: .now)
            case .never(let why): queue.stop(why)
            case .cancelled: break
            }
        }
    }
}
