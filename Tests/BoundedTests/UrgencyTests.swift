import Bounded
import TestStack
import Testing

/// Works that take their slot and keep it until they are let go, by number.
private final class Held: Sendable {
    let slots: WorkSlots
    private let gates = Guarded([Int: Gate]())
    private let begun = Guarded([Int]())

    init(_ slots: WorkSlots) { self.slots = slots }

    var order: [Int] { begun.withLock { $0 } }

    /// Begins a work, and returns when it runs or waits.
    func begin(_ number: Int, _ urgency: Urgency) async -> Task<Void, any Error> {
        let gate = gates.withLock { gates in
            let gate = Gate()
            gates[number] = gate
            return gate
        }
        let before = slots.inUse + slots.waiting
        let task = Task { [self] in
            try await slots.withSlot(urgency) { () async throws(Never) in
                begun.withLock { $0.append(number) }
                await gate.wait()
            }
        }
        await until { slots.inUse + slots.waiting == before + 1 }
        return task
    }

    func end(_ number: Int) { gates.withLock { $0[number] }?.open() }
}

@Suite("Work slots for urgent work and other", .timeLimit(.minutes(1)))
struct UrgencyTests {
    private func other() -> Urgency { Urgency(isUrgent: false) }

    @Test("urgent work is let in before other work that has waited longer")
    func order() async throws {
        let held = Held(WorkSlots(count: 1, queueLimit: 10))
        var tasks = [await held.begin(0, other())]
        for number in 1...3 { tasks.append(await held.begin(number, other())) }
        for number in 4...5 { tasks.append(await held.begin(number, .urgent)) }
        #expect(held.slots.waiting == 5 && held.slots.waitingInBackground == 3)
        for number in [0, 4, 5, 1, 2, 3] {
            await until { held.order.last == number }
            held.end(number)
        }
        for task in tasks { try await task.value }
        #expect(held.order == [0, 4, 5, 1, 2, 3])
        #expect(held.slots.inUse == 0)
    }

    @Test("other work leaves the reserved slots free, and has all the rest as soon as no urgent work waits")
    func reservation() async throws {
        let held = Held(WorkSlots(count: 3, reserved: 1, queueLimit: 10))
        var tasks: [Task<Void, any Error>] = []
        for number in 0...3 { tasks.append(await held.begin(number, other())) }
        #expect(held.slots.inUse == 2 && held.slots.waitingInBackground == 2)
        tasks.append(await held.begin(4, .urgent))
        tasks.append(await held.begin(5, .urgent))
        await until { held.order.count == 3 }
        #expect(held.order.contains(4) && !held.order.contains(5))
        // The slot of other work goes to urgent work, and comes back when none waits.
        held.end(0)
        await until { held.order.last == 5 }
        held.end(4)
        await until { held.order.last == 2 }
        // Two of the kind run again, so the next slot stays free.
        held.end(5)
        await until { held.slots.inUse == 2 }
        #expect(held.slots.waitingInBackground == 1)
        held.end(1)
        await until { held.order.last == 3 }
        for number in [2, 3] { held.end(number) }
        for task in tasks { try await task.value }
        #expect(held.slots.inUse == 0 && held.slots.waiting == 0)
    }

    @Test("one slot is left to other work, however many are reserved")
    func atLeastOne() async throws {
        let held = Held(WorkSlots(count: 2, reserved: 7, queueLimit: 10))
        let tasks = [await held.begin(0, other()), await held.begin(1, other())]
        #expect(held.slots.backgroundLimit == 1 && held.slots.inUse == 1 && held.slots.waitingInBackground == 1)
        held.end(0)
        held.end(1)
        for task in tasks { try await task.value }
    }

    @Test("work that becomes urgent while it waits goes before all that is not, and takes a reserved slot at once")
    func promotion() async throws {
        let held = Held(WorkSlots(count: 2, reserved: 1, queueLimit: 10))
        let (second, third) = (other(), other())
        var tasks = [await held.begin(0, other()), await held.begin(1, other())]
        tasks.append(await held.begin(2, second))
        tasks.append(await held.begin(3, third))
        second.raise()
        await until { held.order == [0, 2] }
        third.raise()
        third.raise()
        #expect(held.slots.waiting == 2 && held.slots.waitingInBackground == 1)
        held.end(2)
        await until { held.order == [0, 2, 3] }
        for number in [0, 3] { held.end(number) }
        await until { held.order == [0, 2, 3, 1] }
        held.end(1)
        for task in tasks { try await task.value }
        #expect(held.slots.inUse == 0)
    }

    @Test("each queue has the limit, and who is moved up is not refused for it")
    func limits() async throws {
        let held = Held(WorkSlots(count: 1, queueLimit: 1))
        let waiting = other()
        var tasks = [await held.begin(0, .urgent), await held.begin(1, waiting), await held.begin(2, .urgent)]
        for urgency in [other(), .urgent] {
            await #expect(throws: BoundedFault<Never>.full(limit: 1)) {
                try await held.slots.withSlot(urgency) { () async throws(Never) in Issue.record("ran beyond the limit")
                }
            }
        }
        waiting.raise()
        #expect(held.slots.waiting == 2 && held.slots.waitingInBackground == 0)
        tasks.append(await held.begin(3, other()))
        for number in 0...3 { held.end(number) }
        for task in tasks { try await task.value }
        #expect(held.order == [0, 2, 1, 3])
    }

    @Test("who is cancelled leaves whichever queue it is in")
    func cancelled() async throws {
        let held = Held(WorkSlots(count: 1, queueLimit: 10))
        let raised = other()
        let first = await held.begin(0, .urgent)
        let waiting = [await held.begin(1, other()), await held.begin(2, raised), await held.begin(3, .urgent)]
        raised.raise()
        for task in waiting {
            task.cancel()
            await #expect(throws: BoundedFault<Never>.cancelled) { try await task.value }
        }
        #expect(held.slots.waiting == 0)
        // Nobody is left to be told.
        raised.raise()
        held.end(0)
        try await first.value
        #expect(held.order == [0] && held.slots.inUse == 0)
    }

    @Test("no slot is lost when both kinds, promotions, cancellations and turns meet")
    func storm() async {
        let slots = WorkSlots(count: 3, reserved: 1, queueLimit: 500)
        let running = Guarded((now: 0, most: 0))
        for _ in 0..<20 {
            let urgencies = (0..<120).map { Urgency(isUrgent: $0.isMultiple(of: 2)) }
            let tasks = urgencies.map { urgency in
                Task {
                    try? await slots.withSlot(urgency) { () async throws(Never) in
                        running.withLock {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                        }
                        await Task.yield()
                        running.withLock { $0.now -= 1 }
                    }
                }
            }
            for (number, urgency) in urgencies.enumerated() where number.isMultiple(of: 3) { urgency.raise() }
            for (number, task) in tasks.enumerated() where number.isMultiple(of: 5) { task.cancel() }
            for task in tasks { await task.value }
        }
        #expect(running.withLock { $0.most } == 3)
        #expect(slots.inUse == 0 && slots.waiting == 0)
        // The count of works that are not urgent has gone back to none: as many as ever are let in.
        let held = Held(slots)
        let tasks = [await held.begin(0, other()), await held.begin(1, other()), await held.begin(2, other())]
        #expect(slots.inUse == 2 && slots.waitingInBackground == 1)
        for number in 0...2 { held.end(number) }
        for task in tasks { _ = try? await task.value }
    }
}

/// Gives way to other tasks until `condition` holds; the suite's time limit ends it otherwise.
private func until(_ condition: () -> Bool) async {
    while !condition() { await Task.yield() }
}
