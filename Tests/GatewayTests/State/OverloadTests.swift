import Domain
import Synchronization
import Testing

@testable import GatewayService

/// The gateway refuses what could not be ready in time, and nothing else. Every figure is worked out by hand from the pace
/// that the test sets.
@Suite("too much work ahead")
struct OverloadTests {
    /// `count` clips are asked for, and then one is ready every `pace`, until `left` are still ahead.
    private func load(_ clipState: ClipStateBench, _ count: Int, pace: Duration, left: Int, from first: Int = 0) throws
    {
        for number in first..<(first + count) { clipState.ask(number) }
        for number in first..<(first + count - left) {
            clipState.clock.advance(by: pace)
            try clipState.ready(number)
        }
    }

    @Test(
        "before anything was measured a burst gets so many clips and no more, until the first of them tell how fast it goes"
    )
    func unmeasured() throws {
        let clipState = ClipStateBench(unmeasured: 100)
        for number in 0..<100 { #expect(clipState.ask(number).isWaiting) }
        for number in 100..<5000 { #expect(clipState.ask(number).isUnmeasured) }
        #expect(clipState.clipState.figures.flights == 100)
        #expect(clipState.clipState.figures.refused == 4900)
        // Whoever joins costs nothing.
        #expect(clipState.ask(5).isWaiting)
        // Fifty a second: what is ahead then takes a second, and there is room for many more.
        for number in 0..<50 {
            clipState.clock.advance(by: .milliseconds(20))
            try clipState.ready(number)
        }
        for number in 5000..<5200 { #expect(clipState.ask(number).isWaiting) }
    }

    @Test("others' work counts while nothing was measured, and so does a batch's")
    func unmeasuredShared() {
        let clipState = ClipStateBench(unmeasured: 10)
        for number in 0..<9 { clipState.clipState.saw(.resolving, of: ClipStateBench.id(number)) }
        func make(_ number: Int) -> ClipState.Background {
            clipState.clipState.askInBackground(ClipStateBench.id(number), now: ClipStateBench.now)
        }
        guard case .under(.some) = make(100) else {
            Issue.record("not taken")
            return
        }
        guard case .unmeasured = make(101) else {
            Issue.record("taken")
            return
        }
        // What nobody has finished within its deadline is not being made any more.
        clipState.clock.advance(by: .seconds(121))
        guard case .under(.some) = make(101) else {
            Issue.record("refused for ever")
            return
        }
    }

    @Test("who asks for a clip with no patience of his own has that of everybody", arguments: [1, 0])
    func patience(seconds: Int) throws {
        let clipState = ClipStateBench()
        // Ten a second, and 180 ahead: 18 s, times 1.5 within the standard 30 s and far beyond one second.
        try load(clipState, 300, pace: .milliseconds(100), left: 180)
        #expect(clipState.ask(5000, wait: .seconds(seconds)).isWaiting)
        guard case .under(.some) = clipState.clipState.askInBackground(ClipStateBench.id(5001), now: ClipStateBench.now)
        else {
            Issue.record("refused in the background")
            return
        }
    }

    @Test(
        "when as many clips are tracked as may, further requests are refused, and room comes with the deadlines")
    func fullFlights() {
        let clipState = ClipStateBench(busyFrom: 1_000_000, waiters: 1_000_000, flights: 5000, unmeasured: 1_000_000)
        for number in 0..<5000 {
            _ = clipState.clipState.askInBackground(ClipStateBench.id(number), now: ClipStateBench.now)
        }
        for number in 5000..<5010 { #expect(clipState.ask(number).isFull) }
        // One of them is waited for beyond its deadline, and stays until its waiter goes.
        guard case .waiting(let waiter, _) = clipState.ask(7, wait: .seconds(60)) else {
            Issue.record("not held")
            return
        }
        clipState.clock.advance(by: .seconds(120))
        #expect(clipState.ask(6000).isWaiting)
        #expect(clipState.clipState.figures.flights == 2)
        clipState.clipState.leave(ClipStateBench.id(7), waiter: waiter)
        #expect(clipState.clipState.figures.flights == 1)
    }

    @Test("what could not be ready in time is refused, with how long the work ahead takes")
    func refused() throws {
        let clipState = ClipStateBench()
        // Ten a second.
        try load(clipState, 300, pace: .milliseconds(100), left: 160)
        // 160 ahead take 16 s; with the next 40 it is 20 s, and half as much again is 30. The rate is known to a few in a hundred.
        let taken = (1000..<1100).prefix { clipState.ask($0).isWaiting }.count
        #expect((36...44).contains(taken), "\(taken)")
        let expected = try #require(clipState.ask(2000).expected)
        #expect((.seconds(20)...(.seconds(20.5))).contains(expected), "\(expected)")
        #expect(clipState.clipState.figures.refused == 2)
        // One who has a minute may wait 40 s.
        #expect(clipState.ask(2000, wait: .seconds(60)).isWaiting)
    }

    @Test("where clips take longer than was expected of them, less is taken")
    func delayed() throws {
        let clipState = ClipStateBench()
        try load(clipState, 200, pace: .milliseconds(100), left: 100)
        // Ten seconds are expected of these; but for 24 s others overtake them, ten a second.
        for number in 1000..<1020 { clipState.ask(number) }
        for number in 2000..<2240 {
            clipState.clipState.saw(.resolving, of: ClipStateBench.id(number))
            clipState.clock.advance(by: .milliseconds(100))
            try clipState.ready(number)
        }
        for number in 1000..<1020 { try clipState.ready(number) }
        // 100 are ahead, which nobody would be refused for at 1.5; at 2 to 2.4 there is room for some 25 to 50 more.
        let taken = (3000..<3200).prefix { clipState.ask($0).isWaiting }.count
        #expect((15...65).contains(taken), "\(taken)")
    }

    @Test("who joins work that is under way, and hits, are never refused")
    func joined() throws {
        let clipState = ClipStateBench()
        try load(clipState, 1000, pace: .milliseconds(100), left: 900)
        #expect(clipState.ask(5000).expected != nil)
        #expect(clipState.ask(999).isWaiting)
        guard case .ready = clipState.ask(0) else {
            Issue.record("a hit was refused")
            return
        }
    }

    @Test("other gateways' work counts, and what ended is not ahead even if its beginning is heard later")
    func others() throws {
        let clipState = ClipStateBench()
        for number in 0..<100 { clipState.clipState.saw(.resolving, of: ClipStateBench.id(number)) }
        #expect(clipState.clipState.figures.backlog == 100)
        for number in 0..<50 {
            try clipState.ready(number)
            clipState.clipState.saw(.cutting, of: ClipStateBench.id(number))
        }
        #expect(clipState.clipState.figures.backlog == 50)
        #expect(clipState.clipState.saw(failure: ClipFault(.noAudio, "…"), of: ClipStateBench.id(60)) == nil)
        #expect(clipState.clipState.figures.backlog == 49)
    }

    @Test("a quiet hour does not make the next burst look slow")
    func quiet() throws {
        let clipState = ClipStateBench(busyFrom: 32)
        for number in 0..<100 {
            clipState.ask(number)
            clipState.clock.advance(by: .milliseconds(300))
            try clipState.ready(number)
            clipState.clock.advance(by: .seconds(36))
        }
        for number in 1000..<3000 { #expect(clipState.ask(number).isWaiting) }
    }

    @Test("an outage is not taken for slowness, neither while it lasts nor afterwards")
    func outage() throws {
        let clipState = ClipStateBench()
        // Twenty a second, then nothing for 20 s while 50 more are asked for.
        try load(clipState, 400, pace: .milliseconds(50), left: 100)
        clipState.clock.advance(by: .seconds(20))
        for number in 1000..<1050 { #expect(clipState.ask(number).isWaiting) }
        try clipState.ready(300)
        // At worst five of the last ten seconds count as idle: ten a second, so 150 take 15 s.
        for number in 1050..<1060 { #expect(clipState.ask(number).isWaiting) }
    }

    @Test("it can't refuse for ever: what nobody finishes within its deadline is not ahead any more")
    func noDeadlock() throws {
        let clipState = ClipStateBench(deadline: .seconds(120))
        try load(clipState, 1000, pace: .milliseconds(100), left: 900)
        #expect(clipState.ask(5000).expected != nil)
        clipState.clock.advance(by: .seconds(121))
        #expect(clipState.ask(5000).isWaiting)
    }

    @Test("as soon as the work ahead is done requests are taken again")
    func recovery() throws {
        let clipState = ClipStateBench()
        try load(clipState, 1000, pace: .milliseconds(100), left: 900)
        #expect(clipState.ask(5000).expected != nil)
        for number in 100..<810 {
            clipState.clock.advance(by: .milliseconds(100))
            try clipState.ready(number)
        }
        #expect(clipState.ask(5000).isWaiting)
    }
}

@Suite("a lost reply")
struct HedgeTests {
    private func isAsked(_ hedge: ClipState.Hedge) -> Bool { if case .ask = hedge { true } else { false } }
    private func pause(_ hedge: ClipState.Hedge) -> Duration? {
        if case .later(let pause) = hedge { pause } else { nil }
    }
    private let wait = Duration.seconds(30)

    @Test("a clip of which nothing is heard is asked for once more, once")
    func once() {
        let clipState = ClipStateBench()
        clipState.ask(1)
        clipState.ask(1)
        clipState.clipState.settle(ClipStateBench.id(1), published: .success(()))
        #expect(clipState.clipState.hedgeDelay(wait: wait) == .seconds(10))
        clipState.clock.advance(by: .seconds(9))
        #expect(pause(clipState.clipState.hedge(ClipStateBench.id(1), wait: wait)) == .seconds(1))
        clipState.clock.advance(by: .seconds(1))
        guard case .ask(let event) = clipState.clipState.hedge(ClipStateBench.id(1), wait: wait) else {
            Issue.record("not asked for once more")
            return
        }
        // What is left of the two minutes.
        #expect(event.budgetMs == 110_000)
        #expect(!isAsked(clipState.clipState.hedge(ClipStateBench.id(1), wait: wait)))
        clipState.clock.advance(by: .seconds(60))
        #expect(!isAsked(clipState.clipState.hedge(ClipStateBench.id(1), wait: wait)))
        #expect(clipState.clipState.figures.hedged == 1)
    }

    @Test("every sign of life puts it off")
    func signs() {
        let clipState = ClipStateBench()
        clipState.ask(1)
        clipState.clipState.saw(.resolving, of: ClipStateBench.id(1))
        clipState.clock.advance(by: .seconds(9))
        clipState.clipState.saw(.cutting, of: ClipStateBench.id(1))
        clipState.clock.advance(by: .seconds(9))
        #expect(pause(clipState.clipState.hedge(ClipStateBench.id(1), wait: wait)) == .seconds(1))
    }

    @Test("it comes after three times what nearly all clips took, within two seconds and half of the wait")
    func measured() throws {
        let clipState = ClipStateBench()
        for (taking, delay) in [(Duration.milliseconds(100), Duration.seconds(2)), (.seconds(1), .seconds(3))] {
            for number in 0..<256 {
                let number = number + Int(taking.components.seconds) * 1000
                clipState.ask(number)
                clipState.clock.advance(by: taking)
                try clipState.ready(number)
            }
            #expect(clipState.clipState.hedgeDelay(wait: wait) == delay)
        }
        #expect(clipState.clipState.hedgeDelay(wait: .seconds(5)) == .seconds(2.5))
    }

    @Test("nobody is asked for whom nobody waits, what the broker has not taken, or what is ready")
    func needless() throws {
        let clipState = ClipStateBench()
        guard case .waiting(let number, _) = clipState.ask(1) else {
            Issue.record("not held")
            return
        }
        clipState.clock.advance(by: .seconds(20))
        #expect(pause(clipState.clipState.hedge(ClipStateBench.id(1), wait: wait)) != nil, "the broker has it not")
        clipState.clipState.settle(ClipStateBench.id(1), published: .success(()))
        clipState.clipState.leave(ClipStateBench.id(1), waiter: number)
        #expect(!isAsked(clipState.clipState.hedge(ClipStateBench.id(1), wait: wait)))
        clipState.ask(2)
        clipState.clock.advance(by: .seconds(20))
        try clipState.ready(2)
        #expect(!isAsked(clipState.clipState.hedge(ClipStateBench.id(2), wait: wait)))
    }
}

@Suite("following a clip")
struct WatchTests {
    @Test("who follows a clip is told of every change, until it leaves")
    func told() throws {
        let clipState = ClipStateBench()
        let count = Mutex(0)
        let id = ClipStateBench.id(1)
        func read() -> Int { count.withLock { $0 } }
        clipState.ask(1)
        let number = try #require(clipState.clipState.follow(id) { count.withLock { $0 += 1 } })
        clipState.clipState.saw(.resolving, of: id)
        #expect(read() == 1)
        clipState.clipState.saw(.cutting, of: id)
        #expect(read() == 2)
        try clipState.ready(2)
        #expect(read() == 2)
        try clipState.ready(1)
        #expect(read() == 3)
        clipState.clipState.unfollow(id, number)
        clipState.clipState.unfollow(id, number)
        #expect(clipState.clipState.figures.followers == 0)
        clipState.clipState.sawRemoval(of: id)
        #expect(read() == 3)
    }
}
