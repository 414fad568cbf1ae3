import Glibc
import Synchronization
import Testing
import Threads

@Suite("A pool of threads for calls that block", .timeLimit(.minutes(1)))
struct BlockingPoolTests {
    private final class Load: Sendable {}

    /// Stands until it is opened, and counts who has come to it.
    private final class Gate: Sendable {
        private let state = Mutex((isOpen: false, arrived: 0))

        func open() { state.withLock { $0.isOpen = true } }

        func pass() {
            state.withLock { $0.arrived += 1 }
            while !state.withLock({ $0.isOpen }) { usleep(1000) }
        }

        func wait(for count: Int) async { while state.withLock({ $0.arrived }) < count { await Task.yield() } }
    }

    @Test("beyond its threads and its queue a call is refused")
    func bounds() async throws {
        let pool = BlockingPool(named: "test", threads: 2, queueLimit: 3)
        let gate = Gate()
        func call() -> Task<BlockingPool.Refusal?, Never> {
            Task {
                do throws(BlockingPool.Refusal) { try await pool.run { gate.pass() } } catch { return error }
                return nil
            }
        }
        let running = [call(), call()]
        await gate.wait(for: 2)
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
                gate.pass()
                return 7
            }
        }
        await gate.wait(for: 1)
        let closing = Task { await pool.close() }
        gate.open()
        #expect(try await last.value == 7)
        await closing.value
        await #expect(throws: BlockingPool.Refusal.closed) { try await pool.run {} }
    }
}
