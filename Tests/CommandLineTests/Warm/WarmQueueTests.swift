import Domain
import Settings
import Testing

@testable import CommandLineService

/// A queue by a clock of the test's own, and a gateway that answers as the test says.
private struct Bench {
    let start = ContinuousClock.now
    var now: ContinuousClock.Instant
    var queue: WarmQueue
    var outcomes: [WarmQueue.Outcome] = []
    /// Clips that the gateway was asked to make, in order, by their place.
    var asked: [Int] = []
    var looked = 0
    /// When each of them was asked for first.
    var times: [Int: Duration] = [:]

    init(_ settings: WarmQueue.Settings = .init(), rate: Rate? = nil) {
        let start = start
        now = start
        queue = WarmQueue(settings, WarmEstimate(), pace: rate.map { Pace($0, at: start) }, at: start)
    }

    static func clip(_ number: Int) -> WarmClip {
        WarmClip(
            place: number, episode: "x", startMs: Int64(number), durationMs: 30_000, format: .mp3, entry: "\(number)")
    }

    static let later = BatchAnswer.later(.seconds(7), why: "rate-limited: …")

    /// Goes on until the queue's end, or until `limit`; nil then.
    mutating func run(
        _ count: Int, within limit: Duration = .seconds(3600),
        _ answer: (WarmClip, _ asked: Bool, Duration) -> BatchAnswer?
    ) -> WarmQueue.End? {
        var next = 0
        while now - start <= limit {
            switch queue.next(at: now) {
            case .read:
                if next == count { queue.sourceHasEnded() } else { _ = queue.add([Self.clip(next)]) }
                next = min(count, next + 1)
            case .ask(let clips): call(clips, true, answer)
            case .look(let clips): call(clips, false, answer)
            case .wait(let until):
                #expect(until > now)
                now = until
            case .end(let end): return end
            }
        }
        return nil
    }

    /// - Parameter answer: nil: nothing comes back.
    private mutating func call(
        _ clips: [WarmClip], _ isAsked: Bool, _ answer: (WarmClip, Bool, Duration) -> BatchAnswer?
    ) {
        #expect((1...50).contains(clips.count))
        let answers = clips.compactMap { answer($0, isAsked, now - start) }
        now += .milliseconds(2)
        guard answers.count == clips.count else {
            queue.lost(nil, why: "no answer", at: now)
            return
        }
        if isAsked {
            asked += clips.map(\.place)
            for clip in clips where times[clip.place] == nil { times[clip.place] = now - start }
        } else {
            looked += clips.count
        }
        outcomes += queue.took(answers, to: clips, asked: isAsked, at: now)
    }

    func count(_ result: WarmQueue.Outcome.Result) -> Int { outcomes.count { $0.result == result } }
}

@Suite("what is asked of a gateway ahead of need")
struct WarmQueueTests {
    /// So many a second, in the order of asking, as cutters would.
    private func made(_ perSecond: Int) -> (WarmClip, Bool, Duration) -> BatchAnswer? {
        { clip, _, time in time > .seconds(1) * (Double(clip.place + 1) / Double(perSecond)) ? .ready : .pending }
    }

    @Test("every clip is asked for once and in order, no more than so many are under way, and looks are few")
    func once() {
        var bench = Bench(.init(atOnce: 200))
        var most = 0
        let made = made(40)
        let end = bench.run(2000) { clip, asked, time in
            let answer = made(clip, asked, time)
            most = max(most, clip.place - Int(40 * (time / .seconds(1))))
            return answer
        }
        #expect(end == .done)
        #expect(bench.asked == Array(0..<2000))
        #expect(bench.outcomes.count == 2000 && bench.count(.made) + bench.count(.ready) == 2000)
        #expect(most <= 250 && most > 100, "\(most)")
        // 2,000 clips at 40 a second take 50 s, and the cutters never stood still for want of work.
        #expect(bench.now - bench.start < .seconds(56))
        #expect(bench.looked < 12 * 2000, "\(bench.looked)")
    }

