import Glibc
import Synchronization
import TestStack
import Testing
import Threads

@Suite("A pool of threads for calls that block", .timeLimit(.minutes(1)))
struct BlockingPoolTests {
    private final class Load: Sendable {}

    @Test("beyond its threads and its queue a call is refused")
    func bounds() async throws {
        let pool = BlockingPool(named: "test", threads: 2, queueLimit: 3)
        let gate = Gate()
        func call() -> Task<BlockingPool.Refusal?, Never> {
            Task {
                do throws(BlockingPool.Refusal) { try await pool.run { gate.block() } } catch { return error }
                return nil
            }
        }
        let running = [call(), call()]
        try await eventually("both threads to be at the gate") { gate.arrived == 2 }
        let more = (0..<5).map { _ in call() }
        // Those that are refused end before the gate is open; the others can't.
        let refusals = await withTaskGroup(of: BlockingPool.Refusal?.self) { group in
            for task in more { group.addTask { await task.value } }
            var refusals = [await group.next() ?? nil, await group.next() ?? nil]
            gate.open()
            for await refusal in group { refusals.append(refusal) }
            return refusals
        }
        #expect(refusals == [.full(limit: 3), .full(limit: 3), nil, nil, nil])
        for task in running { #expect(await task.value == nil) }
        await pool.close()
    }

    @Test("a call that is over keeps nothing alive")
    func letsGo() async throws {
        let pool = BlockingPool(named: "test", threads: 1, queueLimit: 1)
        weak var seen: Load?
        do {
            let load = Load()
            seen = load
            _ = try await pool.run { ObjectIdentifier(load) }
        }
        // It begins when the one before it is over and gone.
        try await pool.run {}
        #expect(seen == nil)
        await pool.close()
    }

    @Test("a closed pool finishes what it took, and takes nothing more")
    func closes() async throws {
        let pool = BlockingPool(named: "test", threads: 1, queueLimit: 10)
        let gate = Gate()
        let last = Task {
            try await pool.run {
                gate.block()
                return 7
            }
        }
        try await eventually("the call to be at the gate") { gate.arrived == 1 }
        let closing = Task { await pool.close() }
        gate.open()
        #expect(try await last.value == 7)
        await closing.value
        await #expect(throws: BlockingPool.Refusal.closed) { try await pool.run {} }
    }
}
