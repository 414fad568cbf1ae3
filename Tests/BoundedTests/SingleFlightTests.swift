import Bounded
import TestStack
import Testing

@Suite("Single flight", .timeLimit(.minutes(1)))
struct SingleFlightTests {
    struct Broken: Error, Equatable {}

    @Test("all who want one thing at once share one work")
    func shared() async throws {
        let flights = SingleFlight<String, Int, Broken>(limit: 10)
        let gate = Gate()
        let begun = Guarded(0)
        let joined = Guarded(0)
        let callers = (0..<50).map { _ in
            Task {
                joined.withLock { $0 += 1 }
                return try await flights.run("a") { () async throws(Broken) in
                    let number = begun.withLock { count in
                        count += 1
                        return count
                    }
                    await gate.wait()
                    return number
                }
            }
        }
        try await eventually("50 callers that wait for one work") {
            joined.withLock { $0 } == 50 && flights.waiting("a") == 50
        }
        gate.open()
        for caller in callers { #expect(try await caller.value == 1) }
        #expect(begun.withLock { $0 } == 1)
        try await eventually("no work that runs") { flights.running == 0 }
        #expect(try await flights.run("a") { () async throws(Broken) in 2 } == 2)
    }

    @Test("a failure reaches everyone, and is not kept")
    func failure() async throws {
        let flights = SingleFlight<String, Int, Broken>(limit: 10)
        let gate = Gate()
        let callers = (0..<5).map { _ in
            Task {
                try await flights.run("a") { () async throws(Broken) in
                    await gate.wait()
                    throw Broken()
                }
            }
        }
        try await eventually("five callers that wait") { flights.waiting("a") == 5 }
        gate.open()
        for caller in callers {
            await #expect(throws: BoundedFault<Broken>.failed(Broken())) { try await caller.value }
        }
        #expect(try await flights.run("a") { () async throws(Broken) in 1 } == 1)
    }

    @Test("the work goes on while one still waits, and is cancelled when the last leaves")
    func cancellation() async throws {
        let flights = SingleFlight<String, Bool, Broken>(limit: 10)
        let gate = Gate()
        let ended = Gate()
        let wasCancelled = Guarded(false)
        @Sendable func work() async throws(Broken) -> Bool {
            await gate.wait()
            wasCancelled.withLock { $0 = Task.isCancelled }
            ended.open()
            return true
        }
        let first = Task { try await flights.run("a", work) }
        let second = Task { try await flights.run("a", work) }
        try await eventually("two callers that wait") { flights.waiting("a") == 2 }
        first.cancel()
        await #expect(throws: BoundedFault<Broken>.cancelled) { try await first.value }
        #expect(flights.waiting("a") == 1 && flights.running == 1)
        second.cancel()
        await #expect(throws: BoundedFault<Broken>.cancelled) { try await second.value }

        #expect(flights.waiting("a") == 0 && flights.running == 1, "cancelled work counts until it has returned")
        #expect(try await flights.run("a") { () async throws(Broken) in false } == false, "who comes then begins anew")
        gate.open()
        await ended.wait()
        #expect(wasCancelled.withLock { $0 })
        try await eventually("no work that runs") { flights.running == 0 }
    }

    @Test("what an abandoned work comes to does not reach those of the work after it")
    func abandonedAnswer() async throws {
        let flights = SingleFlight<String, Int, Broken>(limit: 10)
        let (old, new) = (Gate(), Gate())
        let left = Task {
            try await flights.run("a") { () async throws(Broken) in
                // Deaf to its cancellation.
                await old.wait()
                return 1
            }
        }
        try await eventually("one caller that waits") { flights.waiting("a") == 1 }
        left.cancel()
        await #expect(throws: BoundedFault<Broken>.cancelled) { try await left.value }
        let later = Task {
            try await flights.run("a") { () async throws(Broken) in
                await new.wait()
                return 2
            }
        }
        try await eventually("one caller that waits") { flights.waiting("a") == 1 }
        old.open()
        // The first has landed once one work less is under way.
        try await eventually("one work that runs") { flights.running == 1 }
        #expect(flights.waiting("a") == 1, "the second still waits for its own work")
        new.open()
        #expect(try await later.value == 2)
    }

    @Test("who leaves does not end the work of the others")
    func survivor() async throws {
        let flights = SingleFlight<String, Bool, Broken>(limit: 10)
        let gate = Gate()
        @Sendable func work() async throws(Broken) -> Bool {
            await gate.wait()
            return Task.isCancelled
        }
        let first = Task { try await flights.run("a", work) }
        try await eventually("one caller that waits") { flights.waiting("a") == 1 }
        let second = Task { try await flights.run("a", work) }
        try await eventually("two callers that wait") { flights.waiting("a") == 2 }
        first.cancel()
        await #expect(throws: BoundedFault<Broken>.cancelled) { try await first.value }
        gate.open()
        #expect(try await second.value == false)
    }

    @Test("no more than the limit are under way; joining one that is needs no room")
    func limit() async throws {
        let flights = SingleFlight<Int, Int, Never>(limit: 2)
        let gate = Gate()
        @Sendable func work() async throws(Never) -> Int {
            await gate.wait()
            return 1
        }
        let running = [1, 2].map { key in Task { try await flights.run(key, work) } }
        try await eventually("two works that run") { flights.running == 2 }
        await #expect(throws: BoundedFault<Never>.full(limit: 2)) { try await flights.run(3, work) }
        let joining = Task { try await flights.run(1, work) }
        try await eventually("two callers that wait") { flights.waiting(1) == 2 }
        gate.open()
        for task in running + [joining] { #expect(try await task.value == 1) }
    }

    @Test("no caller is forgotten when cancellations and endings meet")
    func storm() async throws {
        let flights = SingleFlight<Int, Int, Never>(limit: 1000)
        for _ in 0..<20 {
            let tasks = (0..<100).map { number in
                Task {
                    try? await flights.run(number % 5) { () async throws(Never) in
                        await Task.yield()
                        return number % 5
                    }
                }
            }
            for (number, task) in tasks.enumerated() where number.isMultiple(of: 2) { task.cancel() }
            for (number, task) in tasks.enumerated() {
                let value = await task.value
                #expect(value == number % 5 || (value == nil && number.isMultiple(of: 2)))
            }
        }
        try await eventually("no work that runs") { flights.running == 0 }
    }
}
