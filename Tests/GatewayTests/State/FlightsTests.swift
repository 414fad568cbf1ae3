import Domain
import Synchronization
import Testing

@testable import GatewayService

@Suite("clips that are being made")
struct FlightsTests {
    private let start = ContinuousClock.now
    private let id = ClipStateBench.id(1)

    private func flights(limit: Int = 10) -> Flights {
        Flights(.init(limit: limit, waiters: 3, workDeadline: .seconds(100)))
    }

    private func isPublished(_ joined: Flights.Joined) -> Bool? {
        switch joined {
        case .none: nil
        case .under(let publish): publish != nil
        }
    }

    @Test("who joins has the clip requested again only if the work ends before the wait")
    func join() {
        var flights = flights()
        #expect(isPublished(flights.join(id, lasting: .seconds(1), at: start)) == nil)
        let event = flights.begin(id, expected: nil, at: start)
        #expect(event.clipID == id && event.budgetMs == 100_000)
        #expect(flights.stage(of: id) == .queued)
        #expect(isPublished(flights.join(id, lasting: .seconds(40), at: start + .seconds(60))) == false)
        #expect(isPublished(flights.join(id, lasting: .seconds(41), at: start + .seconds(60))) == true)
        #expect(flights[id]?.asked == 2)
        #expect(isPublished(flights.join(id, lasting: .zero, at: start + .seconds(159))) == false)
        #expect(isPublished(flights.join(id, lasting: .zero, at: start + .seconds(160))) == true)
    }

    @Test(
        "with as many flights as may be none is searched through, and each goes with its deadline, or its last waiter")
    func overdue() {
        var flights = flights(limit: 5000)
        for number in 0..<5000 { _ = flights.begin(ClipStateBench.id(number), expected: nil, at: start) }
        #expect(flights.isFull)
        let looked = (0..<1000).reduce(0) { sum, _ in sum + flights.dropOverdue(at: start + .seconds(99)) }
        #expect(looked == 0)
        let waited = ClipStateBench.id(7)
        let number = flights.addWaiter(to: waited, until: start + .seconds(200), wantsAcceptance: false) { _ in }
        #expect(flights.dropOverdue(at: start + .seconds(100)) == 5000)
        #expect(flights.ids == [waited])
        #expect(flights.removeWaiter(number, of: waited, at: start + .seconds(100)) != nil)
        #expect(flights.count == 0)
        #expect(flights.removeWaiter(number, of: waited, at: start + .seconds(100)) == nil)
    }

    @Test("waiters are counted in all, and leave together or by what they wait for")
    func waiters() {
        var flights = flights()
        _ = flights.begin(id, expected: nil, at: start)
        let other = ClipStateBench.id(2)
        _ = flights.begin(other, expected: nil, at: start)
        let results = Mutex<[String]>([])
        for (id, name) in [(id, "a"), (id, "b"), (other, "c")] {
            #expect(flights.takesWaiters)
            _ = flights.addWaiter(to: id, until: start, wantsAcceptance: name == "b") { _ in
                results.withLock { $0.append(name) }
            }
        }
        #expect(!flights.takesWaiters)
        flights.accept(id)
        for waiter in flights.takeAcceptanceWaiters(of: id) { waiter.answer(.accepted) }
        for waiter in flights.end(id, failed: true) { waiter.answer(.accepted) }
        #expect(results.withLock(\.self) == ["b", "a"])
        #expect(flights.waiterCount == 1)
        #expect(flights.stage(of: id) == .failed)
        #expect(flights.end(other, failed: false).count == 1)
        #expect(flights.stage(of: other) == nil)
    }

    @Test("events about a clip tell its stage, whoever asked for it, and that the broker has the request")
    func events() {
        var flights = flights()
        flights.note(.cutting, of: id, at: start)
        #expect(flights.stage(of: id) == .cutting && flights[id] == nil)
        _ = flights.begin(id, expected: .seconds(4), at: start)
        #expect(flights[id]?.accepted == false)
        flights.note(.resolving, of: id, at: start + .seconds(1))
        #expect(flights[id]?.accepted == true && flights[id]?.lastSign == start + .seconds(1))
        let arrival = flights.arrived(id, at: start + .seconds(6))
        #expect(arrival?.took == .seconds(6) && arrival?.expected == .seconds(4))
        #expect(flights.arrived(ClipStateBench.id(2), at: start) == nil)
        flights.note(WorkOutcome(cut: true, took: .seconds(6)), of: id)
        #expect(flights.outcome(of: id)?.took == .seconds(6))
        flights.forgetStage(of: id)
        #expect(flights.stage(of: id) == nil)
    }

    @Test("the time until a second request follows what clips took and the backlog, within its bounds")
    func hedgeDelay() {
        var flights = flights()
        #expect(flights.hedgeDelay(wait: .seconds(30), backlog: nil) == .seconds(10))
        #expect(flights.hedgeDelay(wait: .seconds(10), backlog: nil) == .seconds(5))
        #expect(flights.hedgeDelay(wait: .seconds(1), backlog: nil) == .seconds(2))
        #expect(flights.hedgeDelay(wait: .seconds(1), backlog: .seconds(25)) == .seconds(25))
        _ = flights.begin(id, expected: nil, at: start)
        _ = flights.arrived(id, at: start + .seconds(1))
        #expect(flights.hedgeDelay(wait: .seconds(30), backlog: nil) == .seconds(3))
    }
}
