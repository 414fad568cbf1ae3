import Bounded
import TestStack
import Testing

@Suite("Work slots", .timeLimit(.minutes(1)))
struct WorkSlotsTests {
    struct Broken: Error, Equatable {}

    @Test("no more than the count run at once, and all run")
    func count() async throws {
        let slots = WorkSlots(count: 3, queueLimit: 1000)
        let running = Guarded((now: 0, most: 0, done: 0))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try? await slots.withSlot { () async throws(Never) in
                        running.withLock {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                        }
                        await Task.yield()
                        running.withLock {
                            $0.now -= 1
                            $0.done += 1
                        }
                    }
                }
            }
        }
        #expect(running.withLock { $0.most } <= 3)
        #expect(running.withLock { $0.done } == 200)
        #expect(slots.inUse == 0 && slots.waiting == 0)
    }

    @Test("who waits is served in order, and who finds the queue full is refused at once")
    func order() async throws {
        let slots = WorkSlots(count: 1, queueLimit: 3)
        let gate = Gate()
        let served = Guarded([Int]())
        let holder = Task { try await slots.withSlot { () async throws(Never) in await gate.wait() } }
        try await eventually("the slot to be taken") { slots.inUse == 1 }
        var waiters: [Task<Void, any Error>] = []
        for number in 0..<3 {
            waiters.append(
                Task { try await slots.withSlot { () async throws(Never) in served.withLock { $0.append(number) } } })
            try await eventually("one more that waits for a slot") { slots.waiting == number + 1 }
        }
        await #expect(throws: BoundedFault<Never>.full(limit: 3)) {
            try await slots.withSlot { () async throws(Never) in Issue.record("ran beyond the limit") }
        }
        gate.open()
        try await holder.value
        for waiter in waiters { try await waiter.value }
        #expect(served.withLock { $0 } == [0, 1, 2])
    }

    @Test("a cancelled waiter leaves the queue without running, and its place is free again")
    func cancelled() async throws {
        let slots = WorkSlots(count: 1, queueLimit: 1)
        let gate = Gate()
        let holder = Task { try await slots.withSlot { () async throws(Never) in await gate.wait() } }
        try await eventually("the slot to be taken") { slots.inUse == 1 }
        let waiter = Task {
            try await slots.withSlot { () async throws(Never) in Issue.record("ran although cancelled") }
        }
        try await eventually("one that waits for a slot") { slots.waiting == 1 }
        waiter.cancel()
        await #expect(throws: BoundedFault<Never>.cancelled) { try await waiter.value }
        #expect(slots.waiting == 0)
        let next = Task { try await slots.withSlot { () async throws(Never) in 7 } }
        try await eventually("one that waits for a slot") { slots.waiting == 1 }
        gate.open()
        try await holder.value
        #expect(try await next.value == 7)
        #expect(slots.inUse == 0)
    }

    @Test("a task that is cancelled already is not let in")
    func cancelledBefore() async {
        let slots = WorkSlots(count: 1, queueLimit: 1)
        let gate = Gate()
        let task = Task {
            await gate.wait()
            try await slots.withSlot { () async throws(Never) in Issue.record("ran although cancelled") }
        }
        task.cancel()
        gate.open()
        await #expect(throws: BoundedFault<Never>.cancelled) { try await task.value }
        #expect(slots.inUse == 0)
    }

    @Test("work that throws frees its slot")
    func failure() async {
        let slots = WorkSlots(count: 1, queueLimit: 0)
        for _ in 0..<3 {
            await #expect(throws: BoundedFault<Broken>.failed(Broken())) {
                try await slots.withSlot { () async throws(Broken) in throw Broken() }
            }
        }
        #expect(slots.inUse == 0)
    }

    @Test("no slot is lost when cancellations and turns meet")
    func storm() async {
        let slots = WorkSlots(count: 2, queueLimit: 500)
        for _ in 0..<20 {
            let tasks = (0..<100).map { number in
                let task = Task { try? await slots.withSlot { () async throws(Never) in await Task.yield() } }
                if number.isMultiple(of: 3) { task.cancel() }
                return task
            }
            for (number, task) in tasks.enumerated() where number.isMultiple(of: 2) { task.cancel() }
            for task in tasks { await task.value }
        }
        #expect(slots.inUse == 0 && slots.waiting == 0)
    }
}