    @Test("clips that are ready cost nothing of the rate")
    func hits() {
        var bench = Bench(rate: Rate(5, per: .seconds(1)))
        #expect(bench.run(1000) { _, _, _ in .ready } == .done)
        #expect(bench.count(.ready) == 1000 && bench.queue.begun == 0)
        // What is ready is given back to the pace: at 5 a second it would take 200 s.
        #expect(bench.now - bench.start < .seconds(25), "\(bench.now - bench.start)")
    }

    /// Worked out by hand: 10/s lets the first go at once and the last of 300 after 29.9 s.
    @Test("a rate is kept, also by what is begun after a pause")
    func rate() {
        var bench = Bench(rate: Rate(10, per: .seconds(1)))
        #expect(bench.run(300) { _, asked, _ in asked ? .pending : .ready } == .done)
        #expect(bench.asked == Array(0..<300))
        for (number, time) in bench.times {
            #expect(time >= .milliseconds(100) * (number - 10), "\(number) after \(time)")
        }
        let last = bench.times[299] ?? .zero
        #expect(last >= .milliseconds(28_900) && last < .seconds(32), "\(last)")
        var pace = Pace(Rate(10, per: .seconds(1)), at: bench.start)
        let later = bench.start + .seconds(100)
        #expect(pace.available(at: bench.start) == 1 && pace.available(at: later) == 10)
        pace.take(10, at: later)
        #expect(pace.available(at: later) == 0 && pace.time(for: 1, at: later) == later + .milliseconds(100))
        pace.giveBack(4)
        #expect(pace.available(at: later) == 4)
        // One in an hour is one, not none.
        #expect(Pace(Rate(1, per: .seconds(3600)), at: later).available(at: later) == 1)
    }

    @Test("a clip that is refused for now is asked for again when it was said, in its place, and others wait with it")
    func refused() {
        var bench = Bench()
        let end = bench.run(10) { clip, asked, time in
            guard asked else { return .ready }
            return time < .seconds(7) && clip.place >= 3 ? Bench.later : .pending
        }
        #expect(end == .done && bench.count(.made) == 10)
        #expect(bench.asked == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] + [3, 4, 5, 6, 7, 8, 9])
        #expect(bench.queue.begun == 10)
    }

    @Test("a gateway that does not answer is asked again in growing pauses, and is given up after two minutes")
    func silent() {
        var bench = Bench()
        var calls = 0
        let end = bench.run(10) { clip, _, time in
            if clip.place == 0 { calls += 1 }
            return time < .seconds(60) ? nil : .ready
        }
        #expect(end == .done && (4...10).contains(calls), "\(calls)")
        var lost = Bench()
        #expect(lost.run(10) { _, _, _ in nil } == .stopped(why: "no answer"))
        #expect((Duration.seconds(120)...(.seconds(160))).contains(lost.now - lost.start))
        // One that says when to come again is no such gateway, but is not asked for ever.
        var queue = Bench(.init(giveUpAfter: .seconds(300))).queue
        let start = ContinuousClock.now
        queue.lost(.seconds(200), why: "429", at: start)
        #expect(queue.next(at: start + .seconds(199)) == .wait(until: start + .seconds(200)))
        #expect(queue.next(at: start + .seconds(201)) == .read)
        queue.lost(.seconds(200), why: "429", at: start + .seconds(201))
        #expect(queue.next(at: start + .seconds(402)) == .end(.stopped(why: "429")))
    }

    @Test("a key that is wanted ends it at once, and what was to be asked for stays to be asked for")
    func unauthorized() {
        var bench = Bench()
        let end = bench.run(100) { clip, _, _ in clip.place == 2 ? .unauthorized(detail: "a key") : .ready }
        guard case .stopped(let why)? = end else {
            Issue.record("it ended with \(String(describing: end))")
            return
        }
        #expect(why.contains("--key-file") && bench.outcomes.count == 49 && bench.queue.waitingCount == 1)
    }

    @Test("a clip that is not heard of is asked for again every two minutes, and is late after as long as was said")
    func late() {
        var bench = Bench(.init(giveUpAfter: .seconds(300)))
        let end = bench.run(3) { clip, _, time in
            clip.place == 1 || time > .seconds(130) && clip.place == 2 ? .ready : .pending
        }
        #expect(end == .done)
        #expect(bench.outcomes.map { $0.clip.place } == [1, 2, 0])
        #expect(bench.outcomes.map(\.result) == [.ready, .made, .late])
        #expect(bench.asked == [0, 1, 2, 0, 2, 0] || bench.asked == [0, 1, 2, 0, 0], "\(bench.asked)")
        #expect((Duration.seconds(300)...(.seconds(312))).contains(bench.now - bench.start))
    }

