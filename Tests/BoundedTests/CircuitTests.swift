import Bounded
import Fakes
import Synchronization
import Testing

@Suite("Circuit", .timeLimit(.minutes(1)))
struct CircuitTests {
    private struct Down: Error, Equatable {
        var refusedFor: Duration?
    }

    /// States in the order in which they came.
    private final class Changes: Sendable {
        private let all = Mutex<[Circuit.Change]>([])
        var states: [Circuit.State] { all.withLock { $0.map(\.to) } }
        var last: Circuit.Change? { all.withLock { $0.last } }
        func note(_ change: Circuit.Change) { all.withLock { $0.append(change) } }
    }

    private let clock = HandClock()
    private let changes = Changes()

    private func circuit(
        failures: Int = 3, part: Double = 1, pause: Duration = .seconds(1), cap: Duration = .seconds(5)
    ) -> Circuit {
        Circuit(
            .init(failuresInARow: failures, failedPart: part, pause: Backoff(base: pause, cap: cap)),
            now: { [clock] in clock.now },
            onChange: { [changes] in changes.note($0) })
    }

    /// One call that ends as told; nil if it was refused.
    @discardableResult
    private func call(_ circuit: Circuit, _ evidence: Circuit.Evidence) -> Circuit.Evidence? {
        guard case .pass(let pass) = circuit.enter() else { return nil }
        circuit.settle(pass, evidence)
        return evidence
    }

    private func refusal(_ circuit: Circuit) -> Duration? {
        guard case .refused(let retryAfter) = circuit.enter() else { return nil }
        return retryAfter
    }

    @Test("it opens at the third failure in a row, and not at three with an answer between them")
    func consecutive() {
        let circuit = circuit()
        for evidence in [Circuit.Evidence.failed, .failed, .answered, .failed, .failed] { call(circuit, evidence) }
        #expect(circuit.figures.state == .closed)
        call(circuit, .failed)
        #expect(circuit.figures.state == .open)
        #expect(circuit.figures.opened == 1)
        #expect(changes.states == [.open])
    }

    @Test("cancelled calls are no failures, however many")
    func nothingSaid() {
        let circuit = circuit()
        for _ in 0..<100 { call(circuit, .none) }
        #expect(circuit.figures.state == .closed)
    }

    @Test("nearly all failing within the window opens it too; half of them failing does not")
    func ratio() {
        let half = circuit(failures: 10, part: 0.8)
        for _ in 0..<200 {
            call(half, .failed)
            call(half, .answered)
        }
        #expect(half.figures.state == .closed)
        let most = circuit(failures: 10, part: 0.8)
        for _ in 0..<3 {
            for _ in 0..<9 { call(most, .failed) }
            call(most, .answered)
        }
        #expect(most.figures.state == .open)
        let old = circuit(failures: 10, part: 0.8)
        for _ in 0..<9 { call(old, .failed) }
        call(old, .answered)
        clock.advance(by: .seconds(11))
        call(old, .failed)
        #expect(old.figures.state == .closed)
    }

    @Test("open, it refuses at once until its pause is over, and then lets one call through")
    func probe() throws {
        let circuit = circuit()
        for _ in 0..<3 { call(circuit, .failed) }
        let pause = try #require(refusal(circuit))
        #expect(pause > .zero && pause <= .seconds(1))
        clock.advance(by: pause - .nanoseconds(1))
        #expect(refusal(circuit) != nil)
        clock.advance(by: .nanoseconds(1))
        guard case .pass(let probe) = circuit.enter() else {
            Issue.record("no probe")
            return
        }
        #expect(probe.isProbe)
        for _ in 0..<1000 { #expect(refusal(circuit) == .seconds(1)) }
        circuit.settle(probe, .answered)
        #expect(circuit.figures.state == .closed)
        #expect(changes.states == [.open, .halfOpen, .closed])
        #expect(changes.last?.outage == pause)
        #expect(circuit.figures.refused == 1002)
    }

    @Test("a probe that fails opens it again, for longer and longer up to the cap; success makes the pause short again")
    func backoff() throws {
        let circuit = circuit(pause: .seconds(1), cap: .seconds(4))
        var longest = Duration.zero
        for _ in 0..<200 {
            if circuit.figures.state == .closed { for _ in 0..<3 { call(circuit, .failed) } }
            let pause = try #require(refusal(circuit) ?? .zero)
            longest = max(longest, pause)
            #expect(pause <= .seconds(4))
            clock.advance(by: pause)
            #expect(call(circuit, .failed) == .failed)
        }
        #expect(longest > .seconds(2))
        clock.advance(by: .seconds(4))
        call(circuit, .answered)
        #expect(circuit.figures.state == .closed)
        for _ in 0..<50 {
            for _ in 0..<3 { call(circuit, .failed) }
            let pause = refusal(circuit) ?? .zero
            #expect(pause <= .seconds(1))
            clock.advance(by: pause)
            call(circuit, .answered)
        }
    }

    @Test("a probe that was cancelled leaves the decision to the next call")
    func cancelledProbe() throws {
        let circuit = circuit()
        for _ in 0..<3 { call(circuit, .failed) }
        clock.advance(by: .seconds(1))
        call(circuit, .none)
        #expect(circuit.figures.state == .open)
        #expect(call(circuit, .answered) == .answered)
        #expect(circuit.figures.state == .closed)
    }

    @Test("calls that began before it opened say nothing when they end later")
    func stragglers() throws {
        let circuit = circuit()
        guard case .pass(let early) = circuit.enter(), case .pass(let late) = circuit.enter() else {
            Issue.record("refused")
            return
        }
        for _ in 0..<3 { call(circuit, .failed) }
        circuit.settle(early, .answered)
        #expect(circuit.figures.state == .open)
        clock.advance(by: .seconds(1))
        call(circuit, .answered)
        circuit.settle(late, .failed)
        for _ in 0..<2 { call(circuit, .failed) }
        #expect(circuit.figures.state == .closed)
    }

    @Test("a call through it throws its own fault, or the refusal with how long to stay away")
    func run() async {
        let circuit = circuit()
        func ask(_ works: Bool) async throws(Down) -> Int {
            let call: () async throws(Down) -> Int = { () throws(Down) in
                if works { return 7 }
                throw Down()
            }
            return try await circuit.run(refusal: { Down(refusedFor: $0) }, evidence: { _ in .failed }, call)
        }
        for _ in 0..<3 { await #expect(throws: Down()) { try await ask(false) } }
        do throws(Down) {
            _ = try await ask(true)
            Issue.record("not refused")
        } catch {
            #expect(error.refusedFor != nil)
        }
        clock.advance(by: .seconds(1))
        #expect(await (try? ask(true)) == 7)
    }
}