    @Test("what has failed is told with its reason, and is not asked for again")
    func failed() {
        var bench = Bench()
        let fault = BatchAnswer.failed(reason: "no-audio", detail: "…")
        #expect(
            bench.run(60) { clip, asked, _ in clip.place == 5 && !asked ? fault : asked ? .pending : .ready } == .done)
        #expect(bench.count(.failed(reason: "no-audio", detail: "…")) == 1 && bench.count(.made) == 59)
        #expect(bench.asked.count == 60)
    }

    @Test(
        "no more clips are begun than may be, those that are ready not counted; the rest is left",
        arguments: [1, 50, 77])
    func clips(most: Int) {
        var bench = Bench(.init(mostClips: most))
        #expect(bench.run(300) { clip, asked, _ in asked && clip.place % 2 == 0 ? .pending : .ready } == .budget)
        #expect(bench.queue.begun == most && bench.count(.made) == most)
        // If nothing is left, it was enough.
        var enough = Bench(.init(mostClips: 20))
        #expect(enough.run(20) { _, asked, _ in asked ? .pending : .ready } == .done)
    }

    @Test("no more bytes are begun than may be, by estimate")
    func bytes() {
        let one = WarmEstimate().bytes(of: Bench.clip(0))
        #expect(one == 481_738)
        var bench = Bench(.init(mostBytes: 10 * one + one / 2))
        #expect(bench.run(100) { _, asked, _ in asked ? .pending : .ready } == .budget)
        #expect(bench.queue.begun == 10 && bench.queue.begunBytes == 10 * one)
    }

    @Test("a clip that is asked for twice is one, and a dry run asks for none")
    func others() {
        var queue = Bench().queue
        #expect(queue.add([Bench.clip(1), Bench.clip(2), Bench.clip(1)]) == 1)
        #expect(queue.add([Bench.clip(2)]) == 1 && queue.waitingCount == 2)
        var dry = Bench(.init(looksOnly: true))
        #expect(dry.run(120) { clip, _, _ in clip.place < 20 ? .ready : .pending } == .done)
        #expect(dry.asked.isEmpty && dry.looked == 120)
        #expect(dry.count(.ready) == 20 && dry.count(.missing) == 100)
        #expect(dry.queue.begunBytes == 100 * 481_738)
    }

    /// By hand: 2,000 × (2 × 0.005 + 2 × 0.0004) ÷ 1,000 = 0.0216; 0.963476 GB × 0.023 = 0.02216.
    @Test("cost is that of scripts/cost, by prices that are inputs")
    func cost() {
        var estimate = WarmEstimate()
        let cost = estimate.cost(clips: 2000, bytes: 2000 * 481_738)
        #expect(abs(cost.making - 0.0216) < 1e-9 && abs(cost.storing - 0.022160) < 1e-6)
        (estimate.put, estimate.get, estimate.storage, estimate.lifetimeDays) = (1, 0, 2, 60)
        let other = estimate.cost(clips: 1000, bytes: 1_000_000_000)
        #expect(other.making == 2 && other.storing == 4)
    }

    @Test("while nothing comes on a pipe, what was read is asked for and looked at")
    func idle() {
        var queue = Bench().queue
        let start = ContinuousClock.now
        #expect(queue.add([Bench.clip(1)]) == 0)
        #expect(queue.next(at: start + .seconds(1)) == .read)
        queue.sourceIsIdle(at: start + .seconds(1))
        #expect(queue.next(at: start + .seconds(1)) == .ask([Bench.clip(1)]))
        #expect(queue.took([.pending], to: [Bench.clip(1)], asked: true, at: start + .seconds(1)).isEmpty)
        #expect(queue.next(at: start + .milliseconds(1060)) == .read)
        queue.sourceIsIdle(at: start + .seconds(3))
        #expect(queue.next(at: start + .seconds(3)) == .look([Bench.clip(1)]))
    }
}
